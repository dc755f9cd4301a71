import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { RunningMoments, sequenceHalfWidth } from "../../../src/engine/metrics/confidenceSequence.ts";
import { type Bill, Tally, type TallySetting } from "../../../src/engine/trials/tally.ts";
import type { TrialResult } from "../../../src/protocol/trial/result.ts";
import type { VisitRow } from "../../../src/protocol/trial/visit.ts";
import { around, visit, visits } from "./visits.ts";

const two: TallySetting = { contenders: ["base", "own"], planned: 40, sessions: 40, stop: true };
const three: TallySetting = { ...two, contenders: ["base", "own", "other"] };

function tallied(rows: readonly VisitRow[], setting: Partial<TallySetting> = {}): Tally {
  const tally = new Tally({ ...two, ...setting });
  for (const row of rows) tally.add(row);
  return tally;
}

const resultOf = (rows: readonly VisitRow[], setting: Partial<TallySetting> = {}): TrialResult =>
  tallied(rows, setting).result([]);
const verdicts = ({ pairs }: TrialResult) => pairs.map(({ verdict }) => verdict);
const pairOf = (result: TrialResult, i = 0) => {
  const pair = result.pairs[i];
  if (!pair) throw new RangeError(`no pair ${i}`);
  return pair;
};

describe("visits count in their order", () => {
  it("and not before all before them are there, of every contender", () => {
    const tally = new Tally(three);
    const counts = [
      [1, 0],
      [1, 1],
      [1, 2],
      [0, 0],
      [0, 2],
      [0, 1],
    ].map(([session = 0, contender = 0]) => {
      tally.add(visit(contender, session));
      return tally.n;
    });
    expect(counts).toEqual([0, 0, 0, 0, 0, 2]);
    expect(tally.has(2, 1)).toBe(true);
    expect(tally.has(0, 2)).toBe(false);
  });

  it("and say nothing of what was served beside the order", () => {
    const result = resultOf([
      visit(0, 0, { expected: 1 }),
      visit(1, 0, { expected: 3 }),
      visit(1, 1, { expected: 99 }),
    ]);
    expect(result.n).toBe(1);
    expect(result.contenders.map(({ expected }) => expected)).toEqual([1, 3]);
    expect(pairOf(result).visits).toEqual({ better: 1, equal: 0, worse: 0 });
  });

  it("with one result, in whatever order they come", () => {
    const random = new RandomStream(1, "visits");
    const uneven = () => Array.from({ length: 40 }, () => random.normal() + 0.7);
    const rows = visits(8, uneven(), uneven());
    const straight = resultOf(rows, three);
    expect(straight.n).toBeLessThan(40);
    for (let seed = 0; seed < 20; seed++) {
      const shuffle = new RandomStream(seed, "order");
      const order = rows.map((row) => ({ row, at: shuffle.uniform() })).sort((a, b) => a.at - b.at);
      const mixed = order.map(({ row }) => row);
      expect(resultOf(mixed, three)).toEqual(straight);
    }
  });
});

