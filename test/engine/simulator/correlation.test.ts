import { expect, it } from "vitest";
import { slateCorrelations } from "../../../src/engine/simulator/correlation.ts";

it("averages the cosines of a slate, an item's own included", () => {
  const encodings = { dim: 2, values: Float32Array.of(1, 0, 0, 1, 0.6, 0.8) };
  const out = new Float64Array(3);
  slateCorrelations(encodings, Int32Array.of(0, 1, 2), out);
  expect(out[0]).toBeCloseTo((1 + 0 + 0.6) / 3, 6);
  expect(out[1]).toBeCloseTo((0 + 1 + 0.8) / 3, 6);
  expect(out[2]).toBeCloseTo((0.6 + 0.8 + 1) / 3, 6);
});
