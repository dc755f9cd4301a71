import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bootstrapEstimate, improvementEstimate, pairedDifference } from "../../../src/engine/metrics/bootstrap.ts";
import { aggregate, mean, quantile, sortedScores } from "../../../src/engine/metrics/statistics.ts";

// Expected intervals below, where no derivation is given: NumPy with 400,000 to 2,000,000 resamples of its own.
const x = [12.1, 9.4, 15.3, 11.0, 10.2, 13.7, 8.9, 14.4, 12.8, 11.6];
const y = [10.2, 9.4, 11.9, 8.1, 12.1, 10.8, 9.9, 7.3];
const few = { resamples: 500 };
const sample = fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { minLength: 2, maxLength: 12 });

/** Every resample of a small sample, each once: the bootstrap distribution itself. */
function everyResample(scores: readonly number[]): number[][] {
  let resamples: number[][] = [[]];
  for (const _ of scores) resamples = resamples.flatMap((begun) => scores.map((score) => [...begun, score]));
  return resamples;
}

describe("bootstrap interval", () => {
  it.each([
    ["mean", mean],
    ["iqm", (scores: Iterable<number>) => aggregate(scores, "iqm")],
  ] as const)("of a small sample's %s agrees with all its resamples", (statistic, of) => {
    const scores = [1, 2, 4, 8.5, 17];
    const exact = sortedScores(everyResample(scores).map(of));
    const { value, low, high, n } = bootstrapEstimate([scores], statistic);
    expect(value).toBe(of(scores));
    expect(n).toBe(5);
    // Within the values next to the exact quantile: the sampling error of 50,000 draws is below 0.002 in probability.
    for (const [end, share] of [
      [low, 0.025],
      [high, 0.975],
    ] as const) {
      expect(end).toBeGreaterThanOrEqual(quantile(exact, share - 0.002));
      expect(end).toBeLessThanOrEqual(quantile(exact, share + 0.002));
    }
  });

  it("agrees with an independent computation on ten runs", () => {
    const iqm = bootstrapEstimate([x], "iqm");
    expect(iqm.value).toBeCloseTo(11.9, 12);
    expect(iqm.low).toBeCloseTo(10.35, 1);
    expect(iqm.high).toBeCloseTo(13.5, 1);
    const average = bootstrapEstimate([x], "mean");
    expect(average.low).toBeCloseTo(10.7, 1);
    expect(average.high).toBeCloseTo(13.2, 1);
  });

  it("resamples each stratum by itself", () => {
    const { value, low, high, n } = bootstrapEstimate([x, y], "iqm");
    expect(n).toBe(18);
    expect(value).toBeCloseTo(10.92, 12);
    expect(low).toBeCloseTo(9.99, 1);
    expect(high).toBeCloseTo(11.93, 1);
    // Each stratum is constant, so is every resample; one pooled sample would vary.
    expect(
      bootstrapEstimate(
        [
          [0, 0, 0],
          [9, 9, 9],
        ],
        "mean",
        few,
      ),
    ).toEqual({ value: 4.5, low: 4.5, high: 4.5, n: 6 });
  });

  it("does not depend on the order of scores, and repeats with its seed", () => {
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        const once = bootstrapEstimate([first, second], "iqm", few);
        expect(bootstrapEstimate([[...first].reverse(), [...second].sort()], "iqm", few)).toEqual(once);
      }),
      { numRuns: 30 },
    );
    expect(bootstrapEstimate([x], "mean", { ...few, seed: 1 })).not.toEqual(
      bootstrapEstimate([x], "mean", { ...few, seed: 2 }),
    );
  });

  it("stays between the extremes, and shifts and scales with the scores", () => {
    fc.assert(
      fc.property(sample, (scores) => {
        const { low, high } = bootstrapEstimate([scores], "iqm", few);
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(Math.min(...scores) - 1e-9);
        expect(high).toBeLessThanOrEqual(Math.max(...scores) + 1e-9);
        const moved = bootstrapEstimate([scores.map((score) => 2 * score + 3)], "iqm", few);
        expect(moved.low).toBeCloseTo(2 * low + 3, 6);
        expect(moved.high).toBeCloseTo(2 * high + 3, 6);
      }),
      { numRuns: 30 },
    );
  });

  it("narrows with more scores and widens with more confidence", () => {
    const width = (scores: readonly number[], confidence: number) => {
      const { low, high } = bootstrapEstimate([scores], "mean", { resamples: 5000, confidence });
      return high - low;
    };
    expect(width([...x, ...x, ...x, ...x], 0.95)).toBeLessThan(0.6 * width(x, 0.95));
    expect(width(x, 0.99)).toBeGreaterThan(width(x, 0.9));
  });

  it("has no width for one score or equal scores, and refuses what cannot be aggregated", () => {
    expect(bootstrapEstimate([[3]], "iqm")).toEqual({ value: 3, low: 3, high: 3, n: 1 });
    expect(bootstrapEstimate([[2, 2, 2, 2]], "iqm", few)).toEqual({ value: 2, low: 2, high: 2, n: 4 });
    for (const strata of [[], [[]], [[1, Number.NaN]]]) {
      expect(() => bootstrapEstimate(strata, "mean")).toThrow(expect.objectContaining({ name: "LerlError" }));
    }
  });
});

