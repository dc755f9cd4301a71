import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { historyOf } from "../../../src/engine/data/dataset.ts";
import { loadDataset } from "../../../src/engine/data/loadDataset.ts";
import { expectConsistent } from "./consistency.ts";
import { expectInputError, folderOf, sharedData } from "./files.ts";
import { logHeader, logRow, userFeatures, videos } from "./kuaishouFixtures.ts";

const load = (path: string, includeRandomLog = false) =>
  loadDataset({ kind: "kuairand", path, includeRandomLog, mayDrop: 1 }, { baseFolder: "/" });

const features = { "user_features_pure.csv": userFeatures, "video_features_basic_pure.csv": videos };

const NOTHING = "0,0,0,0,0,0,0";
const CLICK = "1,0,0,0,0,0,0";
const CLICK_AND_LONG_VIEW = "1,0,0,0,0,0,1";

const official = {
  ...features,
  // Neither sorted by user nor by time; the second and third rows are duplicates; video 3 is untagged, 9 unknown.
  "log_standard_4_08_to_4_21_pure.csv": [
    logHeader,
    logRow(1, 0, 1650000000300, CLICK),
    logRow(0, 1, 1650000000200, "1,1,0,0,0,0,0"),
    logRow(0, 1, 1650000000200, "1,1,0,0,0,0,0"),
    logRow(1, 2, 1650000000100, "0,0,1,0,0,1,0"),
    logRow(0, 3, 1650000000150, NOTHING),
    logRow(0, 9, 1650000000150, NOTHING),
    logRow(7, 0, 1650000000150, NOTHING),
  ],
  "log_standard_4_22_to_5_08_pure.csv": [
    logHeader,
    logRow(0, 0, 1650000000100, CLICK_AND_LONG_VIEW),
    logRow(2, 0, 1651000000000, "0,0,0,1,1,0,0"),
  ],
};

describe("the official files", () => {
  it("are found in the folder or its data folder, and read the same", async () => {
    const flat = await load(await folderOf(official));
    const nested = await load(
      await folderOf(Object.fromEntries(Object.entries(official).map(([name, rows]) => [`data/${name}`, rows]))),
    );
    expectConsistent(flat);
    expect(nested).toEqual(flat);
  });

  it("give interactions by user and time, ids numbered densely", async () => {
    const data = await load(await folderOf(official));
    expect(data.userIds).toEqual(["0", "1", "2"]);
    expect(data.itemIds).toEqual(["0", "1", "2"]);
    expect([...data.log.offsets]).toEqual([0, 2, 4, 5]);
    expect([...data.log.items]).toEqual([0, 1, 2, 0, 0]);
    expect(data.feedbackTypes).toEqual([
      "is_click",
      "long_view",
      "is_like",
      "is_comment",
      "is_forward",
      "is_follow",
      "is_hate",
    ]);
    expect([...data.log.feedback]).toEqual([0b11, 0b101, 0b1100000, 0b1, 0b11000]);
    expect([...data.log.observed]).toEqual([127, 127, 127, 127, 127]);
    expect([...historyOf(data, 0, 1).items]).toEqual([1]);
  });

  it("keep every tag, the first as the primary one, with its name", async () => {
    const data = await load(await folderOf(official));
    expect(data.categories).toEqual([
      { id: 1, name: "Dance" },
      { id: 2, name: "Music" },
      { id: 20, name: "ACG (anime & comics)" },
      { id: 39, name: "Film, TV & variety" },
    ]);
    expect([...data.itemCategories.offsets]).toEqual([0, 1, 3, 4]);
    expect([...data.itemCategories.values]).toEqual([3, 2, 1, 0]);
  });

  it("say what was dropped and why", async () => {
    const data = await load(await folderOf(official));
    expect(data.dropped).toEqual([
      { reason: "interactions with an item without a category", rows: 1 },
      { reason: "interactions with an item that the item file lacks", rows: 1 },
      { reason: "interactions of a user that the user file lacks", rows: 1 },
      { reason: "duplicate interactions (same user, item, time and feedback)", rows: 1 },
      { reason: "items without a category, which no plan could allow", rows: 1 },
      { reason: "users without an interaction", rows: 1 },
      { reason: "items without an interaction", rows: 1 },
    ]);
  });

  it("give one-hot features, a gap being a value and a constant column none", async () => {
    const data = await load(await folderOf(official));
    const { names, sizes, values } = data.userFeatures;
    const column = (name: string): number[] =>
      [0, 1, 2].map((user) => values[user * names.length + names.indexOf(name)] ?? -1);
    expect(names).not.toContain("is_lowactive_period");
    expect(column("user_active_degree")).toEqual([0, 0, 1]);
    expect(column("is_live_streamer")).toEqual([1, 0, 0]);
    // 1, 4 and missing, which comes after the numbers.
    expect(column("onehot_feat4")).toEqual([0, 1, 2]);
    expect(sizes[names.indexOf("onehot_feat4")]).toBe(3);
    expect(data.itemFeatures.names).toContain("duration_range");
  });

  it("add the random log on wish", async () => {
    const folder = await folderOf({
      ...official,
      "log_random_4_22_to_5_08_pure.csv": [logHeader, logRow(3, 2, 1651000000001, NOTHING)],
    });
    const withoutRandom = await load(folder);
    expect([withoutRandom.users, withoutRandom.log.atRandom]).toEqual([3, undefined]);
    const withRandom = await load(folder, true);
    expect(withRandom.userIds).toEqual(["0", "1", "2", "3"]);
    expect([...(withRandom.log.atRandom ?? [])]).toEqual([0, 0, 0, 0, 0, 1]);
  });
});

