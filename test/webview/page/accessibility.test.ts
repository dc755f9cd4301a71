/** axe-core on every pane in every theme, and the page at its narrowest. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { trialResult, trialSummary } from "../support/fakeTrials.ts";
import { StudioPages } from "../support/studioPage.ts";
import { progress, setTrials } from "../support/studioTest.ts";
import type { ThemeKind } from "../support/themes.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let pages: StudioPages;
beforeAll(async () => {
  pages = await StudioPages.start();
});
afterAll(() => pages?.stop());

/** Serious and critical faults, one line each. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const results = await page.evaluate(async () => {
    const { axe: checker } = window as unknown as {
      axe: { run: (where: Document, options: RunOptions) => Promise<AxeResults> };
    };
    return checker.run(document, { resultTypes: ["violations"] });
  });
  return results.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ""}`),
    );
}

const editTabs = ["prompts", "thresholds"];
const resultTabs = ["curves", "sessions", "compare", "trial"];
const tools = ["preview", "history", "problems", "variables"];

test.each<ThemeKind>(["dark", "light", "highContrast"])("no serious fault in the %s theme", async (theme) => {
  const page = await pages.open({ theme });
  await page.locator(".add-run").selectOption("baseline");
  await setTrials(page, [trialSummary("decided", { result: trialResult(50) })]);
  const found: string[] = [];
  for (const tab of editTabs) {
    await page.locator(`#edit-tab-${tab}`).click();
    for (const result of resultTabs) {
      await page.locator(`#result-tab-${result}`).click();
      if (result === "sessions") await page.locator(".session-item").first().click();
      if (result === "compare" && tab === "prompts") {
        for (const i of [0, 1]) await page.locator(".run-chooser input").nth(i).click();
        await page.locator(".improvement").waitFor();
      }
      if (tab === "prompts") await page.locator(`#tool-tab-${tools[resultTabs.indexOf(result)]}`).click();
      found.push(...(await faults(page)));
      if (result !== "trial" || tab !== "prompts") continue;
      await page.locator(".trial-list summary").click();
      await page.locator(".contender-words summary").click();
      found.push(...(await faults(page)));
      await page.locator(".worst-visit").first().click();
      await page.locator(".two-plans").waitFor();
      found.push(...(await faults(page)));
    }
  }
  expect([...new Set(found)]).toEqual([]);
  await page.context().close();
});

test.each(["fresh", "invalid", "untrusted", "noEngine", "missingPrompt", "empty"])(
  "no serious fault: %s",
  async (scenario) => {
    const page = await pages.open({ scenario, theme: "light" });
    expect(await faults(page)).toEqual([]);
    await page.context().close();
  },
);

test.each([
  ["light", "rgb(0, 0, 0)"],
  ["dark", "rgb(255, 255, 255)"],
] as const)(
  "the system's %s colours: text, chosen tab, chosen button and progress can be seen",
  async (colorScheme, text) => {
    const page = await pages.open({
      theme: colorScheme === "light" ? "dark" : "light",
      forcedColors: true,
      colorScheme,
    });
    const style = (selector: string, property: string): Promise<string> =>
      page
        .locator(selector)
        .first()
        .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);
    expect(await style(".prompt-text", "color")).toBe(text);
    expect(await style(".prompt-line", "color")).toBe("rgba(0, 0, 0, 0)");
    const canvas = await style("body", "background-color");
    expect(await style("#edit-tab-prompts", "border-bottom-color")).not.toBe(canvas);
    expect(await style("#edit-tab-thresholds", "border-bottom-color")).toBe(canvas);
    expect(await style(".run-progress", "forced-color-adjust")).toBe("none");
    await page.locator("#result-tab-sessions").click();
    await page.locator(".segmented button").first().waitFor();
    expect(await style('.segmented [aria-pressed="true"]', "background-color")).not.toBe(canvas);
    await page.context().close();
  },
);

test("at 320 pixels nothing is cut off sideways", async () => {
  const page = await pages.open({ width: 320, height: 640 });
  await progress(page, {
    answered: { planner: { model: 1200, standIn: 4000 }, critic: { model: 400, standIn: 20 } },
    models: { inFlight: 12, waiting: 120, limit: 12, silentSeconds: 75, latencySeconds: 12.3, tokensPerSecond: 41.2 },
  });
  await page.getByText("This is hardly the model's work").waitFor();
  await setTrials(page, [trialSummary("decided", { result: trialResult(50) })]);
  for (const tab of [...editTabs.map((id) => `edit-tab-${id}`), ...resultTabs.map((id) => `result-tab-${id}`)]) {
    await page.locator(`#${tab}`).click();
    if (tab.endsWith("sessions")) await page.locator(".session-item").first().click();
    if (tab.endsWith("trial")) await page.locator(".trial-numbers").waitFor();
    const { wide, visible } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth,
      visible: document.documentElement.clientWidth,
    }));
    expect(wide, tab).toBeLessThanOrEqual(visible);
  }
  expect(await faults(page)).toEqual([]);
  await page.context().close();
});

test("tabs are one stop each and move with the arrow keys; the splitter moves, too", async () => {
  const page = await pages.open({});
  await page.locator("#result-tab-curves").focus();
  await page.keyboard.press("ArrowRight");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("result-tab-sessions");
  await expect.poll(() => page.locator("#result-tab-sessions").getAttribute("aria-selected")).toBe("true");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => page.locator("#result-tab-curves").getAttribute("tabindex")).toBe("0");
  expect(await page.locator("#result-tab-compare").getAttribute("tabindex")).toBe("-1");
  const column = page.locator(".column.edit");
  const before = (await column.boundingBox())?.width ?? 0;
  await page.locator(".splitter").focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(async () => ((await column.boundingBox())?.width ?? 0) - before).toBeGreaterThan(10);
  await page.context().close();
});