describe("a contender", () => {
  it.each([
    ["better", 1],
    ["worse", -1],
  ])("is %s as soon as its interval leaves out 0, and not before 16 visits", (verdict, mean) => {
    const rows = visits(10, around(mean, 0.1, 40));
    expect(verdicts(resultOf(rows.slice(0, 30)))).toEqual(["undecided"]);
    expect(pairOf(resultOf(rows.slice(0, 30))).interval).toBeUndefined();
    expect(verdicts(resultOf(rows.slice(0, 32)))).toEqual([verdict]);
  });

  it("is equal enough at the planned number of visits, and not before", () => {
    const rows = visits(10, around(0, 0.1, 40));
    expect(verdicts(resultOf(rows.slice(0, 78)))).toEqual(["undecided"]);
    const end = resultOf(rows);
    expect(verdicts(end)).toEqual(["equal"]);
    expect(pairOf(end).interval?.high).toBeLessThan(pairOf(end).margin);
  });

  it("is identical where every plan is the baseline's, whoever made it, from the planned number on", () => {
    const rows = Array.from({ length: 40 }, (_, i) => [
      visit(0, i, { source: "model" }),
      visit(1, i, { source: "reused" }),
    ]);
    expect(verdicts(resultOf(rows.slice(0, 39).flat()))).toEqual(["undecided"]);
    expect(verdicts(resultOf(rows.flat()))).toEqual(["identical"]);
    expect(verdicts(resultOf(rows.slice(0, 5).flat(), { planned: 5, sessions: 5 }))).toEqual(["identical"]);
  });

  it.each([
    ["another category", [[1, 2], [3]], [[1, 2], [4]]],
    ["another order", [[1, 2]], [[2, 1]]],
    [
      "a visit that lasts longer",
      [[1, 2]],
      [
        [1, 2],
        [1, 2],
      ],
    ],
  ])("is not identical with %s in a single visit", (_, steps, others) => {
    const rows = Array.from({ length: 40 }, (_, i) => [
      visit(0, i, { steps }),
      visit(1, i, { steps: i === 7 ? others : steps }),
    ]);
    expect(verdicts(resultOf(rows.flat()))).toEqual(["equal"]);
  });

  it("stays undecided where the visits differ too much to tell", () => {
    const tally = tallied(visits(10, around(0.1, 5, 40)));
    expect(verdicts(tally.result([]))).toEqual(["undecided"]);
    expect(tally.isDecided).toBe(false);
    expect(tally.isDone).toBe(true);
  });

  it("has no verdict from rounding alone", () => {
    const result = resultOf(visits(10, around(1e-12, 0, 40)));
    expect(verdicts(result)).toEqual(["equal"]);
    expect(pairOf(result).visits).toEqual({ better: 0, equal: 40, worse: 0 });
  });
});

describe("a trial", () => {
  const clear = around(1, 0.1, 40);
  const unclear = around(0, 3, 40);

  it("stops where every contender is decided, and counts no visit that was on its way", () => {
    const tally = tallied(visits(10, clear));
    expect([tally.n, tally.isDone]).toEqual([16, true]);
    expect(tally.result([]).contenders[1]?.expected).toBeCloseTo(11, 12);
  });

  it("serves all visits where it is not to stop", () => {
    const tally = tallied(visits(10, clear).slice(0, 60), { stop: false });
    expect([tally.n, tally.isDecided, tally.isDone]).toEqual([30, true, false]);
    for (const row of visits(10, clear).slice(60)) tally.add(row);
    expect([tally.n, tally.isDone]).toEqual([40, true]);
  });

  it("goes on while one contender is undecided", () => {
    const result = resultOf(visits(10, clear, unclear), three);
    expect(result.n).toBe(40);
    expect(verdicts(result)[0]).toBe("better");
  });

  it("asks more of each contender the more there are", () => {
    const half = (result: TrialResult) => pairOf(result).interval?.high ?? Number.NaN;
    const { deviation } = pairOf(resultOf(visits(10, unclear)));
    const atAlpha = (alpha: number) => sequenceHalfWidth(40, deviation, { alpha, planned: 40 });
    expect(half(resultOf(visits(10, unclear)))).toBeCloseTo(atAlpha(0.05) ?? 0, 12);
    expect(half(resultOf(visits(10, unclear, unclear), three))).toBeCloseTo(atAlpha(0.025) ?? 0, 12);
  });

  it("that is extended keeps the interval it was planned with, and may be decided then", () => {
    const rows = visits(10, around(0.2, 0.8, 160));
    const planned = resultOf(rows.slice(0, 80), { margin: 0.01 });
    expect(verdicts(planned)).toEqual(["undecided"]);
    const extended = resultOf(rows, { margin: 0.01, sessions: 160 });
    expect(verdicts(extended)).toEqual(["better"]);
    const { mean, deviation, interval } = pairOf(extended);
    const half = sequenceHalfWidth(extended.n, deviation, { alpha: 0.05, planned: 40 }) ?? Number.NaN;
    expect(interval?.low).toBeCloseTo(mean - half, 12);
  });
});

