import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { TrialProgress } from "../../../../src/protocol/trial/summary.ts";
import { trialResult, trialSummary, undecided } from "../../support/fakeTrials.ts";
import { plannerText, promptArea, requests, setTrials, studio, useBrowser } from "../../support/studioTest.ts";

useBrowser();

const tryButton = (page: Page) => page.locator(".run-bar .try vscode-button");
const beside = (page: Page) => page.locator(".run-bar .try-estimate");

/** The page waits until nobody types. */
const CALM = { timeout: 10_000 };

const goes = (page: Page, more: Partial<TrialProgress> = {}): Promise<void> =>
  page.evaluate(
    (given) =>
      window.fakeHost.emit("trialProgress", {
        ...{ id: "trial-0", phase: "Serving", fraction: 0.34, n: 34, sessions: 100 },
        ...{ secondsLeft: 12, calls: 340, cost: 0.03 },
        ...given,
      }),
    more,
  );

test("Try says what it costs at most; asked again when words or model change, not for other settings", () =>
  studio({}, async (page) => {
    await expect.poll(() => beside(page).textContent(), CALM).toBe("up to 1,000 calls, 15 s, price unknown");
    await page.evaluate(() => {
      window.fakeHost.fitting = { sessions: 32 };
    });
    await promptArea(page).press("Control+End");
    await promptArea(page).pressSequentially("Vary.", { delay: 20 });
    await expect.poll(() => beside(page).textContent(), CALM).toBe("32 visits, up to 320 calls, price unknown");
    expect(await requests(page, "fittingTrial")).toHaveLength(2);
    await page.evaluate(() => {
      const { document } = window.fakeHost;
      window.fakeHost.emit("document", { ...document, experiment: { ...window.fakeHost.experiment, name: "Other" } });
    });
    await page.locator("h1", { hasText: "Other" }).waitFor();
    await page.waitForTimeout(800);
    expect(await requests(page, "fittingTrial")).toHaveLength(2);
    await page.locator("input.model").fill("qwen3-8b");
    await page.locator("input.model").press("Tab");
    await expect.poll(() => requests(page, "fittingTrial"), CALM).toHaveLength(3);
  }));

test("Try sends the words as typed, and its trial is in sight; Cancel ends it", () =>
  studio({ scenario: "done" }, async (page) => {
    await promptArea(page).press("Control+End");
    await promptArea(page).pressSequentially("Vary.");
    await tryButton(page).click();
    await expect.poll(() => requests(page, "tryWords")).toEqual([{}]);
    expect(await plannerText(page)).toMatch(/Vary\.$/);
    await page.locator('#result-tab-trial[aria-selected="true"]').waitFor();
    await page.locator(".verdict-sentence", { hasText: "No visit counts yet." }).waitFor();
    const asked = await requests(page, "fittingTrial");
    await goes(page, { id: "trial-1" });
    await expect.poll(() => beside(page).textContent()).toBe("34 of 100 visits, 0:12 left, 340 calls, $0.03");
    await page.waitForTimeout(800);
    expect(await requests(page, "fittingTrial")).toEqual(asked);
    await tryButton(page).click();
    await expect.poll(() => requests(page, "stopTrial")).toEqual([{ id: "trial-1" }]);
    await page.getByText("Go on", { exact: true }).click();
    await expect.poll(() => requests(page, "goOnTrial")).toEqual([{ id: "trial-1" }]);
  }));

test("a trial of a command line is no reason to wait, and is not cancelled here", () =>
  studio({ scenario: "done" }, async (page) => {
    await setTrials(page, [trialSummary("elsewhere", { state: "running", elsewhere: true })]);
    await page.locator("#result-tab-trial").click();
    await page.locator(".trial-state", { hasText: "It runs on a command line or in another window" }).waitFor();
    expect(await page.getByText("Cancel", { exact: true }).count()).toBe(0);
    expect(await tryButton(page).textContent()).toContain("Try");
    await tryButton(page).click();
    await expect.poll(() => requests(page, "tryWords")).toEqual([{}]);
  }));

test("Ctrl+Enter tries, once, and runs nothing", () =>
  studio({}, async (page) => {
    await promptArea(page).press("Control+Enter");
    await promptArea(page).press("Control+Enter");
    await page.locator(".trial-state .pill", { hasText: "Running" }).waitFor();
    await promptArea(page).press("Control+Enter");
    expect(await requests(page, "tryWords")).toHaveLength(1);
    expect(await requests(page, "run")).toEqual([]);
  }));

test("without a model there is nothing to try, and the way to one is there", () =>
  studio({ scenario: "fresh" }, async (page) => {
    expect(await tryButton(page).getAttribute("title")).toContain("The offline planner does not read the prompt.");
    expect(await tryButton(page).getAttribute("disabled")).not.toBeNull();
    await promptArea(page).press("Control+Enter");
    await page.locator(".notice", { hasText: "Connect a model" }).waitFor();
    await page.locator(".empty", { hasText: "No trial yet" }).getByText("Connect a model", { exact: true }).click();
    await expect.poll(() => requests(page, "connectModel")).toHaveLength(1);
    expect([...(await requests(page, "tryWords")), ...(await requests(page, "fittingTrial"))]).toEqual([]);
  }));

test("the empty pane says what a trial is and costs", () =>
  studio({}, async (page) => {
    await page.locator("#result-tab-trial").click();
    await page
      .locator(".empty", { hasText: "to 1,000 calls, 15 s, price unknown" })
      .getByText("Try", { exact: true })
      .click();
    await expect.poll(() => requests(page, "tryWords")).toHaveLength(1);
  }));

test("the verdict is read out when it changes, not with every visit", () =>
  studio({}, async (page) => {
    const running = trialSummary("trial-0", { state: "running" });
    await setTrials(page, [running]);
    await page.locator('#studio > [role="status"]').waitFor({ state: "attached" });
    await page.evaluate(() => {
      const told: (string | null)[] = [];
      Object.assign(window, { told });
      const status = document.querySelector('#studio > [role="status"]');
      if (!status) throw new Error("nothing is read out");
      new MutationObserver(() => told.push(status.textContent)).observe(status, {
        characterData: true,
        childList: true,
        subtree: true,
      });
    });
    for (const n of [17, 18, 19]) {
      await setTrials(page, [{ ...running, result: trialResult(n, undecided) }]);
      await page.waitForTimeout(300);
    }
    await page.locator("#result-tab-trial").click();
    await page.locator(".verdict-sentence", { hasText: "undecided. 13 of 19 visits" }).waitFor();
    await setTrials(page, [{ ...running, result: trialResult(50) }]);
    await page.waitForTimeout(300);
    await setTrials(page, [{ ...running, state: "done", result: trialResult(50) }]);
    await page.locator(".trial-state .pill", { hasText: "Done" }).waitFor();
    const verdict = "+0.42 reward a visit [+0.11, +0.73]: better. 34 of 50 visits better, 9 worse, 7 equal.";
    expect(await page.locator(".verdict-sentence").textContent()).toBe(verdict);
    const told = await page.evaluate<string[]>("window.told");
    expect(told.filter((text) => text.includes("better."))).toEqual([verdict]);
    expect(told.at(-1)).toBe("Trial done.");
  }));
