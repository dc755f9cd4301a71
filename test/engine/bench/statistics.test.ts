import { describe, expect, it } from "vitest";
import { median, orderOf, ratios, spread, verdict } from "../../../bench/against/statistics.ts";

describe("the ratio of two sides", () => {
  it("is the median of the ratios of the pairs, not the ratio of the medians", () => {
    // A machine that slows down by half between the pairs: 10 % faster in each of them.
    const pairs = ratios([100, 50, 200], [110, 55, 220]);
    expect(pairs.map((ratio) => ratio.toFixed(3))).toEqual(["1.100", "1.100", "1.100"]);
    expect(spread([1.3, 1, 1.1]).ratio).toBe(1.1);
  });

  it("takes the mean of the two in the middle of an even number", () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  it("spreads from the smallest to the largest of five, which misses the median 1 time in 16", () => {
    expect(spread([1.04, 1.01, 1.1, 1.02, 1.05])).toEqual({ ratio: 1.04, low: 1.01, high: 1.1, missed: 1 / 16 });
  });

  it("leaves the extremes of nine out: 2 x (1 + 9) / 512 is below 5 %", () => {
    const nine = [0.5, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 3];
    expect(spread(nine)).toEqual({ ratio: 1.04, low: 1.01, high: 1.07, missed: 20 / 512 });
  });

  it("keeps them of eight: 2 x (1 + 8) / 256 is above", () => {
    expect(spread([1, 2, 3, 4, 5, 6, 7, 8])).toEqual({ ratio: 4.5, low: 1, high: 8, missed: 2 / 256 });
  });

  it("knows that one pair says nothing", () => {
    expect(spread([1.2])).toEqual({ ratio: 1.2, low: 1.2, high: 1.2, missed: 1 });
  });
});

describe("the verdict", () => {
  const of = (low: number, high: number, missed = 1 / 16) => ({ ratio: (low + high) / 2, low, high, missed });

  it("sees no difference where the spread holds 1, its ends included", () => {
    expect(verdict(of(0.98, 1.07), false)).toBe("no difference seen");
    expect(verdict(of(1, 1.07), false)).toBe("no difference seen");
    expect(verdict(of(0.9, 1), true)).toBe("no difference seen");
  });

  it("calls more of a rate better, and more of a time worse", () => {
    expect(verdict(of(1.02, 1.07), false)).toBe("better");
    expect(verdict(of(1.02, 1.07), true)).toBe("worse");
    expect(verdict(of(0.9, 0.95), false)).toBe("worse");
    expect(verdict(of(0.9, 0.95), true)).toBe("better");
  });

  it("does not take a few rounds for a difference", () => {
    expect(verdict(of(1.02, 1.07, 1 / 8), false)).toBe("too few rounds");
    expect(verdict(of(0.98, 1.07, 1 / 8), false)).toBe("no difference seen");
  });

  it("sees none in numbers that are none", () => {
    expect(verdict(spread([Number.NaN, 1.2]), false)).toBe("no difference seen");
  });
});

describe("the order of a round", () => {
  it("alternates: old new, new old, old new", () => {
    expect([0, 1, 2].map(orderOf)).toEqual([
      ["old", "new"],
      ["new", "old"],
      ["old", "new"],
    ]);
  });
});
