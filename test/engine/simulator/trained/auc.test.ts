import { describe, expect, it } from "vitest";
import { areaUnderCurve } from "../../../../src/engine/simulator/trained/auc.ts";

describe("area under the curve", () => {
  const auc = (scores: number[], labels: number[]) =>
    areaUnderCurve(Float32Array.from(scores), Uint8Array.from(labels));

  it("matches hand values, ties counted half", () => {
    expect(auc([1, 2, 3, 4], [0, 0, 1, 1])).toBe(1);
    expect(auc([4, 3, 2, 1], [0, 0, 1, 1])).toBe(0);
    expect(auc([1, 3, 2, 4], [0, 0, 1, 1])).toBe(0.75);
    expect(auc([1, 1, 1, 1], [0, 1, 0, 1])).toBe(0.5);
    expect(auc([1, 2, 2, 3], [0, 0, 1, 1])).toBe(0.875);
  });

  it("is undefined with one label only", () => {
    expect(auc([1, 2], [1, 1])).toBeUndefined();
  });
});
