import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { TrialResult } from "../../../../src/protocol/trial/result.ts";
import { EDITED_PLANNER_TEXT } from "../../support/fakeData.ts";
import { contenderResult, pairResult, trialResult, trialSummary, undecided } from "../../support/fakeTrials.ts";
import { plannerText, requests, setTrials, studio, useBrowser } from "../../support/studioTest.ts";

useBrowser();

const open = (page: Page) => page.locator("#result-tab-trial").click();
const spaced = (texts: readonly string[]) => texts.map((text) => text.replace(/\s+/g, " ").trim());

test("the plot is a table too: each contender with its difference, the baseline without one", () =>
  studio({ scenario: "done" }, async (page) => {
    await open(page);
    const table = page.getByRole("table", { name: "Difference of each contender to as it is" });
    const rows = spaced(await table.locator("tbody tr").allTextContents());
    expect(rows).toEqual(["as it is baseline", "planner.lerl.md +0.42 [+0.11, +0.73] better"]);
    expect(await table.locator("tbody tr").nth(0).locator("line").count()).toBe(1);
    // Zero, the interval and its two ends; the shaded margin.
    expect(await table.locator("tbody tr").nth(1).locator("line").count()).toBe(4);
    expect(await table.locator(".forest-margin").count()).toBe(1);
    const numbers = page.getByRole("region", { name: "Numbers of the contenders" });
    await numbers.getByRole("row", { name: "Repeats of slates 18 % 11 %" }).waitFor();
    await numbers.getByRole("row", { name: "From cache of them, by the server 98,400 98,400" }).waitFor();
    await page.getByRole("row", { name: "planner.lerl.md 0.091 0.041" }).waitFor();
  }));

