import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  aggregate,
  formatEstimate,
  formatInterval,
  formatNumber,
  mean,
  normalisedScore,
  probabilityOfImprovement,
  quantile,
  sortedScores,
} from "../../../src/engine/metrics/statistics.ts";

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const sample = fc.array(finite, { minLength: 1, maxLength: 40 });
const x = [12.1, 9.4, 15.3, 11.0, 10.2, 13.7, 8.9, 14.4, 12.8, 11.6];
const y = [10.2, 9.4, 11.9, 8.1, 12.1, 10.8, 9.9, 7.3];

const interquartileMean = (scores: Iterable<number>): number => aggregate(scores, "iqm");

describe("interquartile mean", () => {
  it.each([
    [[5], 5],
    [[1, 3], 2],
    [[0, 3, 100], 103 / 3],
    [[100, 1, 3, -50], 2],
    [[1, 2, 3, 4, 1000], 3],
    [[0, 0, 1, 2, 3, 4, 5, 99], 2.5],
    // scipy.stats.trim_mean(..., 0.25)
    [x, 11.9],
    [y, 10.075],
  ])("of %j is %d", (scores, expected) => {
    expect(interquartileMean(scores)).toBeCloseTo(expected, 12);
  });

  it("does not depend on order, stays between the extremes, and moves with the scores", () => {
    fc.assert(
      fc.property(sample, finite, (scores, shift) => {
        const value = interquartileMean(scores);
        expect(interquartileMean([...scores].reverse())).toBe(value);
        expect(value).toBeGreaterThanOrEqual(Math.min(...scores) - 1e-9);
        expect(value).toBeLessThanOrEqual(Math.max(...scores) + 1e-9);
        expect(interquartileMean(scores.map((score) => score + shift))).toBeCloseTo(value + shift, 6);
      }),
    );
  });

  it("ignores outliers that the mean follows", () => {
    expect(interquartileMean([1, 1, 1, 1e9])).toBe(1);
    expect(mean([1, 2, 6])).toBe(3);
  });
});

describe("what cannot be aggregated", () => {
  it.each([[[]], [[1, Number.NaN]], [[Number.POSITIVE_INFINITY, 1]], [[1, Number.NEGATIVE_INFINITY]]])(
    "%j is refused",
    (scores) => {
      expect(() => aggregate(scores, "iqm")).toThrow(expect.objectContaining({ name: "LerlError" }));
      expect(() => probabilityOfImprovement(scores, [1])).toThrow();
      expect(() => probabilityOfImprovement([1], scores)).toThrow();
    },
  );
});

describe("quantile", () => {
  it("is linear between neighbours, as numpy.percentile", () => {
    const sorted = sortedScores(x);
    expect([0.025, 0.5, 0.975].map((share) => quantile(sorted, share))).toEqual([
      expect.closeTo(9.0125, 10),
      expect.closeTo(11.85, 10),
      expect.closeTo(15.0975, 10),
    ]);
    expect(quantile(Float64Array.of(7), 0.3)).toBe(7);
  });
});

describe("probability of improvement", () => {
  it.each([
    [[1], [1], 0.5],
    [[2], [1], 1],
    [[1], [2], 0],
    [[1, 2, 3], [2], 0.5],
    [[1, 2], [1, 2], 0.5],
    // Of six pairs, 3 wins and 2 ties.
    [[2, 3], [1, 2, 3], 4 / 6],
    // scipy.stats.mannwhitneyu(x, y).statistic / (n m)
    [x, y, 0.75625],
  ])("of %j over %j is %d", (first, second, expected) => {
    expect(probabilityOfImprovement(first, second)).toBeCloseTo(expected, 12);
  });

  it("counts pairs, is complementary, and keeps to [0, 1]", () => {
    const coarse = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(coarse, coarse, (first, second) => {
        let wins = 0;
        for (const a of first) for (const b of second) wins += a > b ? 1 : a === b ? 0.5 : 0;
        const probability = probabilityOfImprovement(first, second);
        expect(probability).toBeCloseTo(wins / (first.length * second.length), 12);
        expect(probability + probabilityOfImprovement(second, first)).toBeCloseTo(1, 12);
      }),
    );
  });
});

describe("normalised score", () => {
  it("is 0 for random and 1 for the oracle, and may leave that range", () => {
    expect(normalisedScore(5, 5, 9)).toBe(0);
    expect(normalisedScore(9, 5, 9)).toBe(1);
    expect(normalisedScore(11, 5, 9)).toBe(1.5);
    expect(normalisedScore(3, 5, 9)).toBe(-0.5);
    expect(normalisedScore(3, 5, 5)).toBeUndefined();
  });
});

describe("formatting", () => {
  it("shows a value with its interval", () => {
    const estimate = { value: 12.2837, low: 11.9, high: 12.6514, n: 10 };
    expect(formatEstimate(estimate)).toBe("12.284 [11.900, 12.651]");
    expect(formatEstimate(estimate, 1)).toBe("12.3 [11.9, 12.7]");
    expect(formatInterval({ low: -1, high: 0 }, 0)).toBe("[-1, 0]");
  });

  it("claims no interval for one run, and shows no negative zero", () => {
    expect(formatEstimate({ value: 3, low: 3, high: 3, n: 1 })).toBe("3.000 (one run)");
    expect(formatNumber(-0.0004)).toBe("0.000");
    expect(formatNumber(-0.4, 0)).toBe("0");
    expect(formatNumber(-0.04, 2)).toBe("-0.04");
  });
});
