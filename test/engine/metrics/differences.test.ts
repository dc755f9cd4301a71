import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { improvementEstimate, pairedDifference, unpairedDifference } from "../../../src/engine/metrics/differences.ts";

const x = [12.1, 9.4, 15.3, 11.0, 10.2];
const y = [10.2, 9.4, 11.9, 8.1];
const score = fc.double({ min: -1000, max: 1000, noNaN: true });

/** Two matrices [seed][session] of one shape. */
const pairs = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 }))
  .chain(([seeds, sessions]) =>
    fc.tuple(
      ...[0, 1].map(() =>
        fc.array(fc.array(score, { minLength: sessions, maxLength: sessions }), { minLength: seeds, maxLength: seeds }),
      ),
    ),
  ) as fc.Arbitrary<[number[][], number[][]]>;

const zeros = (like: readonly (readonly number[])[]) => like.map((row) => row.map(() => 0));
const halfWidth = ({ low, high }: { low: number; high: number }) => (high - low) / 2;
const byHand = (differences: readonly (readonly number[])[]) => pairedDifference(differences, zeros(differences));

describe("difference paired by seed and session", () => {
  it("adds what seeds and what sessions make of it", () => {
    // Means of seeds 2 and 8 (a = 18 / 2), of sessions 3 and 7 (b = 8 / 2), left over 1, -1, -1, 1 (e = 4 / 4); t(1) = 12.7062.
    const small = byHand([
      [1, 3],
      [5, 11],
    ]);
    expect(small).toMatchObject({ value: 5, n: 4 });
    expect(halfWidth(small)).toBeCloseTo(12.7062 * Math.sqrt(9 + 4 - 1), 2);
    // Computed apart: a = .2725, b = .161366, e = .026574; t(2) and t(3).
    const larger = byHand([
      [1.2, 0.4, 2.0, -0.3],
      [2.5, 1.1, 1.9, 0.8],
      [-0.6, 0.2, 0.9, -1.4],
    ]);
    expect(larger.value).toBeCloseTo(0.725, 12);
    expect(halfWidth(larger)).toBeCloseTo(2.53178, 4);
  });

  it("takes no more noise from the sessions than there is in them", () => {
    // Every session has the mean 4, seeds 3, 3 and 6: a = 3 / 3, t(2) = 4.30265.
    const even = byHand([
      [2, 4],
      [3, 3],
      [7, 5],
    ]);
    expect(halfWidth(even)).toBeCloseTo(4.30265, 3);
  });

  it("covers the sessions of a single seed, and the seeds of a single session", () => {
    // Mean 3, s^2 = 10 / 4, t(4) = 2.77645.
    expect(halfWidth(byHand([[1, 2, 3, 4, 5]]))).toBeCloseTo(2.77645 * Math.sqrt(2.5 / 5), 4);
    expect(halfWidth(byHand([[1], [2], [3], [4], [5]]))).toBeCloseTo(2.77645 * Math.sqrt(2.5 / 5), 4);
    expect(byHand([[2]])).toEqual({ value: 2, low: 2, high: 2, n: 1 });
  });

  it("has no width where all differences are equal", () => {
    expect(pairedDifference([x, x], [x, x])).toEqual({ value: 0, low: 0, high: 0, n: 10 });
    const { low, high } = pairedDifference([x.map((value) => value + 1)], [x]);
    expect(low).toBeCloseTo(1, 12);
    expect(high).toBeCloseTo(1, 12);
  });

  it("is the other way round for the other side, in any order of seeds and sessions, and scales", () => {
    fc.assert(
      fc.property(pairs, ([first, second]) => {
        const there = pairedDifference(first, second);
        const back = pairedDifference(second, first);
        expect([-back.high, -back.low]).toEqual([expect.closeTo(there.low, 6), expect.closeTo(there.high, 6)]);
        const turned = (rows: number[][]) => [...rows].reverse().map((row) => [...row].reverse());
        const other = pairedDifference(turned(first), turned(second));
        expect([other.low, other.high]).toEqual([there.low, there.high]);
        const moved = (rows: number[][]) => rows.map((row, seed) => row.map((value, i) => 2 * value + seed - 7 * i));
        const scaled = pairedDifference(moved(first), moved(second));
        expect(scaled.low).toBeCloseTo(2 * there.low, 4);
        expect(scaled.high).toBeCloseTo(2 * there.high, 4);
      }),
      { numRuns: 50 },
    );
  });

  it("refuses sessions without a partner", () => {
    expect(() => pairedDifference([x], [y])).toThrow("seed 1 has 5 and 4 scores");
    expect(() => pairedDifference([x, y], [x, y])).toThrow("seed 2 has 4 and 4 scores");
    expect(() => pairedDifference([x, x], [x])).toThrow("2 and 1 seeds");
    expect(() => pairedDifference([], [])).toThrow("no scores");
  });
});

describe("difference of what does not pair", () => {
  it("adds the half-widths of both means as squares", () => {
    // Computed apart: 2.85178 with t(4) and 2.52933 with t(3).
    const difference = unpairedDifference(x, y);
    expect(difference.value).toBeCloseTo(1.7, 12);
    expect(halfWidth(difference)).toBeCloseTo(3.81184, 3);
    expect(difference.n).toBe(4);
    expect(unpairedDifference([2, 2], [1, 1, 1])).toEqual({ value: 1, low: 1, high: 1, n: 2 });
  });
});

describe("probability of improvement with its interval", () => {
  it("agrees with an independent computation", () => {
    // 40 of 50 duels between 5 and 10.
    const second = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const { value, low, high, n } = improvementEstimate([8.5, 8.5, 8.5, 8.5, 8.5], second);
    expect([value, n]).toEqual([0.8, 5]);
    // Ends of the interval solve (.8 - p)^2 = z^2 V(p).
    for (const p of [low, high]) {
      const variance = ((p * (1 - p)) / 50) * (1 + 6.5 * ((1 - p) / (2 - p) + p / (1 + p)));
      expect((0.8 - p) ** 2).toBeCloseTo(1.959964 ** 2 * variance, 6);
    }
    expect(low).toBeLessThan(0.8);
    expect(high).toBeGreaterThan(0.8);
  });

  it("says how little a complete separation of five seeds proves", () => {
    const { value, low, high } = improvementEstimate([6, 7, 8, 9, 10], [1, 2, 3, 4, 5]);
    expect([value, high]).toEqual([1, 1]);
    expect(low).toBeCloseTo(0.6427, 4);
  });

  it("counts ties half, and is the other way round for the other side", () => {
    const tied = improvementEstimate([1, 1, 1], [1, 1]);
    expect(tied.value).toBe(0.5);
    expect(tied.low + tied.high).toBeCloseTo(1, 9);
    fc.assert(
      fc.property(fc.array(score, { minLength: 2 }), fc.array(score, { minLength: 2 }), (first, second) => {
        const there = improvementEstimate(first, second);
        const back = improvementEstimate(second, first);
        expect(there.low).toBeCloseTo(1 - back.high, 9);
        expect(there.low).toBeLessThanOrEqual(there.value);
        expect(there.high).toBeGreaterThanOrEqual(there.value);
      }),
    );
    expect(() => improvementEstimate([], [1])).toThrow("no scores");
  });
});
