import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parse as parseJsonc } from "jsonc-parser";
import { describe, expect, it } from "vitest";
import type { Dataset } from "../../../src/engine/data/dataset.ts";
import { loadDataset } from "../../../src/engine/data/loadDataset.ts";
import { type DatasetConfig, datasetSchema } from "../../../src/protocol/experiment/dataset.ts";
import { tableFormatSchema } from "../../../src/protocol/experiment/tables.ts";
import { expectConsistent } from "./consistency.ts";
import { folderOf } from "./files.ts";

const text = readFileSync(join(import.meta.dirname, "../../../docs/data.md"), "utf8");

/** The text from one heading to another. */
function between(from: string, to: string): string {
  const [start, end] = [text.indexOf(`\n## ${from}\n`), text.indexOf(`\n## ${to}\n`)];
  expect(start).toBeGreaterThan(0);
  expect(end).toBeGreaterThan(start);
  return text.slice(start, end);
}

/** Fenced blocks: what stands behind the fence (a file's name, or the language), and what is inside. */
function blocksOf(part: string): readonly { readonly info: string; readonly body: string }[] {
  return [...part.matchAll(/^```(\S+)\n(.*?)^```$/gms)].map(([, info = "", body = ""]) => ({ info, body }));
}

const sectionsOf = (part: string): readonly unknown[] =>
  blocksOf(part)
    .filter(({ info }) => info === "jsonc")
    .map(({ body }) => (parseJsonc(`{${body}}`) as { readonly dataset: unknown }).dataset);

const pathOf = (config: DatasetConfig): string => {
  if (config.kind === "synthetic") throw new Error("reads no file");
  return config.kind === "csv" ? config.interactions.path : config.path;
};

const examples = between("Your own log", "Public data sets");
const configs = sectionsOf(examples).map((section) => datasetSchema.parse(section));

/** The examples' lines as files: packed and encoded as their names and settings say. */
function exampleFiles(): Readonly<Record<string, Buffer>> {
  const encodings = new Map(
    configs.flatMap((config) => (config.kind === "csv" ? [[pathOf(config), config.interactions.format.encoding]] : [])),
  );
  const files = blocksOf(examples).filter(({ info }) => info !== "jsonc");
  expect(new Set(files.map(({ info }) => info)).size).toBe(files.length);
  return Object.fromEntries(
    files.map(({ info, body }) => {
      const bytes = Buffer.from(body, encodings.get(info) === "latin1" ? "latin1" : "utf8");
      return [info, info.endsWith(".gz") ? gzipSync(bytes) : bytes];
    }),
  );
}

/** Each row as `user item feedback`, one digit per feedback type, "-" where it was not recorded. */
function rowsOf({ log, userIds, itemIds, feedbackTypes }: Dataset): readonly string[] {
  return userIds.flatMap((user, u) =>
    Array.from(log.items.slice(log.offsets[u], log.offsets[u + 1]), (item, k) => {
      const row = (log.offsets[u] as number) + k;
      const bits = feedbackTypes.map((_, f) =>
        ((log.observed[row] as number) >> f) & 1 ? ((log.feedback[row] as number) >> f) & 1 : "-",
      );
      return `${user} ${itemIds[item]} ${bits.join("")}`;
    }),
  );
}

function categoriesOf({ itemIds, itemCategories, categories }: Dataset): Readonly<Record<string, readonly string[]>> {
  const { offsets, values } = itemCategories;
  return Object.fromEntries(
    itemIds.map((id, item) => [
      id,
      Array.from(values.slice(offsets[item], offsets[item + 1]), (c) => categories[c]?.name as string),
    ]),
  );
}

const two = ["zoë s1 1", "zoë s2 0"];
const three = [...two, "bob s1 1"];
const usual = { s1: ["Jazz", "Soul"], s2: ["Rock"] };

interface Expected {
  readonly rows: readonly string[];
  readonly categories?: Readonly<Record<string, readonly string[]>>;
  /** Part of what is said of the reading. */
  readonly note?: string;
}

