/** Models of logs that show people what they like: what they expect of items that nobody chose (docs/method.md, section 3). */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../../../../src/engine/data/dataset.ts";
import { loadDataset } from "../../../../src/engine/data/loadDataset.ts";
import { RandomStream } from "../../../../src/engine/math/random.ts";
import { exposureWeights, holdOut, negativeWeights } from "../../../../src/engine/simulator/trained/holdOut.ts";
import type { TrainedConfig } from "../../../../src/engine/simulator/trained/training.ts";
import { openUserModel } from "../../../../src/engine/simulator/trained/userModel.ts";
import { TensorEngine } from "../../../../src/engine/tensor/tensorEngine.ts";
import { folderOf } from "../../data/files.ts";
import { logHeader, logRow, userFeatures, videos } from "../../data/kuaishouFixtures.ts";
import { toyDataset } from "../../policy/fixtures.ts";
import { learnableConfig } from "./learnable.ts";

let engine: TensorEngine;
let folder: string;

beforeAll(async () => {
  engine = await TensorEngine.create({ backend: "wasm", workers: 1 });
  folder = await mkdtemp(join(tmpdir(), "lerl-exposure-"));
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

/** Mean click probability of uniformly drawn items, calibrated, and what the calibration stands for. */
async function uniformClick(dataset: Dataset, exposure: TrainedConfig["exposure"]) {
  const { report } = await openUserModel(
    dataset,
    { ...learnableConfig, exposure },
    { engine, storageFolder: folder, progress: () => {}, log: () => {}, signal: new AbortController().signal },
  );
  return { uniform: report.personalisation?.uniformClick ?? Number.NaN, stands: report.exposure };
}

describe("weights by inverse propensity", () => {
  /** One user's 25 rows, 15 of them for training: item 0 twelve times, items 1, 2 and 3 once. */
  const toy = toyDataset(1, 24, 4, 25);
  const items = Int32Array.from({ length: 25 }, (_, row) => (row < 12 ? 0 : row < 15 ? row - 11 : 5));
  const dataset: Dataset = { ...toy, log: { ...toy.log, items } };
  const { training } = holdOut(dataset, 200);

  it("count a row by how seldom its item is shown, with a mean of 1 over the training rows", () => {
    const weights = exposureWeights(dataset, training);
    // Smoothed counts 13 and 2: a row of item 1 counts for 6.5 of item 0's.
    expect((weights[12] as number) / (weights[0] as number)).toBeCloseTo(13 / 2, 5);
    // Item 5 is in no training row: 13 to 1.
    expect((weights[20] as number) / (weights[0] as number)).toBeCloseTo(13, 5);
    expect(weights.subarray(0, 15).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(15, 4);
  });

  it("are clipped at ten rows of an average item", () => {
    const often = {
      ...dataset,
      items: 2,
      log: { ...dataset.log, items: Int32Array.from(items, (item) => Math.min(1, item)) },
    };
    const many = { ...often, log: { ...often.log, offsets: Int32Array.of(0, 25_000), items: new Int32Array(25_000) } };
    many.log.items[24_999] = 1;
    const weights = exposureWeights(many, [{ user: 0, start: 0, end: 24_000, from: 0 }]);
    expect((weights[24_999] as number) / (weights[0] as number)).toBeCloseTo(10 / (24_002 / 2 / 24_001), 3);
  });

  it("are uniform where the item was drawn at random", () => {
    const atRandom = Uint8Array.from({ length: 25 }, (_, row) => (row === 0 || row === 12 ? 1 : 0));
    const weights = exposureWeights({ ...dataset, log: { ...dataset.log, atRandom } }, training);
    expect(weights[12]).toBe(weights[0]);
    expect(weights[1]).toBeLessThan(weights[13] as number);
  });

  it("weigh the counts behind the weight of a negative", () => {
    const feedback = Uint8Array.from({ length: 25 }, (_, row) => (row < 12 ? 1 : 0));
    const clicked: Dataset = { ...dataset, log: { ...dataset.log, feedback } };
    const weights = Float32Array.from({ length: 25 }, (_, row) => (row < 12 ? 0.5 : 4));
    expect(negativeWeights(clicked, training)[0]).toBe(12 / 3);
    expect(negativeWeights(clicked, training, weights)[0]).toBe(6 / 12);
  });
});

describe("a log that shows good items more often", () => {
  /** 60 users, 24 items, each clicked at a rate of its own; the better half is shown nine times as often. */
  const rate = (item: number): number => (item < 12 ? 0.75 : 0.15);
  const [USERS, ITEMS, ROWS] = [60, 24, 40];

  function biased(): Dataset {
    const toy = toyDataset(USERS, ITEMS, 2, ROWS);
    const random = new RandomStream(5, "biased log");
    const items = Int32Array.from(toy.log.items, () => random.integer(12) + (random.uniform() < 0.9 ? 0 : 12));
    const feedback = Uint8Array.from(items, (item) => (random.uniform() < rate(item) ? 1 : 0));
    return { ...toy, log: { ...toy.log, items, feedback }, fingerprint: "biased" };
  }

  it("lets a model expect too much of items drawn uniformly, less so by inverse propensity", async () => {
    const truth = (0.75 + 0.15) / 2;
    const logged = await uniformClick(biased(), "logged");
    const weighted = await uniformClick(biased(), "inverse-propensity");
    expect([logged.stands, weighted.stands]).toEqual(["logged", "weighted"]);
    expect(logged.uniform).toBeGreaterThan(truth);
    expect(Math.abs(weighted.uniform - truth)).toBeLessThan(Math.abs(logged.uniform - truth));
    expect(weighted.uniform).toBeCloseTo(truth, 1);
  });
});

describe("KuaiRand's layout with a random log", () => {
  const [USERS, ITEMS] = [60, 40];
  const NONE = "0,0,0,0,0,0";
  /** Users click their own quarter of the items, and little else: .2 at random, where the log shows what they like. */
  const likes = (user: number, item: number): boolean => item % 4 === user % 4;
  const rate = (user: number, item: number): number => (likes(user, item) ? 0.6 : 0.06);
  const TRUTH = (0.6 + 3 * 0.06) / 4;

  async function dataset(): Promise<Dataset> {
    const random = new RandomStream(6, "random log");
    const row = (user: number, item: number, time: number): string =>
      logRow(user, item, time, `${random.uniform() < rate(user, item) ? 1 : 0},${NONE}`);
    const [standard, atRandom] = [[logHeader], [logHeader]];
    for (let user = 0; user < USERS; user++) {
      for (let t = 0; t < 20; t++) {
        const liked = 4 * random.integer(ITEMS / 4) + (user % 4);
        standard.push(row(user, random.uniform() < 0.85 ? liked : random.integer(ITEMS), 1_650_000_000_000 + 2 * t));
        atRandom.push(row(user, random.integer(ITEMS), 1_650_000_000_001 + 2 * t));
      }
    }
    const numbered = (line: string | undefined, count: number): string[] =>
      Array.from({ length: count }, (_, id) => (line ?? "").replace(/^\d+/, String(id)));
    const path = await folderOf({
      "user_features_pure.csv": [userFeatures[0] ?? "", ...numbered(userFeatures[1], USERS)],
      "video_features_basic_pure.csv": [videos[0] ?? "", ...numbered(videos[1], ITEMS)],
      "log_standard_4_08_to_4_21_pure.csv": standard,
      "log_random_4_22_to_5_08_pure.csv": atRandom,
    });
    return loadDataset({ kind: "kuairand", path, includeRandomLog: true, mayDrop: 1 }, { baseFolder: "/" });
  }

  it("calibrates on the rows shown at random: uniform items come near the truth", async () => {
    const data = await dataset();
    expect(data.log.atRandom?.reduce((sum, bit) => sum + bit, 0)).toBe(USERS * 20);
    const logged = await uniformClick(data, "logged");
    const weighted = await uniformClick(data, "inverse-propensity");
    expect(weighted.stands).toBe("random");
    expect(logged.uniform).toBeGreaterThan(TRUTH + 0.04);
    expect(Math.abs(weighted.uniform - TRUTH)).toBeLessThan(0.04);
  });
});