describe("equal enough", () => {
  it("means within 5 % of the baseline's R_cum, or what the planned visits can tell apart", () => {
    expect(resultOf(visits(10, around(0, 0.1, 40))).pairs[0]?.margin).toBeCloseTo(0.5, 12);
    expect(resultOf(visits(-10, around(0, 0.1, 40))).pairs[0]?.margin).toBeCloseTo(0.5, 12);
    const noisy = resultOf(visits(10, around(0.1, 5, 40)));
    const deviation = noisy.pairs[0]?.deviation ?? 0;
    const reach = sequenceHalfWidth(40, deviation, { alpha: 0.05, planned: 40 });
    expect(noisy.pairs[0]?.margin).toBeCloseTo(reach ?? 0, 12);
    expect(noisy.pairs[0]?.margin).toBeGreaterThan(0.5);
  });

  it("means what was given, where it was", () => {
    const rows = visits(10, around(0.05, 0.4, 40));
    expect(verdicts(resultOf(rows, { margin: 0.05 }))).toEqual(["undecided"]);
    const wide = resultOf(rows, { margin: 2 });
    expect([wide.pairs[0]?.margin, ...verdicts(wide)]).toEqual([2, "equal"]);
  });

  it("is told as wide as it was for every contender that is", () => {
    const result = resultOf(visits(10, around(0, 0.1, 40), around(0, 3, 40)), three);
    for (const { verdict, interval, margin } of result.pairs) {
      if (verdict === "equal") expect(interval?.high).toBeLessThanOrEqual(margin);
    }
  });
});

describe("what a pair would have shown", () => {
  it("is what a mean of .84 standard errors less would still show, at the end and at twice as many visits", () => {
    const differences = around(0.1, 2, 20);
    const moments = new RunningMoments();
    for (const difference of differences) moments.add(difference);
    const { shows, deviation } = pairOf(resultOf(visits(10, differences)));
    expect(deviation).toBeCloseTo(moments.deviation, 12);
    const setting = { alpha: 0.05, planned: 40 };
    const at = (n: number): number =>
      (sequenceHalfWidth(n, moments.deviation, setting) ?? 0) + (0.8416 * moments.deviation) / Math.sqrt(n);
    expect(shows?.atEnd).toBeCloseTo(at(40), 12);
    expect(shows?.doubled).toBeCloseTo(at(80), 12);
  });

  it("is not told below 16 planned visits, nor from a single visit", () => {
    expect(pairOf(resultOf(visits(10, [1, 2, 3]), { planned: 3, sessions: 3 })).shows).toBeUndefined();
    expect(pairOf(resultOf(visits(10, [1]))).shows).toBeUndefined();
  });
});

describe("the visits where a contender lost most", () => {
  it("come worst first, then in their order; none where it lost nothing, ten at most", () => {
    const { worst } = pairOf(resultOf(visits(10, [-1, 2, -3, 0, -3])));
    expect(worst).toEqual([
      { session: 2, user: "u2", difference: -3 },
      { session: 4, user: "u4", difference: -3 },
      { session: 0, user: "u0", difference: -1 },
    ]);
    const many = Array.from({ length: 14 }, (_, i) => -i - 1);
    expect(pairOf(resultOf(visits(50, many))).worst.map(({ session }) => session)).toEqual([
      13, 12, 11, 10, 9, 8, 7, 6, 5, 4,
    ]);
  });
});

