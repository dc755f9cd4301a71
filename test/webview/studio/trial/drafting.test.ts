import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import type { TrialDraft } from "../../../../src/protocol/studio.ts";
import { EDITED_PLANNER_TEXT } from "../../support/fakeData.ts";
import { trialSummary } from "../../support/fakeTrials.ts";
import { promptArea, requests, setTrials, studio, useBrowser } from "../../support/studioTest.ts";

useBrowser();

const CALM = { timeout: 10_000 };
const newTrial = (page: Page) => page.locator(".new-trial");
const rows = (page: Page) => page.locator(".contender-row");
const add = (page: Page, name: string) => page.locator(".draft-add").getByText(name, { exact: true }).click();
const run = (page: Page) => page.locator(".draft-start vscode-button");
const beside = (page: Page) => page.locator(".draft-start [role=status]");
const texts = async (found: Locator) => (await found.allTextContents()).map((text) => text.replace(/\s+/g, " ").trim());

/** What was asked for, the newest last. */
const drafts = async (page: Page, method: "tryWords" | "fittingTrial") =>
  (await requests(page, method)).flatMap((params) => (params as { draft?: TrialDraft }).draft ?? []);

/** Into the field that has the focus without a click. */
async function type(page: Page, field: string, text: string): Promise<void> {
  await page.locator(`.contender-${field}:focus`).waitFor();
  await page.keyboard.type(text);
  await page.keyboard.press("Tab");
}

async function open(page: Page): Promise<void> {
  await page.locator("#result-tab-trial").click();
  await newTrial(page).click();
  await rows(page).first().waitFor();
}

test("a trial of six kinds of contenders with moments and a budget is put together and run", () =>
  studio({ scenario: "done" }, async (page) => {
    await open(page);
    expect(await texts(rows(page).locator("th"))).toEqual([
      expect.stringMatching(/^In force in .+ baseline$/),
      "This text planner.lerl.md",
    ]);
    await add(page, "A version");
    await add(page, "A file…");
    await add(page, "Another model");
    await type(page, "model", "qwen3-8b");
    await add(page, "Another temperature");
    await type(page, "temperature", "0.8");
    await add(page, "No model");
    await add(page, "Oracle plan");
    await page.getByLabel("Visits").fill("40");
    await page.getByLabel("3 moments").check();
    await page.getByLabel("Repeats of each").fill("2");
    await page.getByLabel("Calls at most").fill("2000");
    await page.getByLabel("US dollars at most").fill("0.5");
    await page.getByLabel("US dollars at most").press("Enter");
    await expect.poll(() => drafts(page, "tryWords")).toHaveLength(1);
    const [draft] = await drafts(page, "tryWords");
    expect(draft).toEqual({
      contenders: [
        { words: { from: "force" } },
        { words: { from: "editor" } },
        { words: { from: "version", runId: expect.any(String), hash: expect.any(String) } },
        { words: { from: "file", file: "prompts/terse.lerl.md" } },
        { words: { from: "editor" }, model: "qwen3-8b" },
        { words: { from: "editor" }, temperature: 0.8 },
        { words: { from: "plan", plan: "least-recently-used" } },
        { words: { from: "plan", plan: "oracle" } },
      ],
      sessions: 40,
      moments: true,
      repeats: 2,
      maxCalls: 2000,
      maxCost: 0.5,
    });
    // Its result takes the draft's place; the draft is kept for the next trial.
    await page.locator(".verdict-sentence").waitFor();
    await newTrial(page).click();
    await expect.poll(() => rows(page).count()).toBe(8);
    await page.getByText("Start afresh", { exact: true }).click();
    await expect.poll(() => rows(page).count()).toBe(2);
  }));

