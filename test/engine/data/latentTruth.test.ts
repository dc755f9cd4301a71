import { describe, expect, it } from "vitest";
import { expose, latentLogit } from "../../../src/engine/data/latentTruth.ts";

describe("latentLogit", () => {
  // Two items: the first of categories 0 and 1, the second of category 1.
  const itemCategories = { offsets: Int32Array.of(0, 2, 3), values: Int32Array.of(0, 1, 1) };
  const truth = {
    dim: 2,
    userFactors: Float32Array.of(1, 2),
    itemFactors: Float32Array.of(0.5, 0.25, -1, 0),
    userBias: Float32Array.of(0.5),
    itemBias: Float32Array.of(-0.25, 0),
    affinity: Float32Array.of(2, 1),
    bias: -1,
    feedbackShift: [0],
    satiation: 0.5,
    satiationDecay: 0.5,
  };

  it("adds intercepts, factors and affinities and subtracts satiation", () => {
    const exposure = new Float64Array(2);
    // -1 + .5 - .25 + (.5 + .5) + (2 + 1) / 2
    expect(latentLogit(truth, itemCategories, 0, 0, exposure)).toBe(1.75);
    expose(truth, itemCategories, 1, exposure);
    expect([...exposure]).toEqual([0, 1]);
    expect(latentLogit(truth, itemCategories, 0, 0, exposure)).toBe(1.5);
    expose(truth, itemCategories, 0, exposure);
    expect([...exposure]).toEqual([1, 1.5]);
  });
});