describe("the part with derived histories", () => {
  const part = {
    ...features,
    "log_standard_4_25_to_5_08_pure_part.csv": [logHeader, logRow(0, 0, 1650882384975, CLICK)],
    "history_4_08_to_4_24_pure_last50.csv": [
      "user_id,position,video_id,long_view,is_like,ambiguous",
      "0,0,2,0,0,1",
      "0,1,2,0,0,1",
      "0,2,1,1,0,0",
      "0,3,1,0,1,0",
      "0,4,2,1,0,1",
    ],
  };

  it("puts the histories before the log and marks only what they record as observed", async () => {
    const data = await load(await folderOf(part));
    expectConsistent(data);
    expect([...data.log.items]).toEqual([2, 1, 1, 2, 0]);
    // A long view implies the click as input; bit 0 is observed in the log alone, ambiguous rows observe nothing.
    expect([...data.log.feedback]).toEqual([0b000, 0b011, 0b100, 0b011, 0b001]);
    expect([...data.log.observed]).toEqual([0, 0b110, 0b110, 0, 127]);
    expect(data.dropped).toContainEqual({ reason: "rows of the history file that repeat the row above", rows: 1 });
  });
});

describe("bad input is one error with place, value and remedy", () => {
  const broken = async (log: readonly string[] | string) =>
    load(await folderOf({ ...features, "log_standard_4_08_to_4_21_pure.csv": log }));
  const good = logRow(0, 0, 1650000000000, CLICK);

  it("for a folder that is missing", async () => {
    await expectInputError(load("/no/such/folder"), "/no/such/folder: no such folder", "zenodo.org/records/10439422");
  });

  it("for files that are missing", async () => {
    await expectInputError(load(await folderOf({})), "log_standard_*.csv");
    await expectInputError(load(await folderOf({ ...official, "user_features_pure.csv": "" })), "is empty");
    const { "user_features_pure.csv": _, ...withoutUsers } = official;
    await expectInputError(load(await folderOf(withoutUsers)), "user_features_pure.csv: no such file");
    await expectInputError(load(await folderOf(official), true), "log_random_*.csv", "includeRandomLog");
  });

  it("for a cut-off row", async () => {
    await expectInputError(
      broken([logHeader, good, good.slice(0, 25)]),
      "pure.csv:3:",
      "5 columns instead of 19",
      "download",
    );
  });

  it("for a missing column", async () => {
    await expectInputError(
      broken([logHeader.replace("is_click", "clicked"), good]),
      'pure.csv:1: no column "is_click"',
      "clicked",
    );
  });

  it("for values that are no number, or neither 0 nor 1", async () => {
    await expectInputError(
      broken([logHeader, good, "", good.replace("1650000000000", "NaN")]),
      'pure.csv:4: column "time_ms" holds "NaN"',
      "a number",
    );
    await expectInputError(
      broken([logHeader, logRow(0, 0, 1650000000000, "2,0,0,0,0,0,0")]),
      'pure.csv:2: column "is_click" holds "2", expected 0 or 1',
    );
  });

  it("for an unbalanced quote", async () => {
    await expectInputError(broken([logHeader, good, `"${good}`]), "pure.csv:3", "quote");
    await expectInputError(broken([logHeader, good, `1"${good}`]), "pure.csv:3", "quote");
  });

  it("for an unknown category", async () => {
    const folder = await folderOf({
      ...official,
      "video_features_basic_pure.csv": [...videos.slice(0, 2), (videos[2] ?? "").replace("20,2", "20,999")],
    });
    await expectInputError(load(folder), 'basic_pure.csv:3: column "tag" holds "20,999"');
  });

  it("for a video listed twice", async () => {
    const folder = await folderOf({ ...official, "video_features_basic_pure.csv": [...videos, videos[1] ?? ""] });
    await expectInputError(load(folder), 'basic_pure.csv:7: column "video_id" holds "0"', "once");
  });

  it("for a log without rows", async () => {
    await expectInputError(broken([logHeader]), "no interaction is left");
  });
});

const realPart = join(sharedData, "kuairand-pure-part");
if (!existsSync(realPart)) console.warn(`Skipped: ${realPart} is absent.`);

describe.skipIf(!existsSync(realPart))("the real part", () => {
  it("has the known counts", async () => {
    const data = await load(realPart);
    expect(data.categories).toHaveLength(46);
    expect([data.users, data.items]).toEqual([27_076, 7_407]);
    // 228,329 log rows without the untagged items' 2,052 and 5,800 duplicates.
    expect(data.log.observed.filter((bits) => bits === 127)).toHaveLength(220_477);
    expect(data.dropped).toContainEqual({ reason: "items without a category, which no plan could allow", rows: 96 });
  });
});
