import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeDataset } from "../../../src/engine/data/describe.ts";
import { renderDescription } from "../../../src/engine/data/describeText.ts";
import { loadDataset } from "../../../src/engine/data/loadDataset.ts";
import { generateSynthetic } from "../../../src/engine/data/synthetic.ts";
import { datasetSchema, type SyntheticConfig } from "../../../src/protocol/experiment/dataset.ts";
import { configOf, loadLog } from "./csv/support.ts";
import { folderOf } from "./files.ts";
import { logOfItems } from "./logOfItems.ts";
import { smallLog } from "./smallLog.ts";

describe("describeDataset", () => {
  it("counts by hand", async () => {
    const description = describeDataset(await smallLog());
    expect(description).toMatchObject({
      users: 2,
      items: 2,
      interactions: 4,
      density: 1,
      feedback: [
        { type: "is_click", observed: 4, positives: 3, rate: 0.75 },
        { type: "is_like", observed: 4, positives: 1, rate: 0.25 },
      ],
      historyLength: { p10: 1, p50: 1, p75: 3, max: 3, mean: 2 },
      categoriesPerItem: [
        { categories: 1, items: 1, share: 0.5 },
        { categories: 2, items: 1, share: 0.5 },
      ],
      matrixClickRate: null,
      groundTruth: false,
      dropped: [{ reason: "interactions with an item that the item file lacks", rows: 1 }],
    });
    expect(description.categories).toMatchObject([
      { name: "Jazz", items: 2, share: 1, interactions: 4, clickRate: 0.75 },
      { items: 1, share: 0.5, interactions: 1, clickRate: 1 },
    ]);
  });

  it("tells of histories by the length that a share of the users does not exceed", async () => {
    const data = await smallLog();
    // Users with 1, 2, ..., 100 rows.
    const offsets = Int32Array.from({ length: 101 }, (_, user) => (user * (user + 1)) / 2);
    const rows = offsets[100] ?? 0;
    const log = {
      offsets,
      items: new Int32Array(rows),
      feedback: new Uint8Array(rows),
      observed: new Uint8Array(rows).fill(3),
    };
    const { historyLength } = describeDataset({ ...data, users: 100, log });
    expect(historyLength).toEqual({ p10: 10, p25: 25, p50: 50, p75: 75, p90: 90, p99: 99, max: 100, mean: 50.5 });
  });

  it("counts only feedback that was recorded", async () => {
    const data = await smallLog();
    const unrecorded = { ...data, log: { ...data.log, observed: Uint8Array.of(2, 2, 2, 2) } };
    const description = describeDataset(unrecorded);
    expect(description.feedback[0]).toMatchObject({ observed: 0, positives: 0, rate: null });
    expect(description.categories[0]?.clickRate).toBeNull();
    expect(renderDescription(description)).toContain("not recorded");
  });

  it("survives a round trip through JSON", async () => {
    const description = describeDataset(await smallLog());
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
  });
});

describe("the first rows", () => {
  const settings = {
    interactions: { feedback: ["stars", "seconds"], clickAt: { stars: 4, seconds: 60 }, time: "at" },
  };
  const rows = [
    "user,item,stars,seconds,at",
    "b,nowhere,5,70,2021-03-02",
    "b,x,4.5,,2021-03-02 10:00+01:00",
    "a,y,1,61,2021-03-01",
    "b,w,,3,2021-02-28",
  ];
  const understood = [
    ["b", "x", ["Jazz", "Soul"], { stars: true, seconds: null }, "2021-03-02T09:00:00.000Z"],
    ["a", "y", ["Soul"], { stars: false, seconds: true }, "2021-03-01T00:00:00.000Z"],
    ["b", "w", ["Rock"], { stars: null, seconds: false }, "2021-02-28T00:00:00.000Z"],
  ].map(([user, item, categories, feedback, time]) => ({ user, item, categories, feedback, time }));

  it("are those of the file that were kept, in its order, as they were understood", async () => {
    expect(describeDataset(await loadLog(rows, settings)).firstRows).toEqual(understood);
  });

  it("are there also where the data come from the cache", async () => {
    const baseFolder = await folderOf({
      "log.csv": rows,
      "items.csv": ["item,categories", "x,Jazz|Soul", "y,Soul", "w,Rock"],
    });
    const load = () => loadDataset(configOf(settings), { baseFolder, cacheFolder: `${baseFolder}/cache` });
    await load();
    expect(describeDataset(await load()).firstRows).toEqual(understood);
  });

  it("are five, however long the log is", async () => {
    const many = Array.from({ length: 40 }, (_, i) => `u${i},x,1`);
    const { firstRows } = describeDataset(await loadLog(["user,item,is_click", ...many]));
    expect(firstRows.map(({ user, time }) => [user, time])).toEqual(
      ["u0", "u1", "u2", "u3", "u4"].map((user) => [user, null]),
    );
  });

  it.each([
    ["seconds", ["1700000000", "1700000060.5"]],
    ["nanoseconds", ["1700000000123456789", "1700000000123456788"]],
  ])("tell times in %s as the file does", async (_, times) => {
    const log = ["user,item,is_click,at", ...times.map((time) => `a,x,1,${time}`)];
    const { firstRows } = describeDataset(await loadLog(log, { interactions: { time: "at" } }));
    expect(firstRows.map(({ time }) => time)).toEqual(times);
  });

  it("of generated data are the first users'", () => {
    const data = generateSynthetic(datasetSchema.parse({ kind: "synthetic", users: 3, items: 40 }) as SyntheticConfig);
    const { firstRows } = describeDataset(data);
    expect(firstRows).toHaveLength(5);
    expect(firstRows.map(({ item }) => item)).toEqual([...data.log.items.subarray(0, 5)].map(String));
    expect(firstRows[0]).toMatchObject({
      user: "0",
      time: null,
      feedback: { is_click: (data.log.feedback[0] ?? 0) % 2 === 1 },
    });
  });
});

describe("popularity", () => {
  it("is the share of the interactions of the most frequent items, counted by hand", async () => {
    // 200 items: two have 100 interactions each, eight 25, the others one.
    const counts = Array.from({ length: 200 }, (_, item) => (item % 100 === 7 ? 100 : item % 25 === 3 ? 25 : 1));
    const { top } = describeDataset(await logOfItems(counts)).popularity;
    expect(top.map(({ share, items }) => [share, items])).toEqual([
      [0.01, 2],
      [0.05, 10],
      [0.1, 20],
      [0.2, 40],
      [0.5, 100],
    ]);
    expect(top.map(({ interactions }) => Math.round(590 * interactions))).toEqual([200, 400, 410, 430, 490]);
  });

  it("has the Gini coefficient that every pair of items gives", async () => {
    const counts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(counts, async (counts) => {
        const { gini } = describeDataset(await logOfItems(counts)).popularity;
        const apart = counts.flatMap((a) => counts.map((b) => Math.abs(a - b))).reduce((sum, d) => sum + d, 0);
        const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
        expect(gini).toBeCloseTo(apart / (2 * counts.length ** 2 * mean), 12);
      }),
      { seed: 16, numRuns: 100 },
    );
  });
});
