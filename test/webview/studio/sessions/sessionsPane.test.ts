import { expect, test } from "vitest";
import { plannerText, requests, studio, useBrowser } from "../../support/studioTest.ts";

useBrowser();

test("a session is opened, walked with the arrow keys, and a step re-run with the edited prompt", () =>
  studio({}, async (page) => {
    await page.locator("#result-tab-sessions").click();
    await page.getByRole("button", { name: "Worst" }).click();
    await page.locator(".session-item").first().click();
    await page.locator(".strip-step").first().focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("heading", { name: "Step 2" }).waitFor();
    await page.locator(".call summary").first().click();
    await page.locator(".message", { hasText: "## Categories" }).first().waitFor();
    await page.getByText("Re-run this step with the edited prompt").click();
    await page.getByRole("heading", { name: "Recorded plan" }).waitFor();
    const [rerun] = (await requests(page, "rerunStep")) as { step: number; promptText: string }[];
    expect(rerun?.step).toBe(1);
    expect(rerun?.promptText).toBe(await plannerText(page));
  }));