test("a visit opens at the first step whose plans differ; arrow keys walk it; it is there after a reload", () =>
  studio({ scenario: "done" }, async (page) => {
    await open(page);
    await page.getByRole("button", { name: /User 4271\s+-1.80/ }).click();
    expect(await requests(page, "trialVisit")).toEqual([{ id: "decided", session: 12, contender: 1 }]);
    const chosen = page.locator('.strip-step[aria-pressed="true"]');
    await expect.poll(() => chosen.textContent()).toMatch(/Step 3\s*≠\s*: plans differ/);
    const sides = page.locator(".two-plans > section");
    expect(await page.evaluate(() => document.activeElement?.className)).toBe("visit-title");
    expect(await sides.locator("h4").allTextContents()).toEqual(["as it is", "planner.lerl.md"]);
    expect(await sides.nth(0).locator("ul.categories").first().locator(".unplanned").count()).toBe(1);
    await chosen.press("ArrowLeft");
    await expect.poll(() => chosen.textContent()).toMatch(/Step 2\s*: same plan/);
    await page.getByRole("button", { name: "Step after" }).click();
    await page.locator(".strip-step").last().click();
    await sides.nth(0).getByText("This visit ended after step").waitFor();
    await sides.nth(1).getByText("612 tokens in (448 from the server's cache)").waitFor();
    await sides.nth(1).getByText("Prompt and reply").click();
    await sides.nth(1).locator(".message", { hasText: "## Categories" }).waitFor();
    await page.reload();
    await sides.nth(0).getByText("This visit ended after step").waitFor();
    await page.getByRole("button", { name: "Back to the trial" }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("visit-1-12");
  }));

test("Use these words has a contender's text in the prompt, and says so", () =>
  studio({ scenario: "done" }, async (page) => {
    await open(page);
    await page.getByRole("region", { name: "Words" }).getByText("in the prompt now").waitFor();
    await page.getByText("Use these words").click();
    await expect.poll(() => requests(page, "useTrialWords")).toEqual([{ id: "decided", contender: 1 }]);
    await page.locator(".notice", { hasText: "has the words of “planner.lerl.md” now" }).waitFor();
    expect(await plannerText(page)).toBe(EDITED_PLANNER_TEXT);
    await page.getByRole("button", { name: "Use these words: as it is" }).waitFor();
  }));

test("an undecided trial says what would have shown and goes on; another one is chosen from the list, and kept", () =>
  studio({ scenario: "done" }, async (page) => {
    const newer = trialSummary("newer", { result: trialResult(100, undecided) });
    const older = trialSummary("older", { state: "interrupted", reason: "The engine ended.", result: trialResult(9) });
    await setTrials(page, [newer, older]);
    await open(page);
    await page.getByText("Four trials of five would show a difference of 0.41 a visit in 100 visits").waitFor();
    await page.getByText("Go on to 200 visits").click();
    await expect.poll(() => requests(page, "goOnTrial")).toEqual([{ id: "newer", sessions: 200 }]);
    await page.locator(".trial-list summary").click();
    await page.locator(".trial-item", { hasText: "Interrupted" }).click();
    await page.getByText("The engine ended.").waitFor();
    await page.evaluate(() => window.dispatchEvent(new Event("pagehide")));
    await page.reload();
    await expect
      .poll(() => page.evaluate(() => JSON.parse(sessionStorage.getItem("fake-host-state") ?? "{}").trial.id))
      .toBe("older");
  }));

test("several contenders have a sentence each; moments say what failed and why", () =>
  studio({ scenario: "done" }, async (page) => {
    const two = trialResult(100);
    const contenders = [
      ...trialSummary("all").contenders,
      { name: "oracle plan", plans: "oracle" as const, planner: {}, reflections: {}, pool: [] },
    ];
    const cell = { planned: 3, passed: 3, different: 1, plan: ["Dance", "Music"], why: [] };
    const about = "2 different · is the list's first 2";
    const grid = {
      repeats: 3,
      moments: [
        {
          name: "tired",
          cells: [{ ...cell, passed: 1, different: 2, why: ["it holds Music"] }, cell, { ...cell, about }],
        },
      ],
    };
    const result = {
      ...two,
      contenders: [...two.contenders, contenderResult("oracle plan", { calls: 0 })],
      pairs: [...two.pairs, pairResult(100, { contender: 2, mean: 1.5, worst: [] })],
      grid,
    };
    await setTrials(page, [trialSummary("all", { contenders, result })]);
    await open(page);
    expect(await page.locator(".verdict-names").allTextContents()).toEqual([
      "“planner.lerl.md” against “as it is”",
      "“oracle plan” against “as it is”",
    ]);
    const cells = spaced(await page.locator(".moments-grid tbody td").allTextContents());
    expect(cells[0]).toBe("✗ 1 of 3 passed Dance, Music 2 categories, 2 different plans it holds Music");
    expect(cells[1]).toBe("✓ 3 of 3 passed Dance, Music 2 categories");
    expect(cells[2]).toBe("✓ 3 of 3 passed Dance, Music 2 different · is the list's first 2");
  }));

test("plans are judged as plans, with a gloss a column; trials of early versions by what they kept", () =>
  studio({ scenario: "done" }, async (page) => {
    const { plans: _, ...early } = contenderResult("planner.lerl.md");
    const result = (contenders: TrialResult["contenders"]) => ({ ...trialResult(50), contenders });
    await setTrials(page, [trialSummary("now", { result: trialResult(50) })]);
    await open(page);
    const table = page.getByRole("region", { name: "Plans of the contenders" });
    const rows = async () => spaced(await table.locator("tr").allInnerTexts());
    await expect
      .poll(rows)
      .toEqual([
        "usable asked again categories from last slate clicked kept copied same over visits as the one before plan value",
        "as it is 99.6 % 1.6 % 7.4 21 % 48 % 1 % 34 % 61 % 0.290",
        "planner.lerl.md 99.6 % 1.6 % 7.4 21 % 48 % 1 % 34 % 61 % 0.290",
      ]);
    expect(await table.locator("abbr").nth(6).getAttribute("title")).toContain("the same whatever the visit");
    await setTrials(page, [trialSummary("now", { result: result([early, { ...early, name: "own" }]) })]);
    await expect
      .poll(rows)
      .toEqual([
        "usable asked again categories as the one before plan value",
        "planner.lerl.md 99.6 % 2 % 7.4 61 % 0.290",
        "own 99.6 % 2 % 7.4 61 % 0.290",
      ]);
    expect(await page.getByText("Unreadable").count()).toBe(0);
    const same = { ...early, plans: { plans: 40, usable: 1, sameness: 0.97 } };
    await setTrials(page, [trialSummary("now", { result: result([early, same]) })]);
    await page.getByText("planner.lerl.md: Its model answers the same whatever the visit").waitFor();
  }));
