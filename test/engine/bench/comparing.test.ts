import { describe, expect, it } from "vitest";
import { comparisonsOf } from "../../../bench/against/comparing.ts";
import type { Figure } from "../../../bench/figure.ts";
import { chanceNote, comparisonLine, factor, figureLine, otherWork } from "../../../bench/table.ts";

const rate = (value: number, check = "curves"): Figure[] => [{ name: "training", value, unit: "user steps/s", check }];
const only = <T>([one]: readonly T[]): T => one as T;

describe("the figures of two sides", () => {
  it("become medians and the ratio of the pairs", () => {
    // Pairs: 1.10, 1.20, 1.05, 1.10, 1.15.
    const olds = [100, 50, 200, 100, 100].map((value) => rate(value));
    const news = [110, 60, 210, 110, 115].map((value) => rate(value));
    const comparison = only(comparisonsOf(olds, news));
    expect(comparison).toMatchObject({ old: 100, new: 110, verdict: "better", sameWork: true });
    expect([comparison.ratio, comparison.low, comparison.high].map(factor)).toEqual(["1.100", "1.050", "1.200"]);
    expect(comparisonLine(comparison)).toBe(
      "  training, user steps/s                      100      110   1.100  1.050..1.200  faster",
    );
  });

  it("say where they are not of the same work, and are called neither faster nor slower there", () => {
    const rounds = (value: number, check: string) => Array.from({ length: 5 }, () => rate(value, check));
    const comparisons = comparisonsOf(rounds(100, "a"), rounds(500, "b"));
    expect(otherWork(comparisons)).toContain("training");
    expect(comparisonLine(only(comparisons))).toMatch(/ 5\.000 {2}5\.000\.\.5\.000 {2}other numbers$/);
    expect(otherWork(comparisonsOf([rate(1)], [rate(1)]))).toBeUndefined();
  });

  it("are left out where one side has none of them", () => {
    expect(comparisonsOf([[{ name: "training", value: 1, unit: "GFLOP/s" }]], [rate(1)])).toEqual([]);
  });

  it("keep within 100 columns", () => {
    const long = { name: "whole process, start included", unit: "CPU s", lessIsBetter: true };
    const comparison = only(comparisonsOf([[{ ...long, value: 12345 }]], [[{ ...long, value: 12345 }]]));
    expect(comparisonLine(comparison).length).toBeLessThanOrEqual(100);
    const target = { target: 600_000, value: 123_456_789 };
    expect(
      figureLine({ name: "memory that 800,000 points take in the page", unit: "user steps/s", ...target }).length,
    ).toBeLessThanOrEqual(100);
  });
});

describe("what the verdicts are worth", () => {
  it("is told as a number of lines", () => {
    expect(chanceNote(1 / 16, 32)).toBe(
      "Where nothing differs, 1 line in 16 still shows a difference: 2.00 of these 32, on average.",
    );
    expect(chanceNote(1 / 2, 3)).toBe("Fewer than 5 rounds do not tell a difference from chance.");
  });
});
