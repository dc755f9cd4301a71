import { describe, expect, it } from "vitest";
import { isSet } from "../../../src/engine/simulator/bits.ts";
import { itemCosine } from "../../../src/engine/simulator/correlation.ts";
import { MatrixResponseModel } from "../../../src/engine/simulator/matrix.ts";
import { toyDataset } from "./toy.ts";

describe("the matrix response model", () => {
  // Users 0 and 1 click items 0 and 2, user 2 clicks nothing: bits in user-major order.
  const dataset = toyDataset([[0], [1], [0]], [[[0, 1]], [[0, 1]], [[1, 1]]]);
  const matrix = { bits: Uint8Array.of(0b00101101, 0) };

  it("answers 0 or 1 as recorded", () => {
    const clicks = [0, 1, 2].map((user) => [0, 1, 2].map((item) => (isSet(matrix.bits, user * 3 + item) ? 1 : 0)));
    expect(clicks).toEqual([
      [1, 0, 1],
      [1, 0, 1],
      [0, 0, 0],
    ]);
    const model = new MatrixResponseModel(dataset, matrix, 2);
    model.open(1, 1);
    const all = new Float32Array(3);
    model.predictAll(1, 0, all);
    expect([...all]).toEqual([1, 0, 1]);
    model.open(0, 2);
    const out = new Float32Array(4);
    model.predict([0, 1], Int32Array.of(0, 1, 2, 1), out);
    expect([...out]).toEqual([0, 0, 1, 0]);
  });

  it("encodes who clicks an item and its categories", () => {
    const { itemEncodings } = new MatrixResponseModel(dataset, matrix, 1);
    expect(itemCosine(itemEncodings, 0, 2)).toBeCloseTo(1, 5);
    expect(itemCosine(itemEncodings, 0, 1)).toBeCloseTo(0, 5);
    expect(itemCosine(itemEncodings, 1, 1)).toBeCloseTo(1, 5);
  });

  it("tells apart items of one category that other people click", () => {
    // User 0 clicks item 0, user 1 item 2: no audience in common, up to the projection's error of 1 / sqrt(64).
    const apart = { bits: Uint8Array.of(0b00100001, 0) };
    const { itemEncodings } = new MatrixResponseModel(dataset, apart, 1);
    expect(Math.abs(itemCosine(itemEncodings, 0, 2) - 0.5)).toBeLessThan(0.2);
  });
});
