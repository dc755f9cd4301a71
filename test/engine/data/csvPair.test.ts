import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvPairOf } from "../../../src/engine/data/csvPair.ts";
import type { Dataset } from "../../../src/engine/data/dataset.ts";
import { loadDataset } from "../../../src/engine/data/loadDataset.ts";
import { generateSynthetic } from "../../../src/engine/data/synthetic.ts";
import { datasetSchema, type SyntheticConfig } from "../../../src/protocol/experiment/dataset.ts";
import { expectConsistent } from "./consistency.ts";
import { awkward } from "./csv/independent.ts";
import { categoriesOf, load, log, refusal } from "./csv/support.ts";
import { folderOf } from "./files.ts";
import { logHeader, logRow, userFeatures, videos } from "./kuaishouFixtures.ts";
import { smallLog } from "./smallLog.ts";

const textOf = (parts: Iterable<string>): string => [...parts].join("");

/** The pair, written and read again. */
async function readBack(data: Dataset): Promise<Dataset> {
  const { section, interactions, items } = csvPairOf(data);
  const folder = await folderOf({});
  await writeFile(join(folder, "interactions.csv"), textOf(interactions()));
  await writeFile(join(folder, "items.csv"), textOf(items()));
  const config = datasetSchema.parse(JSON.parse(JSON.stringify(section)));
  const again = await loadDataset(config, { baseFolder: folder });
  expectConsistent(again);
  return again;
}

/** By user in order, what was seen, and each feedback: 1, 0, or "-" where it was not recorded. */
const historiesOf = ({ userIds, itemIds, feedbackTypes, log }: Dataset) =>
  userIds.map((id, user) => [
    id,
    Array.from(log.items.subarray(log.offsets[user], log.offsets[user + 1]), (item, k) => {
      const row = (log.offsets[user] as number) + k;
      const cell = (bit: number) =>
        ((log.observed[row] as number) >> bit) & 1 ? ((log.feedback[row] as number) >> bit) & 1 : "-";
      return [itemIds[item], ...feedbackTypes.map((_, bit) => cell(bit))];
    }),
  ]);

/** All of it that a CSV pair can hold, of the items that were shown. */
function understood(data: Dataset) {
  const shown = new Set(Array.from(data.log.items, (item) => data.itemIds[item]));
  return {
    interactions: data.log.items.length,
    feedbackTypes: data.feedbackTypes,
    histories: historiesOf(data),
    categories: Object.entries(categoriesOf(data)).filter(([id]) => shown.has(id)),
  };
}

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
const lineOf = (cells: readonly string[]): string => cells.map(quoted).join(",");

/** Names that a list, a separator, a null word or a number could be taken for; none of them occurs in two categories' names. */
const names = [
  ...awkward.categories,
  ...[
    "A|B",
    "[x]",
    "[x",
    "{y}",
    "{z: 1}",
    "27",
    "9",
    "0",
    "Category 27",
    "007",
    "NA",
    "null",
    "a\\b",
    "'q'",
    "line\nend",
    "1|2",
  ],
];

describe("the pair of a log of one's own", () => {
  const columns = ["is_click", "time", "user", "item", "items_", "a,b", 'say "hi"', "喜剧", "user:token"];
  const anyLog = fc
    .record({
      feedback: fc.uniqueArray(fc.constantFrom(...columns), { minLength: 1, maxLength: 3 }),
      users: fc.uniqueArray(fc.constantFrom(...awkward.ids), { minLength: 1, maxLength: 5 }),
      items: fc.uniqueArray(fc.constantFrom(...awkward.ids), { minLength: 1, maxLength: 6 }),
    })
    .chain(({ feedback, users, items }) =>
      fc.record({
        feedback: fc.constant(feedback),
        rows: fc.array(
          fc.tuple(
            fc.constantFrom(...users),
            fc.constantFrom(...items),
            fc.nat(5),
            ...feedback.map(() => fc.constantFrom("0", "1", "")),
          ),
          { minLength: 1, maxLength: 25 },
        ),
        items: fc.tuple(
          ...items.map((item) =>
            fc.tuple(fc.constant(item), fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 })),
          ),
        ),
      }),
    );

  it("is read back the same: ids, order, feedback and what was not recorded, categories", async () => {
    await fc.assert(
      fc.asyncProperty(anyLog, async ({ feedback, rows, items }) => {
        const data = await load(
          {
            "log.csv": [lineOf(["u", "i", "t", ...feedback]), ...rows.map((row) => lineOf(row.map(String)))],
            "items.csv": ["item,categories", ...items.map(([id, own]) => lineOf([id, JSON.stringify(own)]))],
          },
          {
            interactions: {
              user: "u",
              item: "i",
              time: "t",
              feedback,
              clickAt: Object.fromEntries(feedback.map((type) => [type, 1])),
            },
            nullWords: [],
          },
        );
        expect(understood(await readBack(data))).toEqual(understood(data));
      }),
      { seed: 16, numRuns: 150 },
    );
  });

  it("is written as people would write it, with empty cells where nothing was recorded", async () => {
    const data = await load(
      {
        "log.csv": ["user,item,rating,seconds,at", "b,x,5,,30", "a,y,3,70,20", "b,w,4,3,10", "b,nowhere,4,3,10"],
      },
      { interactions: { feedback: ["rating", "seconds"], clickAt: { rating: 4, seconds: 60 }, time: "at" } },
    );
    const { section, interactions, items, notes } = csvPairOf(data);
    expect(textOf(interactions())).toBe("user,item,rating,seconds,time\nb,w,1,0,1\nb,x,1,,2\na,y,0,1,1\n");
    expect(textOf(items())).toBe("item,categories\nx,Jazz|Soul\ny,Soul\nw,Rock\n");
    expect(section).toMatchObject({ interactions: { clickAt: { seconds: 1 } }, items: { separator: "|" } });
    expect(notes).toEqual([]);
  });

  it("has lists in JSON where a category's name holds the separator, and says so", async () => {
    const data = await load(
      { "log.csv": log, "items.csv": ["item,categories", "x,R|B;Soul", "y,Soul", "w,Rock"] },
      {
        items: { separator: ";" },
      },
    );
    const { items, notes } = csvPairOf(data);
    expect(textOf(items())).toBe('item,categories\nx,"[""R|B"",""Soul""]"\ny,"[""Soul""]"\nw,"[""Rock""]"\n');
    expect(notes).toEqual(['categories are written as JSON lists, for names such as "R|B"']);
  });

  it("keeps rows that repeat one another where no time tells them apart", async () => {
    const data = await load({ "log.csv": ["user,item,is_click", "a,x,1", "a,x,1", "a,x,1"] });
    expect((await readBack(data)).log.items).toHaveLength(3);
  });

  it("holds the rows without a click that were drawn, and draws no more", async () => {
    const data = await load(
      { "log.csv": ["user,item", "a,x", "b,y", "c,w"] },
      { interactions: { feedback: [], negatives: { perClick: 2 } } },
    );
    const again = await readBack(data);
    expect(again.log.items).toHaveLength(9);
    expect(understood(again)).toEqual(understood(data));
  });
});

