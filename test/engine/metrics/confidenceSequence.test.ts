import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { RunningMoments, sequenceHalfWidth } from "../../../src/engine/metrics/confidenceSequence.ts";

const setting = { alpha: 0.05, planned: 100 };

/** Twelve uniforms add up to nearly a normal: mean 0, deviation 1. */
const normal = (random: RandomStream): number =>
  Array.from({ length: 12 }, () => random.uniform()).reduce((sum, u) => sum + u, -6);

describe("the confidence sequence", () => {
  it("has the half-width that the formula gives by hand", () => {
    // r^2 = (5.99146 + 1.79034 + 1) / 100; sqrt(2 (n r^2 + 1) / (n^2 r^2) * ln(sqrt(n r^2 + 1) / 0.05)) at n = 100
    expect(sequenceHalfWidth(100, 1, setting)).toBeCloseTo(0.30355, 4);
    expect(sequenceHalfWidth(100, 2, setting)).toBeCloseTo(0.60709, 4);
  });

  it("shows nothing below 16 values", () => {
    expect(sequenceHalfWidth(15, 1, setting)).toBeUndefined();
    expect(sequenceHalfWidth(16, 1, setting)).toBeGreaterThan(0);
  });

  it("narrows with every value, and is near its tightest, for its n, where it was planned", () => {
    const widths = Array.from({ length: 600 }, (_, i) => sequenceHalfWidth(16 + i, 1, setting) ?? Number.NaN);
    for (let i = 1; i < widths.length; i++) expect(widths[i]).toBeLessThan(widths[i - 1] ?? 0);
    const at = (planned: number): number => sequenceHalfWidth(100, 1, { alpha: 0.05, planned }) ?? Number.NaN;
    for (const other of [30, 60, 200, 400]) expect(at(other)).toBeGreaterThan(at(100));
  });

  it("is wider where less may go wrong", () => {
    expect(sequenceHalfWidth(100, 1, { ...setting, alpha: 0.01 })).toBeGreaterThan(0.3036);
  });

  it("covers the truth however often it is looked at", () => {
    const sequences = 400;
    let missed = 0;
    for (let s = 0; s < sequences; s++) {
      const random = new RandomStream(s, "coverage");
      const moments = new RunningMoments();
      let left = false;
      for (let n = 1; n <= 200; n++) {
        moments.add(0.4 + normal(random));
        const half = sequenceHalfWidth(n, moments.deviation, setting);
        if (half !== undefined && Math.abs(moments.mean - 0.4) > half) left = true;
      }
      if (left) missed++;
    }
    expect(missed / sequences).toBeLessThanOrEqual(0.06);
  });
});

describe("running moments", () => {
  it("are the mean and the deviation of what came", () => {
    const moments = new RunningMoments();
    for (const value of [2, 4, 4, 4, 5, 5, 7, 9]) moments.add(value);
    expect(moments.n).toBe(8);
    expect(moments.mean).toBeCloseTo(5, 12);
    expect(moments.deviation).toBeCloseTo(Math.sqrt(32 / 7), 12);
  });

  it("keep their precision beside a large mean", () => {
    const moments = new RunningMoments();
    for (const value of [1e9 + 1, 1e9 + 2, 1e9 + 3]) moments.add(value);
    expect(moments.deviation).toBeCloseTo(1, 6);
  });

  it("have no deviation before the second value", () => {
    const moments = new RunningMoments();
    expect(moments.deviation).toBe(0);
    moments.add(3);
    expect(moments.deviation).toBe(0);
  });
});