describe("a contender's numbers", () => {
  const rows = [
    visit(0, 0, { expected: 2, rCum: 3, steps: [[1], [2], [3], [4]], repeated: [3], rSin: 0.75 }),
    visit(0, 1, { expected: 4, rCum: 1, steps: [[1], [2]], rSin: 0.5 }),
    visit(1, 0, {
      expected: 3,
      rCum: 4,
      rSin: 0.8,
      steps: [[1], [2], [3], [4], [5]],
      repeated: [1, 2],
      plans: { made: 3, size: 9, followed: 2, overlap: 0.5, invalid: 2, fallback: 1 },
      judged: { steps: 3, oracle: 6, inPlan: 4.5, served: 3, stepsLost: 2 },
    }),
    visit(1, 1, {
      expected: 5,
      rCum: 5,
      rSin: 1.2,
      steps: [[1], [2], [3]],
      plans: { made: 1, size: 3 },
      judged: { steps: 1, oracle: 2, inPlan: 1.5, served: 1, stepsLost: 0 },
    }),
  ];
  const bill: Bill = { calls: 7, tokens: 900, cost: 0.02, latencies: [30, 10, 20] };
  const free: Bill = { calls: 0, tokens: 0, cost: undefined, latencies: [] };

  it("are means over the visits that count, and shares of what was made in them", () => {
    const [, own] = tallied(rows).result([free, bill]).contenders;
    // 5 + 3 steps, 2 of them repeats; 4 plans of 12 categories.
    expect(own).toMatchObject({ name: "own", rCum: 4.5, expected: 4, tInt: 4, rSin: 1, repeats: 0.25, planSize: 3 });
    expect(own).toMatchObject({ planOverlap: 0.25, invalidPlans: 0.5, fallbackPlans: 0.25 });
    expect(own).toMatchObject({ calls: 7, tokens: 900, cost: 0.02, latencyMs: 20 });
  });

  it("judge its plans as plans, visit after visit in their order", () => {
    const tally = tallied(rows);
    tally.plans = { candidates: [1, 2, 3], reading: "any" };
    const [base, own] = tally.result([]).contenders;
    expect(base?.plans).toEqual({ plans: 6, usable: 1, different: 1, fromLast: 0, copied: 0, sameness: 1 });
    expect(own?.plans).toMatchObject({ plans: 8, usable: 1, fromLast: 0 });
    const three = tallied([
      visit(0, 0),
      visit(1, 0, {
        steps: [
          [1, 2, 3],
          [1, 2],
        ],
      }),
    ]);
    three.plans = { candidates: [1, 2, 3, 4], reading: "any" };
    expect(three.result([]).contenders[1]?.plans).toMatchObject({ copied: 1 / 2, fromLast: 1 / 2 });
    const unplanned = tallied([visit(0, 0), visit(1, 0, { source: "none" })]).result([]);
    expect(unplanned.contenders[1]).not.toHaveProperty("plans");
  });

  it("tell what was lost a planned step: by the plan, and by the policy inside it", () => {
    const [, own] = tallied(rows).result([]).contenders;
    expect(own?.lostByPlan).toBeCloseTo((8 - 6) / 4, 12);
    expect(own?.lostByPolicy).toBeCloseTo((6 - 4) / 4, 12);
    // A step lost costs what the baseline gets a step: (2 + 4) expected in 4 + 2 steps.
    expect(own?.planValue).toBeCloseTo((6 - 2 * 1) / 4, 12);
  });

  it("are left out where there is nothing to measure them on", () => {
    const [base] = tallied(rows).result([free, bill]).contenders;
    for (const name of ["planSize", "planOverlap", "invalidPlans", "lostByPlan", "planValue", "cost", "latencyMs"])
      expect(base).not.toHaveProperty(name);
    expect(base).toMatchObject({ rCum: 2, expected: 3, tInt: 3, repeats: 1 / 6, calls: 0 });
    expect(resultOf([])).toMatchObject({
      n: 0,
      contenders: [{ rCum: 0 }, { rCum: 0 }],
      pairs: [{ verdict: "undecided" }],
    });
  });

  it("of clicks stand beside what is compared, with an interval at the end only", () => {
    const tally = tallied(rows);
    expect(pairOf(tally.result([])).clicks).toEqual({ mean: 2.5 });
    const end = pairOf(tally.result([], true));
    expect(end.clicks).toEqual({ mean: 2.5, interval: { low: 1, high: 4 } });
    expect([end.mean, end.verdict]).toEqual([1, "undecided"]);
  });
});