describe("paired bootstrap", () => {
  it("agrees with an independent computation", () => {
    const { value, low, high } = pairedDifference([x.slice(0, 8)], [y]);
    expect(value).toBeCloseTo(1.9125, 12);
    expect(low).toBeCloseTo(0.125, 1);
    expect(high).toBeCloseTo(3.8375, 1);
  });

  it("sees a small steady difference that two separate intervals hide", () => {
    const better = x.map((score, i) => score + 0.1 + 0.01 * (i % 3));
    const { low } = pairedDifference([better], [x]);
    expect(low).toBeGreaterThan(0.1);
    expect(bootstrapEstimate([better], "mean").low).toBeLessThan(bootstrapEstimate([x], "mean").high);
  });

  it("is the other way round for the other order, and refuses sessions without a partner", () => {
    const there = pairedDifference([x, y], [[...x].reverse(), y.map((score) => score / 2)]);
    const back = pairedDifference([[...x].reverse(), y.map((score) => score / 2)], [x, y]);
    expect(back.value).toBeCloseTo(-there.value, 12);
    expect(() => pairedDifference([x], [y])).toThrow("stratum 0 has 10 and 8 scores");
    expect(() => pairedDifference([x, x], [x])).toThrow("2 and 1 strata");
    expect(() => pairedDifference([x], [x, x])).toThrow("1 and 2 strata");
  });
});

describe("probability of improvement with its interval", () => {
  it("agrees with an independent computation", () => {
    const { value, low, high } = improvementEstimate([x], [y]);
    expect(value).toBeCloseTo(0.75625, 12);
    expect(low).toBeCloseTo(0.506, 1.5);
    expect(high).toBeCloseTo(0.95, 1.5);
  });

  it("counts ties half in every resample", () => {
    expect(improvementEstimate([[1, 1, 1]], [[1, 1]], few)).toEqual({ value: 0.5, low: 0.5, high: 0.5, n: 2 });
    const { low, high } = improvementEstimate([[1, 2]], [[1, 2]]);
    // Of 16 equally likely pairs of resamples, 1/16 wins all four duels and 1/16 loses them.
    expect([low, high]).toEqual([0, 1]);
  });

  it("averages over strata, and refuses nothing to compare", () => {
    expect(
      improvementEstimate(
        [
          [2, 2],
          [1, 1],
        ],
        [
          [1, 1],
          [2, 2],
        ],
        few,
      ).value,
    ).toBe(0.5);
    expect(() => improvementEstimate([], [])).toThrow("0 and 0 strata");
    expect(() => improvementEstimate([[]], [[1]])).toThrow("no scores");
  });
});
