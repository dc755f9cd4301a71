import { expect, test } from "vitest";
import { studio, useBrowser } from "../../support/studioTest.ts";

useBrowser();

test("runs are compared: intervals, probability of improvement, settings, prompts", () =>
  studio({}, async (page) => {
    await page.locator("#result-tab-compare").click();
    for (const i of [0, 1]) await page.locator(".run-chooser input").nth(i).click();
    await page.getByRole("heading", { name: "Probability of improvement" }).waitFor();
    expect(await page.locator(".improvement tbody td").allTextContents()).toEqual(["–", "0.21", "0.79", "–"]);
    await page.locator(".conclusion", { hasText: "no difference could be shown" }).waitFor();
    await page.getByText("simulator.quit.repeatCost").first().waitFor();
    expect(await page.locator(".live-changes").textContent()).toContain(
      "iteration 12: simulator.quit.repeatCost 1 → 1.5",
    );
    expect(await page.locator(".compare-pane .diff-line.added").count()).toBe(2);
    await page.evaluate(`fakeHost.setRun("baseline", { name: "Fewer repeats" })`);
    await page.locator(".comparison th", { hasText: "Fewer repeats" }).first().waitFor();
  }));
