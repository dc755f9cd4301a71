import type { Page } from "playwright-core";
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

/** Opens the first session at a step, counted from 1. */
async function openStep(page: Page, step: number): Promise<void> {
  await page.locator("#result-tab-sessions").click();
  await page.locator(".session-item").first().click();
  await page
    .locator(".strip-step")
    .nth(step - 1)
    .click();
  await page.getByRole("heading", { name: `Step ${step}` }).waitFor();
}

const rerun = (page: Page) => page.getByText("Re-run this step with the edited prompt").click();
const heading = (page: Page, name: string) => page.getByRole("heading", { name }).innerText();

test("a plan that came from the cache says so", () =>
  studio({}, async (page) => {
    await openStep(page, 3);
    expect(await heading(page, "Plan by")).toMatch(/by the model, cached$/i);
    expect(await page.locator(".call summary").first().innerText()).toContain("cached");
    await page.locator(".strip-step").first().click();
    await page.getByRole("heading", { name: "Step 1" }).waitFor();
    expect(await heading(page, "Plan by")).toMatch(/by the model$/i);
    expect(await page.locator(".call summary").first().innerText()).not.toContain("cached");
  }));

test("a re-run answered from the cache says so, and Ask again asks the model itself", () =>
  studio({}, async (page) => {
    await openStep(page, 1);
    await rerun(page);
    await page.getByRole("heading", { name: "With the edited prompt cached" }).waitFor();
    await page.locator(".rerun").getByText("5 different · 1 from the last slate: Dance").waitFor();
    await page.locator(".rerun").getByText("Ask again").click();
    await page.getByRole("heading", { name: "With the edited prompt 512 ms" }).waitFor();
    const asked = (await requests(page, "rerunStep")) as { fresh?: boolean }[];
    expect(asked.map(({ fresh }) => fresh)).toEqual([undefined, true]);
    expect(await page.locator(".rerun").getByText("Ask again").count()).toBe(0);
  }));

test("a re-run whose reply is no plan says why, and whose plan it is", () =>
  studio({}, async (page) => {
    await page.evaluate(() => {
      window.fakeHost.rerunProblem = "it holds no JSON list of categories";
    });
    await openStep(page, 1);
    await rerun(page);
    expect(await page.getByRole("alert").innerText()).toBe(
      "The model's reply is no plan: it holds no JSON list of categories. The stand-in planned.",
    );
    expect(await page.getByText("planned categories stay").count()).toBe(0);
    await page.getByRole("heading", { name: "With the edited prompt cached, by the stand-in" }).waitFor();
  }));

test("a step's decision is kept as a moment, and the page says where", () =>
  studio({}, async (page) => {
    await openStep(page, 2);
    await page.getByText("Keep as moment").click();
    await page.locator(".notice", { hasText: "step 2” in quickstart.moments.json" }).waitFor();
    await page.locator(".notice", { hasText: "step 2”: r-3: edited since" }).waitFor();
    expect(await requests(page, "keepMoment")).toMatchObject([{ step: 1 }]);
  }));
