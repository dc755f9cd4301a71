/** For specs that use the page in a browser, against a stand-in host that speaks src/protocol/studio.ts. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import type { RunProgress } from "../../../src/protocol/engine.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";
import { failuresOf, type OpenOptions, StudioPages } from "./studioPage.ts";

let pages: StudioPages;

/** Starts the browser for all tests of a file. */
export function useBrowser(): void {
  beforeAll(async () => {
    pages = await StudioPages.start();
  });
  afterAll(() => pages?.stop());
}

/** Opens the page, lets the test use it, and asks that nothing failed on the way. */
export async function studio(options: OpenOptions, use: (page: Page) => Promise<void>): Promise<void> {
  const page = await pages.open(options);
  try {
    await use(page);
    expect(await failuresOf(page)).toEqual([]);
  } finally {
    await page.context().close();
  }
}

/** Parameters of what the page has asked of the host so far. */
export const requests = (page: Page, method: string) =>
  page.evaluate(
    (name) => window.fakeHost.log.filter((entry) => entry.method === name).map(({ params }) => params),
    method,
  );

/** The planner's prompt as the host holds it. */
export const plannerText = (page: Page) => page.evaluate(() => window.fakeHost.prompts.planner.text);

/** Where the prompt is typed. */
export const promptArea = (page: Page) => page.locator("textarea.prompt-text");

/** The run in sight tells how far it is: iteration 75 of 120. */
export const progress = (page: Page, more: Partial<RunProgress>): Promise<void> =>
  page.evaluate(
    (given) =>
      window.fakeHost.emit("progress", {
        runId: "current",
        phase: "Training",
        fraction: 0.62,
        iteration: 75,
        iterations: 120,
        calls: 5120,
        cost: 0,
        ...given,
      }),
    more,
  );

/** What the host knows of trials from now on. */
export const setTrials = (page: Page, trials: readonly TrialSummary[]): Promise<void> =>
  page.evaluate((list) => window.fakeHost.setTrials([...list]), trials);
