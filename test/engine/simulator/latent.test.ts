import { describe, expect, it } from "vitest";
import { historyOf } from "../../../src/engine/data/dataset.ts";
import { latentLogit } from "../../../src/engine/data/latentTruth.ts";
import { sigmoid } from "../../../src/engine/math/elementary.ts";
import { isSet } from "../../../src/engine/simulator/bits.ts";
import { itemCosine, slateCorrelations } from "../../../src/engine/simulator/correlation.ts";
import { MatrixResponseModel } from "../../../src/engine/simulator/matrix.ts";
import { latentDataset, latentModel, noHistory, toyDataset } from "./toy.ts";

describe("the latent response model", () => {
  const dataset = latentDataset();
  const truth = dataset.latent;
  if (!truth) throw new Error("synthetic data without a truth");

  it("answers with the ground truth, exposures included", () => {
    const model = latentModel(1);
    model.open(0, 3, noHistory);
    model.append([0], Int32Array.of(7, 8));
    const exposure = new Float64Array(dataset.categories.length);
    for (const item of [7, 8]) {
      for (let c = 0; c < exposure.length; c++) exposure[c] = (exposure[c] ?? 0) * truth.satiationDecay;
      const { offsets, values } = dataset.itemCategories;
      for (const c of values.subarray(offsets[item], offsets[item + 1])) exposure[c] = (exposure[c] ?? 0) + 1;
    }
    const out = new Float32Array(3);
    model.predict([0], Int32Array.of(7), out);
    expect(out[0]).toBe(Math.fround(sigmoid(latentLogit(truth, dataset.itemCategories, 3, 7, exposure))));
    expect(out[0]).toBeGreaterThan(out[1] ?? 1);
  });

  it("tires of what it was shown and recovers", () => {
    const model = latentModel(1);
    model.open(0, 3, noHistory);
    const ask = (): number => {
      const out = new Float32Array(dataset.items);
      model.predictAll(0, 0, out);
      return out[7] ?? 0;
    };
    const fresh = ask();
    model.append([0], Int32Array.of(7));
    const tired = ask();
    const other = dataset.itemCategories.offsets.findIndex((start, item) => {
      const category = (i: number) =>
        dataset.itemCategories.values.subarray(
          dataset.itemCategories.offsets[i],
          dataset.itemCategories.offsets[i + 1],
        );
      return start >= 0 && category(item).every((c) => !category(7).includes(c));
    });
    model.append(
      [0],
      Int32Array.from({ length: 20 }, () => other),
    );
    expect(tired).toBeLessThan(fresh);
    expect(ask()).toBeGreaterThan(tired);
  });

  it("gives one slot the same bits whoever else is asked, and however its tokens were cut", () => {
    const together = latentModel(3);
    const alone = latentModel(1);
    for (const slot of [0, 1, 2]) together.open(slot, slot + 5, historyOf(dataset, slot + 5, 100));
    alone.open(0, 6, historyOf(dataset, 6, 100));
    together.append([2, 1], Int32Array.of(10, 11, 12, 13));
    together.append([1], Int32Array.of(14, 15, 16));
    alone.append([0], Int32Array.of(12, 13, 14, 15, 16));
    const many = new Float32Array(3 * 2 * 3);
    const one = new Float32Array(2 * 3);
    together.predict([0, 1, 2], Int32Array.of(1, 2, 3, 4, 5, 6), many);
    alone.predict([0], Int32Array.of(3, 4), one);
    expect([...many.subarray(6, 12)]).toEqual([...one]);
    const all = new Float32Array(dataset.items);
    alone.predictAll(0, 2, all);
    expect([all[3], all[4]]).toEqual([one[2], one[5]]);
  });

  it("has encodings of unit length that tell categories apart", () => {
    const { itemEncodings } = latentModel(1);
    for (let item = 0; item < dataset.items; item++) expect(itemCosine(itemEncodings, item, item)).toBeCloseTo(1, 5);
  });
});

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
});

it("averages the cosines of a slate, an item's own included", () => {
  const encodings = { dim: 2, values: Float32Array.of(1, 0, 0, 1, 0.6, 0.8) };
  const out = new Float64Array(3);
  slateCorrelations(encodings, Int32Array.of(0, 1, 2), out);
  expect(out[0]).toBeCloseTo((1 + 0 + 0.6) / 3, 6);
  expect(out[1]).toBeCloseTo((0 + 1 + 0.8) / 3, 6);
  expect(out[2]).toBeCloseTo((0.6 + 0.8 + 1) / 3, 6);
});
