import { describe, expect, it } from "vitest";
import { sampleEfficiencyCurve } from "../../../src/engine/comparison/sampleEfficiency.ts";

const few = 500;

describe("sample-efficiency curve", () => {
  it("takes the interquartile mean where every run has a value", () => {
    const run = (...values: readonly number[]) => values.map((value, i) => ({ userSteps: 240 * (i + 1), value }));
    const curve = sampleEfficiencyCurve([run(1, 2, 3), run(5, 6), run(3, 4, 9), run(3, 100, 9)], few);
    expect(curve.map(({ userSteps, value, n }) => [userSteps, value, n])).toEqual([
      [240, 3, 4],
      [480, 5, 4],
    ]);
    for (const { low, value, high } of curve) {
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
    }
  });

  it("is empty without runs or shared steps", () => {
    expect(sampleEfficiencyCurve([])).toEqual([]);
    expect(sampleEfficiencyCurve([[{ userSteps: 1, value: 1 }], [{ userSteps: 2, value: 1 }]])).toEqual([]);
  });
});