/** What each example holds, by the file of its log. */
const expected: Readonly<Record<string, Expected>> = {
  "log.csv": { rows: two },
  "log.tsv": { rows: two },
  "log-semicolons.csv": { rows: two },
  "log-bars.txt": { rows: two },
  "ratings.dat": { rows: three },
  "log-blanks.txt": { rows: three },
  "export.csv": { rows: two, note: "1 line above the header skipped" },
  "log-latin1.csv": { rows: two },
  "log-quotes.tsv": { rows: two },
  "log-backslash.csv": { rows: two },
  "log.csv.gz": { rows: two },
  "log.jsonl": { rows: three },
  "songs.inter": { rows: two },
  "all.csv": { rows: two },
  "ml-100k": {
    rows: ["196 242 0", "196 302 1", "186 302 1"],
    categories: { 242: ["Comedy"], 302: ["Mystery", "Thriller"] },
  },
  "ratings.csv": { rows: ["zoë s1 11", "zoë s2 0-"] },
  "events.csv": { rows: two, note: "no row's event is addtocart" },
  "plays.csv": { rows: ["zoë s1 1", "zoë s2 0", "bob s1 0", "bob s2 1"] },
  "dates.csv": { rows: two },
  "float-ids.csv": { rows: ["zoë 101 1", "zoë 102 0"], categories: { 101: ["Jazz", "Soul"], 102: ["Rock"] } },
  "unrated.csv": { rows: ["zoë s1 1", "zoë s2 -"] },
};
/** Where a list of items of another name is shown with the usual log. */
const withOtherItems: Readonly<Record<string, Expected>> = {
  "lists.csv": { rows: two, categories: { s1: ["Jazz", "Soul"], s2: ["Other"] } },
};

function expectedOf(config: DatasetConfig): Expected | undefined {
  const items = config.kind === "csv" ? config.items.path : undefined;
  return withOtherItems[items ?? ""] ?? expected[pathOf(config)];
}

describe("docs/data.md, formats and meaning", () => {
  it.each(configs.map((config, i) => [i + 1, pathOf(config), config] as const))(
    "reads example %i, %s",
    async (_, __, config) => {
      const data = await loadDataset(config, { baseFolder: await folderOf(exampleFiles()) });
      const { rows, categories = usual, note } = expectedOf(config) as Expected;
      expectConsistent(data);
      const isDrawn = config.kind === "csv" && config.interactions.negatives !== undefined;
      // Drawn rows stand before or behind their click; the order of the others is that of time.
      expect(isDrawn ? rowsOf(data).toSorted() : rowsOf(data)).toEqual(isDrawn ? rows.toSorted() : rows);
      expect(categoriesOf(data)).toEqual(categories);
      expect(data.reading?.dropped).toEqual([]);
      expect(data.reading?.notes.join("; ") ?? "").toContain(note ?? "");
      expect(data.reading?.notes).toHaveLength(note === undefined ? 0 : 1);
    },
  );

  it("has an example for each format and meaning that the test knows", () => {
    const shown = configs.map(expectedOf);
    expect(shown).not.toContain(undefined);
    for (const one of [...Object.values(expected), ...Object.values(withOtherItems)]) expect(shown).toContain(one);
  });

  it("explains every setting of a format, and the null words", () => {
    for (const key of Object.keys(tableFormatSchema.shape)) expect(examples).toContain(`| \`${key}\` |`);
    const config = datasetSchema.parse({ kind: "csv", interactions: { path: "log.csv" }, items: {} });
    expect(config.kind).toBe("csv");
    for (const word of config.kind === "csv" ? config.nullWords : []) expect(examples).toContain(`\`${word}\``);
  });
});

describe("docs/data.md, public data sets", () => {
  const part = between("Public data sets", "What the loaders decide");
  const bySection = part
    .split("\n### ")
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf("\n")), section] as const);

  it.each(bySection)("has a section of settings for %s that an experiment may hold", (_, section) => {
    const [dataset, ...others] = sectionsOf(section);
    expect(others).toEqual([]);
    expect(datasetSchema.safeParse(dataset).error?.issues).toBeUndefined();
  });

  it("lists in its table what has a section, fifteen data sets", () => {
    const listed = [...part.matchAll(/^\| \[(.+?)\]\(#/gm)].map(([, name]) => name);
    expect(listed).toEqual(bySection.map(([name]) => name));
    expect(listed).toHaveLength(15);
  });
});
