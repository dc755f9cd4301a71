import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seedEstimate } from "../../../src/engine/metrics/seedEstimate.ts";
import { aggregate } from "../../../src/engine/metrics/statistics.ts";
import { everyResample, exactQuantile } from "./everyResample.ts";

const ten = [12.1, 9.4, 15.3, 11.0, 10.2, 13.7, 8.9, 14.4, 12.8, 11.6];
const few = 500;
const sample = fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { minLength: 2, maxLength: 12 });

describe("interval over seeds", () => {
  it.each([
    // P(Z > t) for t = 2.570582 and 2.262157.
    [[1, 2, 4, 8.5, 17, 3], 0.0050765],
    [ten, 0.0118441],
  ])("agrees with all resamples at the levels of Student's t", (scores, level) => {
    const exact = everyResample(scores, "iqm");
    const { value, low, high, n } = seedEstimate(scores);
    expect([value, n]).toEqual([aggregate(scores, "iqm"), scores.length]);
    // Three sampling errors of 50,000 draws.
    const error = 3 * Math.sqrt(level / 50_000);
    expect(low).toBeGreaterThanOrEqual(exactQuantile(exact, level - error));
    expect(low).toBeLessThanOrEqual(exactQuantile(exact, level + error));
    expect(high).toBeGreaterThanOrEqual(exactQuantile(exact, 1 - level - error));
    expect(high).toBeLessThanOrEqual(exactQuantile(exact, 1 - level + error));
  });

  it("of five seeds goes from the lowest to the highest", () => {
    // The interquartile mean of a resample is an extreme with probability 21 / 3125 = .0067, more than the level of .0027.
    expect(seedEstimate([3, 9, 4, 1, 5])).toEqual({ value: 4, low: 1, high: 9, n: 5 });
  });

  it("of two to four seeds is Student's", () => {
    // s^2 = 2, t = 12.7062 with one degree of freedom.
    const two = seedEstimate([4, 6]);
    expect(two).toMatchObject({ value: 5, n: 2 });
    expect(two.low).toBeCloseTo(5 - 12.7062, 3);
    expect(two.high).toBeCloseTo(5 + 12.7062, 3);
    // Mean 3.5, s^2 = 29 / 3, t = 3.18245; the interquartile mean is that of 2 and 3.
    const four = seedEstimate([2, 1, 8, 3]);
    expect(four.value).toBe(2.5);
    expect(four.low).toBeCloseTo(3.5 - 3.18245 * Math.sqrt(29 / 3 / 4), 3);
    expect(four.high).toBeCloseTo(3.5 + 3.18245 * Math.sqrt(29 / 3 / 4), 3);
  });

  it("does not depend on the order of scores", () => {
    fc.assert(
      fc.property(sample, (scores) => {
        const once = seedEstimate(scores, few);
        expect(seedEstimate([...scores].reverse(), few)).toEqual(once);
      }),
      { numRuns: 30 },
    );
  });

  it("holds its value, and shifts and scales with the scores", () => {
    fc.assert(
      fc.property(sample, (scores) => {
        const { value, low, high } = seedEstimate(scores, few);
        expect(low).toBeLessThanOrEqual(value + 1e-9);
        expect(high).toBeGreaterThanOrEqual(value - 1e-9);
        const moved = seedEstimate(
          scores.map((score) => 2 * score + 3),
          few,
        );
        expect(moved.low).toBeCloseTo(2 * low + 3, 6);
        expect(moved.high).toBeCloseTo(2 * high + 3, 6);
      }),
      { numRuns: 30 },
    );
  });

  it("narrows with more scores", () => {
    const width = (scores: readonly number[]) => {
      const { low, high } = seedEstimate(scores, 5000);
      return high - low;
    };
    expect(width([...ten, ...ten, ...ten, ...ten])).toBeLessThan(0.6 * width(ten));
  });

  it("has no width for one score or equal scores, and refuses what cannot be aggregated", () => {
    expect(seedEstimate([3])).toEqual({ value: 3, low: 3, high: 3, n: 1 });
    for (const n of [2, 4, 5, 9]) {
      expect(seedEstimate(Array(n).fill(2), few)).toEqual({ value: 2, low: 2, high: 2, n });
    }
    for (const scores of [[], [1, Number.NaN]]) {
      expect(() => seedEstimate(scores)).toThrow(expect.objectContaining({ name: "LerlError" }));
    }
  });
});
