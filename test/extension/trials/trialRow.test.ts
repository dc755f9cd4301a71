import { describe, expect, it } from "vitest";
import { trialBill, trialLabel, trialNumbers, trialTooltip } from "../../../src/extension/experiments/trialRow.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";
import { contender, pair, trialProgress, trialResult, trialSummary } from "../support/trialSummary.ts";

const done = (changes: Partial<TrialSummary> = {}) =>
  trialSummary({ state: "done", result: trialResult(), ...changes });
const withPair = (changes: Parameters<typeof pair>[0], n = 50) => trialResult({ n, pairs: [pair(changes)] });
const noon = new Date("2026-05-01T12:00:00Z");

describe("a trial in a list", () => {
  it("says its verdict with the difference", () => {
    expect(trialNumbers(done(), undefined)).toBe("better +0.42 [+0.11, +0.70]");
    const undecided = { verdict: "undecided", mean: -0.1, interval: { low: -0.5, high: 0.3 } } as const;
    expect(trialNumbers(done({ result: withPair(undecided) }), undefined)).toBe("undecided -0.10 [-0.50, +0.30]");
    expect(trialNumbers(done({ result: withPair({ verdict: "identical" }) }), undefined)).toBe(
      "the same plans in every visit",
    );
    const { interval: _none, ...early } = pair({ verdict: "undecided" });
    expect(trialNumbers(done({ state: "stopped", result: trialResult({ n: 9, pairs: [early] }) }), undefined)).toBe(
      "stopped · +0.42, too few visits for a verdict (9)",
    );
    expect(trialNumbers(done({ result: undefined }), undefined)).toBe("");
  });

  it("says how far it is while it goes on, and decides nothing before its time", () => {
    const loading = trialProgress({ phase: "Loading data", fraction: 0.5, n: 0 });
    expect(trialNumbers(trialSummary({ state: "starting" }), undefined)).toBe("starting");
    expect(trialNumbers(trialSummary(), loading)).toBe("Loading data 50 %");
    const open = { verdict: "undecided", interval: { low: -0.5, high: 0.9 } } as const;
    expect(trialNumbers(trialSummary({ result: withPair(open, 34) }), trialProgress())).toBe(
      "34 % · 34 of 100 visits · +0.42 [-0.50, +0.90]",
    );
    expect(trialNumbers(trialSummary({ state: "paused" }), trialProgress())).toBe("paused · 34 % · 34 of 100 visits");
  });

  it("names the best of several contenders", () => {
    const contenders = [contender("as it is", "a"), contender("short", "b"), contender("long", "c")];
    const pairs = [pair({ verdict: "worse", mean: -1 }), pair({ contender: 2, mean: 0.5 })];
    expect(trialNumbers(done({ contenders, result: trialResult({ pairs }) }), undefined)).toBe(
      "long of 3: better +0.50 [+0.11, +0.70]",
    );
  });

  it("tells the whole sentence and the bill, and names are text whatever they hold", () => {
    const shows = { atEnd: 0.4, doubled: 0.3 };
    const result = withPair({ verdict: "undecided", shows });
    const { value } = trialTooltip(done({ result, name: "**x** [a](command:b)", activeSeconds: 62 }), undefined, noon);
    const text = value.replaceAll("\\", "").replaceAll("&#36;", "$");
    expect(text).toContain("+0.42 reward a visit [+0.11, +0.70]: undecided. 34 of 50 visits better, 9 worse, 7 equal.");
    expect(text).toContain(
      "Four trials of five would show a difference of 0.40 a visit in 100 visits, and one of 0.30 in 200.",
    );
    expect(text).toContain("| Paid | 480 calls, $0.07 |");
    expect(text).toContain("| Base | r, iteration 12 |");
    expect(value).not.toContain("[a](command:b)");
  });

  it("knows no price where one contender's is unknown", () => {
    const { contenders } = trialResult();
    expect(trialBill(contenders)).toBe("480 calls, $0.07");
    expect(trialBill([...contenders, { ...contenders[1], cost: undefined } as never])).toBe("960 calls, price unknown");
  });

  it("reads well aloud", () => {
    expect(trialLabel(done(), undefined)).toBe("Trial Quickstart: planner.lerl.md, done, better +0.42 [+0.11, +0.70]");
  });
});
