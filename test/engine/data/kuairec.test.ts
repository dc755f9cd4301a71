import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Dataset } from "../../../src/engine/data/dataset.ts";
import { loadDataset } from "../../../src/engine/data/loadDataset.ts";
import { expectConsistent } from "./consistency.ts";
import { expectInputError, folderOf, sharedData } from "./files.ts";
import { itemCategories, matrixHeader, userFeatures } from "./kuaishouFixtures.ts";

const load = (path: string, matrix: "small" | "big" = "small", clickAtWatchRatio = 2) =>
  loadDataset({ kind: "kuairec", path, mayDrop: 1, matrix, clickAtWatchRatio }, { baseFolder: "/" });

const clicksOf = ({ users, items, matrix }: Dataset): string[] =>
  Array.from({ length: users }, (_, user) =>
    Array.from({ length: items }, (_, item) => {
      const bit = user * items + item;
      return ((matrix?.bits[bit >> 3] ?? 0) >> (bit & 7)) & 1;
    }).join(""),
  );

const meta = { "item_categories.csv": itemCategories, "user_features.csv": userFeatures };

describe("the official files", () => {
  const official = {
    ...meta,
    // The third row has no time: it stays behind the row above it.
    "small_matrix.csv": [
      matrixHeader,
      "1,2,4381,6067,2020-07-05 05:27:48.378,20200705.0,1593898068.378,2.5",
      "0,1,17908,10000,2020-07-05 05:30:00.0,20200705.0,1593898200.0,1.99",
      "0,0,3000,10000,,,,2.0",
      "0,2,100,6067,2020-07-05 05:20:00.0,20200705.0,1593897600.0,0.016",
      "1,0,0,10000,NaN,NaN,NaN,0.0",
    ],
    "big_matrix.csv": [matrixHeader, "3,3,4381,6067,2020-07-05 05:27:48.378,20200705,1593898068.378,2.5"],
  };

  it("give the log in time order and the small matrix as recorded truth", async () => {
    const data = await load(await folderOf(official));
    expectConsistent(data);
    expect(data.userIds).toEqual(["0", "1"]);
    expect(data.itemIds).toEqual(["0", "1", "2"]);
    expect([...data.log.items]).toEqual([2, 1, 0, 2, 0]);
    expect([...data.log.feedback]).toEqual([0, 0, 1, 1, 0]);
    expect(clicksOf(data)).toEqual(["100", "001"]);
    expect(data.feedbackTypes).toEqual(["is_click"]);
  });

  it("keep a video's duration where a later row has none", async () => {
    const [header, ...rows] = official["small_matrix.csv"];
    const long = "1,1,1,90000,NaN,NaN,NaN,0.0";
    const gap = "1,1,1,,NaN,NaN,NaN,0.0";
    const features = async (...more: readonly string[]) =>
      (await load(await folderOf({ ...official, "small_matrix.csv": [header ?? "", ...rows, long, ...more] })))
        .itemFeatures;
    expect(await features(gap)).toEqual(await features());
  });

  it("take a click from the watch ratio the experiment names", async () => {
    expect(clicksOf(await load(await folderOf(official), "small", 1.5))).toEqual(["110", "001"]);
  });

  it("read category lists in brackets, the first as the primary one", async () => {
    const data = await load(await folderOf(official));
    expect(data.categories.map((category) => category.id)).toEqual([8, 9, 27]);
    expect([...data.itemCategories.offsets]).toEqual([0, 1, 3, 4]);
    expect([...data.itemCategories.values]).toEqual([0, 2, 1, 1]);
  });

  it("are found in the archive's own folder, and the big matrix has no recorded truth", async () => {
    const nested = Object.fromEntries(
      Object.entries(official).map(([name, rows]) => [`KuaiRec 2.0/data/${name}`, rows]),
    );
    const data = await load(await folderOf(nested), "big");
    expectConsistent(data);
    expect(data.itemIds).toEqual(["3"]);
    expect(data.matrix).toBeUndefined();
  });

  it("say what is wrong and where", async () => {
    await expectInputError(load(await folderOf(meta)), "no file small_matrix.csv", "zenodo.org/records/18164998");
    const row = "0,0,3000,10000,,,,";
    const broken = async (...rows: readonly string[]) =>
      load(await folderOf({ ...official, "small_matrix.csv": [matrixHeader, ...rows] }));
    await expectInputError(broken(`${row}2.0`, `${row}NaN`), 'small_matrix.csv:3: column "watch_ratio" holds "NaN"');
    await expectInputError(broken(`${row}2.0`, "0,0,3000"), "small_matrix.csv:3: the row has 3 columns instead of 8");
    const categories = ["video_id,feat", "0,[8]", '1,"[27, x]"'];
    await expectInputError(
      load(await folderOf({ ...official, "item_categories.csv": categories })),
      'item_categories.csv:3: column "feat" holds "[27, x]"',
    );
  });
});

describe("the positives", () => {
  const positives = {
    "small_matrix_positives.csv": ["user_id,video_id", "0,1", "2,0", "2,2"],
    "small_matrix_index.json": '{"users": [0, 2], "items": [0, 1, 2]}',
  };
  const inFolder = (folder: string, files: Record<string, string | readonly string[]>) =>
    Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content]));

  it("make every other pair of the index a true negative", async () => {
    const folder = await folderOf({ ...inFolder("kuairec-positives", positives), ...inFolder("kuairec-meta", meta) });
    const data = await load(join(folder, "kuairec-positives"));
    expectConsistent(data);
    expect(data.userIds).toEqual(["0", "2"]);
    expect(clicksOf(data)).toEqual(["010", "101"]);
    expect(data.log.items).toHaveLength(6);
    expect([...data.log.items.subarray(0, 3)].sort()).toEqual([0, 1, 2]);
    expect(await load(folder)).toEqual(data);
    expect(await load(await folderOf({ ...positives, ...meta }))).toEqual(data);
  });

  it("refuse what they cannot answer", async () => {
    const folder = await folderOf({ ...positives, ...meta });
    await expectInputError(load(folder, "big"), "only positives", 'Set dataset.matrix to "small"');
    await expectInputError(load(folder, "small", 1), "dataset.clickAtWatchRatio is 1", "made with 2");
    await expectInputError(load(await folderOf(positives)), "item_categories.csv: no such file", "kuairec-meta");
    const index = (text: string) => folderOf({ ...positives, ...meta, "small_matrix_index.json": text });
    await expectInputError(load(await index('{"users": [0]')), "small_matrix_index.json: expected");
    await expectInputError(load(await index('{"users": [0]}')), "[ids]}: $.items is missing: expected array. Download");
    await expectInputError(load(await index('{"users": [0], "items": [77]}')), "item 77 is not in the item file");
  });
});

const real = join(sharedData, "kuairec-positives");
if (!existsSync(real)) console.warn(`Skipped: ${real} is absent.`);

describe.skipIf(!existsSync(real))("the real positives", () => {
  it("have 1,411 users, 3,327 items and 216,147 clicks", async () => {
    const data = await load(real);
    expect([data.users, data.items, data.categories.length]).toEqual([1411, 3327, 31]);
    expect(data.log.items).toHaveLength(1411 * 3327);
    expect(data.log.feedback.reduce((sum, bits) => sum + bits, 0)).toBe(216_147);
  });
});
