import { describe, expect, it } from "vitest";
import { cohensKappa } from "../../../src/engine/metrics/kappa.ts";

/** Ratings of two people from the counts of each pair. */
function rated(counts: readonly (readonly [string, string, number])[]) {
  const pairs = counts.flatMap(([a, b, n]) => Array.from({ length: n }, () => [a, b] as const));
  return cohensKappa(
    pairs.map(([a]) => a),
    pairs.map(([, b]) => b),
  );
}

describe("Cohen's kappa", () => {
  it("is what the formula gives by hand", () => {
    // Observed 35 / 50; by chance (25 * 30 + 25 * 20) / 50^2 = 0.5.
    const agreement = rated([
      ["yes", "yes", 20],
      ["yes", "no", 5],
      ["no", "yes", 10],
      ["no", "no", 15],
    ]);
    expect(agreement.n).toBe(50);
    expect(agreement.observed).toBeCloseTo(0.7, 12);
    expect(agreement.expected).toBeCloseTo(0.5, 12);
    expect(agreement.kappa).toBeCloseTo(0.4, 12);
  });

  it("is 1 where they always agree, and below 0 where they agree less than chance", () => {
    expect(
      rated([
        ["a", "a", 3],
        ["b", "b", 4],
        ["c", "c", 5],
      ]).kappa,
    ).toBeCloseTo(1, 12);
    expect(
      rated([
        ["a", "b", 5],
        ["b", "a", 5],
      ]).kappa,
    ).toBeCloseTo(-1, 12);
  });

  it("is not defined where both give one rating only, and not of nothing", () => {
    expect(rated([["a", "a", 9]]).kappa).toBeUndefined();
    expect(() => cohensKappa([], [])).toThrow("There are no ratings");
    expect(() => cohensKappa(["a"], [])).toThrow("do not pair up");
  });
});
