import { describe, expect, it } from "vitest";
import { historyOf } from "../../../src/engine/data/dataset.ts";
import { latentLogit } from "../../../src/engine/data/latentTruth.ts";
import { sigmoid } from "../../../src/engine/math/elementary.ts";
import { itemCosine } from "../../../src/engine/simulator/correlation.ts";
import { latentDataset, latentModel, noHistory } from "./toy.ts";

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
