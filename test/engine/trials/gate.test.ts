import { describe, expect, it } from "vitest";
import { type Judgement, judgeAll, judgeCondition, parseCondition } from "../../../src/engine/trials/gate.ts";
import type { ContenderResult, PairResult, TrialResult } from "../../../src/protocol/trial/result.ts";

const numbers: ContenderResult = {
  name: "c",
  rCum: 9,
  expected: 9,
  tInt: 5,
  rSin: 1,
  repeats: 0.25,
  calls: 480,
  tokens: 9000,
};
const pair: PairResult = {
  contender: 1,
  verdict: "undecided",
  mean: 0,
  deviation: 1,
  visits: { better: 0, equal: 20, worse: 0 },
  clicks: { mean: 0 },
  margin: 0.5,
  worst: [],
};

interface Made extends Partial<ContenderResult> {
  readonly pair?: Partial<PairResult>;
}

/** A baseline, and contenders with these numbers and pairs. */
const resultOf = (...made: readonly Made[]): TrialResult => ({
  n: 20,
  contenders: [numbers, ...made.map(({ pair: _, ...own }) => ({ ...numbers, ...own }))],
  pairs: made.map(({ pair: own }, i) => ({ ...pair, ...own, contender: i + 1 })),
});

const judged = (condition: string, ...made: readonly Made[]): readonly Judgement[] =>
  judgeCondition(parseCondition(condition), resultOf(...made));

const between = (low: number, high: number): Made => ({
  pair: { interval: { low, high }, mean: (low + high) / 2 },
});

describe("a condition", () => {
  it.each([
    ["rCum < baseline", { metric: "rCum", operator: "<", value: 0 }],
    ["rCum<=baseline-0.2", { metric: "rCum", operator: "<=", value: -0.2 }],
    ["  rCum > baseline + 3 ", { metric: "rCum", operator: ">", value: 3 }],
    ["fallbackPlans > 0.05", { metric: "fallbackPlans", operator: ">", value: 0.05 }],
    ["planValue >= -1", { metric: "planValue", operator: ">=", value: -1 }],
  ])("is read from %j", (text, condition) => {
    expect(parseCondition(text)).toEqual({ ...condition, text: text.trim() });
  });

  it.each([
    ["", /^--fail-if "": expected "rCum < baseline", .* or a metric and a number\.$/],
    ["rCum = baseline", /^--fail-if "rCum = baseline": expected "rCum < baseline"/],
    ["rCum < baseline * 2", /expected "rCum < baseline - 0\.2"|expected "rCum < baseline"/],
    ["rCum < 9", /rCum is compared with the baseline, on the same visits: "rCum < baseline - 0\.2"\.$/],
    ["reward < baseline", /there is no "reward"; use rCum, pass, .*latencyMs, .*sameness\.$/],
    ["repeats > baseline", /repeats is compared with a number, for example "repeats > 0\.1"\.$/],
  ])("that cannot be read says what to write: %j", (text, message) => {
    expect(() => parseCondition(text)).toThrow(message);
    expect(() => parseCondition(text)).toThrow(expect.objectContaining({ code: "trial.fail-if" }));
  });
});

describe("a difference to the baseline", () => {
  it("is judged by its interval, not by its mean", () => {
    expect(judged("rCum < baseline", between(-3, 0.1))).toEqual(["undecided"]);
    expect(judged("rCum < baseline", between(-3, -0.1))).toEqual(["holds"]);
    expect(judged("rCum < baseline", between(0.1, 3))).toEqual(["fails"]);
    expect(judged("rCum < baseline", { pair: { mean: -5 } })).toEqual(["undecided"]);
  });

  it("is judged against what is allowed on top", () => {
    expect(judged("rCum < baseline - 0.5", between(-0.4, -0.1))).toEqual(["fails"]);
    expect(judged("rCum < baseline - 0.5", between(-0.9, -0.1))).toEqual(["undecided"]);
    expect(judged("rCum < baseline - 0.5", between(-0.9, -0.6))).toEqual(["holds"]);
    expect(judged("rCum < baseline + 0.5", between(0.1, 0.4))).toEqual(["holds"]);
    expect(judged("rCum > baseline + 0.5", between(0.6, 0.9))).toEqual(["holds"]);
  });

  it("counts an end of the interval on the limit only where the condition does", () => {
    expect(judged("rCum < baseline", between(-1, 0))).toEqual(["undecided"]);
    expect(judged("rCum <= baseline", between(-1, 0))).toEqual(["holds"]);
    expect(judged("rCum >= baseline", between(0, 1))).toEqual(["holds"]);
  });

  const equal: Made = { pair: { verdict: "equal", interval: { low: -0.3, high: 0.2 } } };
  const identical: Made = { pair: { verdict: "identical" } };

  it.each([
    ["rCum < baseline", "fails"],
    ["rCum > baseline", "fails"],
    ["rCum <= baseline", "holds"],
    ["rCum >= baseline", "holds"],
  ])("of equal enough or identical words: %s %s", (condition, judgement) => {
    expect(judged(condition, identical)).toEqual([judgement]);
    expect(judged(condition, equal)).toEqual([judgement]);
  });

  it("of equal enough words is measured all the same where more or less is asked than equality", () => {
    expect(judged("rCum < baseline - 0.5", equal)).toEqual(["fails"]);
    expect(judged("rCum < baseline - 0.1", equal)).toEqual(["undecided"]);
    expect(judged("rCum < baseline + 0.5", equal)).toEqual(["holds"]);
    expect(judged("rCum < baseline + 0.5", identical)).toEqual(["holds"]);
  });
});

describe("a number", () => {
  it("is compared as it is, for every contender but the baseline", () => {
    const two = [{ repeats: 0.1 }, { repeats: 0.4 }];
    expect(judged("repeats > 0.3", ...two)).toEqual(["fails", "holds"]);
    expect(judged("repeats <= 0.1", ...two)).toEqual(["holds", "fails"]);
    const plans = [{ plans: { plans: 4, usable: 0.9 } }, { plans: { plans: 4, usable: 0.96 } }];
    expect(judged("usable < 0.95", ...plans)).toEqual(["holds", "fails"]);
    expect(judged("calls >= 480", {})).toEqual(["holds"]);
    expect(judged("calls < 480", {})).toEqual(["fails"]);
  });

  it("that was not measured is undecided: a model without a price costs something", () => {
    expect(judged("cost > 1", {}, { cost: 2 }, { cost: 0.5 })).toEqual(["undecided", "holds", "fails"]);
    expect(judged("planOverlap > 0.9", {})).toEqual(["undecided"]);
    expect(judged("sameness > 0.9", {}, { plans: { plans: 4 } })).toEqual(["undecided", "undecided"]);
  });
});

describe("several conditions", () => {
  const all = (...conditions: readonly string[]): Judgement =>
    judgeAll(conditions.map(parseCondition), resultOf({ ...between(-1, 1), repeats: 0.4, calls: 10 }));

  it("hold where one of them does, and are undecided where none does and one is open", () => {
    expect(all("rCum < baseline", "repeats > 0.3", "calls > 99")).toBe("holds");
    expect(all("calls > 99", "rCum < baseline")).toBe("undecided");
    expect(all("calls > 99", "repeats > 0.9")).toBe("fails");
  });

  it("hold where they do for one contender of several", () => {
    const result = resultOf(between(0.1, 1), between(-1, -0.1), between(-1, 1));
    expect(judgeAll([parseCondition("rCum < baseline")], result)).toBe("holds");
  });
});