test("the estimate follows the contenders and says up to", () =>
  studio({ scenario: "done" }, async (page) => {
    await open(page);
    await expect.poll(() => beside(page).textContent(), CALM).toContain("up to 1,000 calls");
    await add(page, "Another model");
    await type(page, "model", "qwen3-8b");
    await expect.poll(() => beside(page).textContent(), CALM).toContain("up to 1,500 calls");
    await page.getByLabel("Visits").fill("20");
    await page.getByLabel("Visits").press("Tab");
    await expect.poll(() => beside(page).textContent(), CALM).toContain("20 visits, up to 300 calls");
    const asked = (await requests(page, "fittingTrial")).length;
    await promptArea(page).press("End");
    await page.waitForTimeout(900);
    expect(await requests(page, "fittingTrial")).toHaveLength(asked);
  }));

test("what keeps it from running is said in words", () =>
  studio({ scenario: "done" }, async (page) => {
    await open(page);
    await add(page, "This text");
    await expect.poll(() => beside(page).textContent()).toContain("Contenders 2 and 3 are the same.");
    expect(await run(page).getAttribute("disabled")).not.toBeNull();
    await page.getByLabel("Remove contender 3").click();
    await page.getByLabel("Make contender 2 the baseline").click();
    expect(await texts(rows(page).locator("th"))).toEqual([
      "This text planner.lerl.md baseline",
      expect.stringMatching(/^In force in /),
    ]);
    await page.getByLabel("Remove contender 2").click();
    await expect.poll(() => beside(page).textContent()).toContain("at least two contenders");
    await expect.poll(() => page.getByLabel("3 moments").count(), CALM).toBe(1);
    await page.getByLabel("Visits").fill("0");
    await page.getByLabel("Visits").press("Tab");
    await expect.poll(() => beside(page).textContent()).toContain("Without visits there must be moments.");
    await page.getByLabel("3 moments").check();
    await expect.poll(() => beside(page).textContent(), CALM).toContain("up to");
    // What cannot be used is not taken.
    await page.getByLabel("Temperature of contender 1").fill("7");
    await page.getByLabel("Temperature of contender 1").press("Tab");
    expect(await page.getByLabel("Temperature of contender 1").inputValue()).toBe("");
    await page.getByText("‹ Back", { exact: true }).click();
    await newTrial(page).waitFor();
    expect(await requests(page, "tryWords")).toEqual([]);
  }));

test("without a model planners can be compared, and words cannot", () =>
  studio({ scenario: "fresh" }, async (page) => {
    await open(page);
    expect(await page.locator(".draft-add").getByText("This text", { exact: true }).isDisabled()).toBe(true);
    expect(await rows(page).count()).toBe(2);
    await expect.poll(() => beside(page).textContent(), CALM).toContain("no calls");
    await page.getByLabel("Who plans as contender 2").selectOption("oracle");
    await run(page).click();
    await expect
      .poll(() => drafts(page, "tryWords"))
      .toMatchObject([{ contenders: [{ words: { plan: "top-interest" } }, { words: { plan: "oracle" } }] }]);
  }));

test("one trial at a time; a draft survives a reload of the page", () =>
  studio({ scenario: "done" }, async (page) => {
    await open(page);
    await add(page, "Oracle plan");
    await setTrials(page, [trialSummary("other", { state: "running", elsewhere: true })]);
    await expect.poll(() => run(page).getAttribute("disabled")).toBeNull();
    await setTrials(page, [trialSummary("other", { state: "running" })]);
    await expect.poll(() => beside(page).textContent()).toContain("Another trial runs. It goes first.");
    await page.waitForTimeout(300);
    await page.reload();
    await rows(page).nth(2).waitFor();
    expect(await page.getByLabel("Who plans as contender 3").inputValue()).toBe("oracle");
  }));

