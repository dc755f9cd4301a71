import { describe, expect, it } from "vitest";
import { centredUnitRows, slateCorrelations } from "../../../src/engine/simulator/correlation.ts";

it("averages the cosines of a slate, an item's own included", () => {
  const encodings = { dim: 2, values: Float32Array.of(1, 0, 0, 1, 0.6, 0.8) };
  const out = new Float64Array(3);
  slateCorrelations(encodings, Int32Array.of(0, 1, 2), out);
  expect(out[0]).toBeCloseTo((1 + 0 + 0.6) / 3, 6);
  expect(out[1]).toBeCloseTo((0 + 1 + 0.8) / 3, 6);
  expect(out[2]).toBeCloseTo((0.6 + 0.8 + 1) / 3, 6);
});

describe("centred encodings", () => {
  // Around their mean (1, 1): right, left, up, down.
  const encodings = centredUnitRows(Float32Array.of(3, 1, -1, 1, 1, 2, 1, 0), 2);
  const correlations = (...slate: number[]): number[] => {
    const out = new Float64Array(slate.length);
    slateCorrelations(encodings, Int32Array.from(slate), out);
    return [...out];
  };

  it("are unit rows around the mean of all items", () => {
    expect(encodings).toEqual({ dim: 2, values: Float32Array.of(1, 0, -1, 0, 0, 1, 0, -1), centred: true });
  });

  it("cost nothing where items have nothing in common, and something where they are alike", () => {
    expect(correlations(0, 2)).toEqual([0, 0]);
    expect(correlations(0, 0, 2)).toEqual([expect.closeTo(1 / 3, 12), expect.closeTo(1 / 3, 12), 0]);
  });

  it("never pay for being unlike the others", () => {
    expect(correlations(0, 1)).toEqual([0, 0]);
    expect(correlations(0, 1, 1)).toEqual([0, 0, 0]);
  });
});
