/** Items of several categories in the user model (docs/method.md, section 3). */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Dataset, historyOf } from "../../../../src/engine/data/dataset.ts";
import { RandomStream } from "../../../../src/engine/math/random.ts";
import { withItemTags } from "../../../../src/engine/simulator/trained/itemTags.ts";
import { TrainedNetwork } from "../../../../src/engine/simulator/trained/model.ts";
import { UserModelNetwork } from "../../../../src/engine/simulator/trained/network.ts";
import { SHARDS } from "../../../../src/engine/simulator/trained/training.ts";
import { openUserModel } from "../../../../src/engine/simulator/trained/userModel.ts";
import { ParameterStore } from "../../../../src/engine/tensor/parameters.ts";
import { TensorEngine } from "../../../../src/engine/tensor/tensorEngine.ts";
import { toyDataset } from "../../policy/fixtures.ts";
import { learnable, learnableConfig } from "./learnable.ts";

let engine: TensorEngine;
let folder: string;

beforeAll(async () => {
  engine = await TensorEngine.create({ backend: "wasm", workers: 1 });
  folder = await mkdtemp(join(tmpdir(), "lerl-tags-"));
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

/** The data with these categories of its items. */
function tagged(dataset: Dataset, categories: readonly (readonly number[])[]): Dataset {
  const offsets = [0];
  for (const own of categories) offsets.push((offsets.at(-1) ?? 0) + own.length);
  return {
    ...dataset,
    categories: Array.from({ length: 20 }, (_, id) => ({ id, name: String(id) })),
    itemCategories: { offsets: Int32Array.from(offsets), values: Int32Array.from(categories.flat()) },
  };
}

describe("item tags", () => {
  const toy = toyDataset(4, 3, 2, 30);
  const width = toy.itemFeatures.sizes.length;

  it("are one more feature with a value per category, 0 where an item has fewer than others", () => {
    const { itemFeatures } = withItemTags(tagged(toy, [[4], [2, 0, 7], [1, 4]]));
    expect(itemFeatures.names.at(-1)).toBe("categories");
    expect(itemFeatures.sizes.at(-1)).toBe(21);
    expect(itemFeatures.widths).toEqual([...new Array<number>(width).fill(1), 3]);
    const rows = [0, 1, 2].map((item) => [
      ...itemFeatures.values.subarray(item * (width + 3), (item + 1) * (width + 3)),
    ]);
    expect(rows.map((row) => row.slice(width))).toEqual([
      [5, 0, 0],
      [3, 1, 8],
      [2, 5, 0],
    ]);
    expect(rows.map((row) => row.slice(0, width))).toEqual(
      [0, 1, 2].map((item) => [...toy.itemFeatures.values.subarray(item * width, (item + 1) * width)]),
    );
  });

  it("are the first eight of an item, and nothing where every item has one category", () => {
    const many = withItemTags(tagged(toy, [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1], [2]]));
    expect(many.itemFeatures.widths?.at(-1)).toBe(8);
    const single = tagged(toy, [[0], [1], [2]]);
    expect(withItemTags(single)).toBe(single);
  });

  it("are a set: the order of an item's categories is nothing to its encoding, and each of them is something", () => {
    const encodingsOf = (categories: readonly (readonly number[])[]) => {
      const dataset = withItemTags(tagged(toy, categories));
      const network = new UserModelNetwork(dataset, 41);
      const store = new ParameterStore(engine.memory, network.layout, SHARDS);
      store.initialize(3, "user model");
      const features = network.states.placeFeatures(engine.memory);
      const trained = new TrainedNetwork({ engine, network, store, features, dataset, reshaped: false });
      return Array.from({ length: 3 }, (_, item) =>
        trained.encodings.slice(item * network.encoding, (item + 1) * network.encoding),
      );
    };
    const [one, other, less] = [
      [2, 0, 7],
      [7, 2, 0],
      [2, 0],
    ].map((own) => encodingsOf([[4], own, [1]])[1]);
    const apart = (a?: Float32Array, b?: Float32Array) =>
      Math.max(...Array.from(a ?? [], (value, i) => Math.abs(value - (b?.[i] ?? 0))));
    expect(apart(one, other)).toBeLessThan(1e-5);
    expect(apart(one, less)).toBeGreaterThan(0.01);
  });
});

describe("a user model", () => {
  /** 300 items, each shown four times and clicked for their second category only. */
  function data(): Dataset {
    const random = new RandomStream(8, "second categories");
    const second = Array.from({ length: 300 }, () => random.integer(2));
    const toy = toyDataset(40, 300, 2, 30);
    const items = toy.log.items.map(() => random.integer(300));
    const feedback = Uint8Array.from(items, (item) => (second[item] === 1 ? 1 : 0));
    const dataset = { ...toy, log: { ...toy.log, items, feedback }, fingerprint: "second categories" };
    return tagged(
      dataset,
      second.map((own, item) => [item % 5, 10 + own]),
    );
  }
  const options = (itemTags: boolean) => ({
    engine,
    storageFolder: folder,
    progress: () => {},
    log: () => {},
    signal: new AbortController().signal,
    itemTags,
  });
  const config = { ...learnableConfig, epochs: 2 };

  it("learns what an item's second category is for, when it reads it", async () => {
    const dataset = data();
    const primary = await openUserModel(dataset, config, options(false));
    const all = await openUserModel(dataset, config, options(true));
    expect(all.folder).not.toBe(primary.folder);
    expect(all.report.auc.is_click).toBeGreaterThan(0.95);
    expect(all.report.auc.is_click).toBeGreaterThan((primary.report.auc.is_click ?? 1) + 0.05);
    expect((await openUserModel(dataset, config, options(true))).reused).toBe(true);
  });

  it("is the one of before where every item has one category", async () => {
    const short = { ...learnableConfig, epochs: 1 };
    const [before, now] = [
      await openUserModel(learnable(), short, options(false)),
      await openUserModel(learnable(), short, options(true)),
    ];
    expect(now).toMatchObject({ folder: before.folder, reused: true });
  });

  it("with tags gives the same weights with any number of threads", async () => {
    const weights = await Promise.all(
      [0, 2].map(async (workers) => {
        const own = await TensorEngine.create({ backend: "wasm", workers });
        const storageFolder = join(folder, `workers-${workers}`);
        const { factory } = await openUserModel(
          data(),
          { ...config, epochs: 1 },
          { ...options(true), engine: own, storageFolder },
        );
        const model = factory(1);
        model.open(0, 1, historyOf(data(), 1, 20));
        const out = new Float32Array(300);
        model.predictAll(0, 0, out);
        await own.dispose();
        return out;
      }),
    );
    expect(weights[1]?.every((p, i) => p === weights[0]?.[i])).toBe(true);
  });
});