test("Enter runs nothing while a value cannot be used, and a box is only ticked by it", () =>
  studio({ scenario: "done" }, async (page) => {
    await open(page);
    await page.getByLabel("Calls at most").fill("-5");
    await page.getByLabel("Calls at most").press("Enter");
    await page.getByLabel("Temperature of contender 2").fill("7");
    await page.getByLabel("Temperature of contender 2").press("Enter");
    await expect.poll(() => page.getByLabel("3 moments").count(), CALM).toBe(1);
    await page.getByLabel("3 moments").press("Enter");
    await page.getByLabel("Calls at most").fill("");
    await page.getByLabel("Temperature of contender 2").fill("");
    expect(await requests(page, "tryWords")).toEqual([]);
    await page.getByLabel("3 moments").check();
    await page.getByLabel("Repeats of each").fill("");
    await page.getByLabel("Repeats of each").press("Tab");
    expect(await page.getByLabel("Repeats of each").inputValue()).toBe("1");
    // What is put together is what Ctrl+Enter runs.
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => drafts(page, "tryWords")).toHaveLength(1);
  }));

test("every row shows who serves, however often they change places", () =>
  studio({ scenario: "fresh" }, async (page) => {
    await open(page);
    const shown = () =>
      rows(page)
        .locator("select")
        .evaluateAll((all) => all.map((one) => (one as HTMLSelectElement).value));
    await page.getByLabel("Who plans as contender 2").selectOption("oracle");
    await page.getByLabel("Make contender 2 the baseline").click();
    await expect.poll(shown).toEqual(["oracle", "top-interest"]);
    await page.getByLabel("Make contender 2 the baseline").click();
    await expect.poll(shown).toEqual(["top-interest", "oracle"]);
    await page.getByLabel("Remove contender 1").click();
    await expect.poll(shown).toEqual(["oracle"]);
  }));

test("a moment that is kept while a trial is put together can be ticked at once", () =>
  studio({ scenario: "done" }, async (page) => {
    await open(page);
    await expect.poll(() => page.getByLabel("3 moments").count(), CALM).toBe(1);
    await page.locator("#tool-tab-preview").click();
    await page.getByText("Keep as moment", { exact: true }).click();
    await expect.poll(() => page.getByLabel("4 moments").count()).toBe(1);
  }));

test("a trial with limits of its own goes on within them, or within what is put in their place", () =>
  studio({ scenario: "done" }, async (page) => {
    const paused = () =>
      setTrials(page, [
        trialSummary("own", { state: "paused", reason: "10 of 10 calls.", limits: { maxCalls: 10, maxCost: 0.5 } }),
        trialSummary("other", { state: "stopped" }),
      ]);
    await paused();
    await page.locator("#result-tab-trial").click();
    await page.getByText("Go on", { exact: true }).click();
    await page.locator(".trial-state .pill", { hasText: "Running" }).waitFor();
    await paused();
    await page.getByLabel("Calls at most").fill("200");
    await page.getByLabel("Calls at most").press("Tab");
    await page.getByText("Go on", { exact: true }).click();
    await expect.poll(() => requests(page, "goOnTrial")).toEqual([{ id: "own" }, { id: "own", maxCalls: 200 }]);
    await page.locator(".trial-list summary").click();
    await page.locator(".trial-item").nth(1).click();
    await expect.poll(() => page.getByLabel("Calls at most").count()).toBe(0);
  }));

test("a version that is added says something else than the prompt does now", () =>
  studio({ scenario: "done" }, async (page) => {
    await page.evaluate((text) => window.fakeHost.changePrompt("planner", text), EDITED_PLANNER_TEXT);
    await open(page);
    await add(page, "A version");
    await expect
      .poll(() => page.getByLabel("Version of contender 3").locator("option:checked").textContent())
      .toContain("a41c09b");
    await page.evaluate((text) => window.fakeHost.changePrompt("planner", text), "Other words.");
    await page.getByLabel("Remove contender 3").click();
    await add(page, "A version");
    await expect
      .poll(() => page.getByLabel("Version of contender 3").locator("option:checked").textContent())
      .toContain("c90ffe1");
  }));
