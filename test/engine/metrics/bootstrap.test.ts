import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bootstrapEstimate } from "../../../src/engine/metrics/bootstrap.ts";
import { aggregate } from "../../../src/engine/metrics/statistics.ts";
import { everyResample, exactQuantile } from "./everyResample.ts";

const ten = [12.1, 9.4, 15.3, 11.0, 10.2, 13.7, 8.9, 14.4, 12.8, 11.6];
const few = [0.025, 500] as const;
const sample = fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { minLength: 2, maxLength: 12 });

describe("percentile bootstrap", () => {
  it.each(["mean", "iqm"] as const)("of a small sample's %s agrees with all its resamples", (statistic) => {
    for (const scores of [[1, 2, 4, 8.5, 17], ten]) {
      const exact = everyResample(scores, statistic);
      const { value, low, high, n } = bootstrapEstimate(scores, statistic);
      expect([value, n]).toEqual([aggregate(scores, statistic), scores.length]);
      // Within the values next to the exact quantile: the sampling error of 50,000 draws is below 0.002 in probability.
      expect(low).toBeGreaterThanOrEqual(exactQuantile(exact, 0.023));
      expect(low).toBeLessThanOrEqual(exactQuantile(exact, 0.027));
      expect(high).toBeGreaterThanOrEqual(exactQuantile(exact, 0.973));
      expect(high).toBeLessThanOrEqual(exactQuantile(exact, 0.977));
    }
  });

  it("does not depend on the order of scores", () => {
    fc.assert(
      fc.property(sample, (scores) => {
        const once = bootstrapEstimate(scores, "iqm", ...few);
        expect(bootstrapEstimate([...scores].reverse(), "iqm", ...few)).toEqual(once);
      }),
      { numRuns: 30 },
    );
  });

  it("stays between the extremes, and shifts and scales with the scores", () => {
    fc.assert(
      fc.property(sample, (scores) => {
        const { low, high } = bootstrapEstimate(scores, "iqm", ...few);
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(Math.min(...scores) - 1e-9);
        expect(high).toBeLessThanOrEqual(Math.max(...scores) + 1e-9);
        const doubled = scores.map((score) => 2 * score + 3);
        const moved = bootstrapEstimate(doubled, "iqm", ...few);
        expect(moved.low).toBeCloseTo(2 * low + 3, 6);
        expect(moved.high).toBeCloseTo(2 * high + 3, 6);
      }),
      { numRuns: 30 },
    );
  });

  it("has no width for one score or equal scores, and refuses what cannot be aggregated", () => {
    expect(bootstrapEstimate([3], "iqm")).toEqual({ value: 3, low: 3, high: 3, n: 1 });
    expect(bootstrapEstimate([2, 2, 2, 2], "iqm", ...few)).toEqual({ value: 2, low: 2, high: 2, n: 4 });
    for (const scores of [[], [1, Number.NaN]]) {
      expect(() => bootstrapEstimate(scores, "mean")).toThrow(expect.objectContaining({ name: "LerlError" }));
    }
  });
});