describe("the pair of other sources", () => {
  it("of MovieLens has its genres by name", async () => {
    const baseFolder = await folderOf({
      "movies.csv": ["movieId,title,genres", "1,One (1995),Comedy|Film-Noir", '11,"Two, The (1995)",Drama'],
      "ratings.csv": ["userId,movieId,rating,timestamp", "7,1,4.5,30", "7,11,3.5,20", "3,11,4.0,1"],
    });
    const data = await loadDataset(datasetSchema.parse({ kind: "movielens", path: "." }), { baseFolder });
    const again = await readBack(data);
    expect(understood(again)).toEqual(understood(data));
    expect(understood(again).categories).toEqual([
      ["1", ["Comedy", "Film-Noir"]],
      ["11", ["Drama"]],
    ]);
    expect(csvPairOf(data).notes).toEqual(["no part of the pair: features of users and items (genre)"]);
  });

  it("of generated data lacks the items that nobody was shown, and says what it lacks", async () => {
    const configs = fc.record({
      users: fc.integer({ min: 2, max: 20 }),
      items: fc.integer({ min: 12, max: 80 }),
      categories: fc.integer({ min: 2, max: 46 }),
      seed: fc.nat(1000),
    });
    await fc.assert(
      fc.asyncProperty(configs, async (config) => {
        const data = generateSynthetic(datasetSchema.parse({ kind: "synthetic", ...config }) as SyntheticConfig);
        expect(understood(await readBack(data))).toEqual(understood(data));
        const idle = data.items - new Set(data.log.items).size;
        const { notes } = csvPairOf(data);
        expect(notes.at(-1)).toMatch(/^no part of the pair: the ground truth; features of users and items \(/);
        if (idle > 0) expect(notes[0]).toBe(`${idle} items without an interaction are dropped when the pair is read`);
      }),
      { seed: 16, numRuns: 30 },
    );
  });

  it("of KuaiRand has empty cells where nothing was recorded, also where a long view stood for the click", async () => {
    const rows = [logRow(1, 0, 300, "1,0,0,0,0,0,0"), logRow(0, 1, 200, "1,1,0,0,0,0,1")];
    const baseFolder = await folderOf({
      "user_features_pure.csv": userFeatures,
      "video_features_basic_pure.csv": videos,
      "log_standard_4_22_to_5_08_pure.csv": [logHeader, ...rows],
      "log_standard_4_08_to_4_21_pure.csv": [logHeader, logRow(1, 2, 100, "0,0,1,0,0,1,0")],
    });
    const data = await loadDataset(datasetSchema.parse({ kind: "kuairand", path: "." }), { baseFolder });
    const { log } = data;
    const withStandIn = {
      ...data,
      log: { ...log, feedback: Uint8Array.of(1, 1, 1), observed: Uint8Array.of(0, 1, 1) },
    };
    const again = await readBack(withStandIn);
    expect(understood(again)).toEqual(understood(withStandIn));
    expect([...again.log.feedback]).toEqual([0, 1, 1]);
    expect(csvPairOf(withStandIn).notes[0]).toMatch(/^1 rows hold feedback that was not recorded/);
  });
});

describe("what a pair cannot hold is refused", () => {
  const refuse = async (change: object, ...parts: readonly string[]) => {
    const data = { ...(await smallLog()), ...change };
    await refusal(
      Promise.resolve().then(() => csvPairOf(data)),
      "data.not-convertible",
      ...parts,
    );
  };

  it.each([
    ["an id that is read as another", { userIds: ["a", "101.0"] }, 'the user id "101.0"'],
    ["an id with a character that no text has", { itemIds: ["x", "y\ud800"] }, "the item id"],
    [
      "two categories of one name",
      { categories: [1, 2].map((id) => ({ id, name: "Jazz" })) },
      'two categories are called "Jazz"',
    ],
  ])("%s", (_, change, words) => refuse(change, words));
});
