/** One log written in every form that is read, with the settings that read it. */
import { gzipSync } from "node:zlib";
import { type Alphabet, awkward, type PlainLog, simple } from "./independent.ts";
import type { Content, Files, Settings } from "./support.ts";

export interface Format {
  readonly name: string;
  readonly alphabet: Alphabet;
  readonly settings?: Settings;
  write(log: PlainLog): Files;
}

type Cells = readonly string[];
type Table = readonly Cells[];

const columns = ["user", "item", "is_click", "time"];
const cellsOf = (log: PlainLog): Table =>
  log.rows.map(({ user, item, click, time }) => [user, item, String(click), String(time)]);
const itemCells = (log: PlainLog): Table => log.items.map(({ item, categories }) => [item, categories.join("|")]);

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

/** Quoted where it must be, as every writer of CSV does; several blanks count as one, so that nothing must be written there. */
const cellFor = (delimiter: string) => (cell: string) =>
  cell === "" && delimiter === " " ? "NA" : cell.includes(delimiter) || /["\r\n]/.test(cell) ? quoted(cell) : cell;

interface Writing {
  readonly delimiter?: string;
  readonly end?: string;
  readonly cell?: (cell: string) => string;
}

function textOf(table: Table, { delimiter = ",", end = "\n", cell = cellFor(delimiter) }: Writing = {}): string {
  return table.map((row) => row.map(cell).join(delimiter) + end).join("");
}

/** Both tables with headers, written alike. */
const pair = (log: PlainLog, writing?: Writing): Record<"log.csv" | "items.csv", string> => ({
  "log.csv": textOf([columns, ...cellsOf(log)], writing),
  "items.csv": textOf([["item", "categories"], ...itemCells(log)], writing),
});

const timed = (interactions: object = {}) => ({ time: "time", ...interactions });
const format = (settings: object): Settings => ({
  interactions: timed({ format: settings }),
  items: { format: settings },
});

/** Both files of a pair, turned into bytes. */
const each = (log: PlainLog, change: (text: string) => Content): Files =>
  Object.fromEntries(Object.entries(pair(log)).map(([name, text]) => [name, change(text)]));

const utf16be = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();

const delimited = Object.entries({
  comma: ",",
  tab: "\t",
  semicolon: ";",
  "vertical bar": "|",
  "two colons": "::",
  blank: " ",
}).map(
  ([name, delimiter]): Format => ({
    name: `a ${name} between cells`,
    alphabet: awkward,
    write: (log) => pair(log, { delimiter }),
  }),
);

const encoded: readonly Format[] = [
  { name: "Windows line ends", alphabet: awkward, write: (log) => pair(log, { end: "\r\n" }) },
  { name: "carriage returns alone", alphabet: simple, write: (log) => pair(log, { end: "\r" }) },
  { name: "a byte order mark", alphabet: awkward, write: (log) => each(log, (text) => `\ufeff${text}`) },
  {
    name: "UTF-16, little end first, with its mark",
    alphabet: awkward,
    write: (log) => each(log, (text) => Buffer.from(`\ufeff${text}`, "utf16le")),
  },
  {
    name: "UTF-16, big end first, with its mark",
    alphabet: awkward,
    write: (log) => each(log, (text) => utf16be(`\ufeff${text}`)),
  },
  {
    name: "UTF-16 without a mark, by setting",
    alphabet: awkward,
    settings: format({ encoding: "utf-16le" }),
    write: (log) => each(log, (text) => Buffer.from(text, "utf16le")),
  },
  {
    name: "latin1, by setting",
    alphabet: simple,
    settings: format({ encoding: "latin1" }),
    write: (log) => each(log, (text) => Buffer.from(text, "latin1")),
  },
  { name: "gzip", alphabet: awkward, write: (log) => each(log, (text) => gzipSync(text)) },
  {
    name: "gzip of UTF-16 with its mark",
    alphabet: awkward,
    write: (log) => each(log, (text) => gzipSync(Buffer.from(`\ufeff${text}`, "utf16le"))),
  },
];

const quotings: readonly Format[] = [
  { name: "every cell quoted", alphabet: awkward, write: (log) => pair(log, { cell: quoted }) },
  {
    name: "quotes written with a backslash, by setting",
    alphabet: awkward,
    settings: format({ escape: "backslash" }),
    write: (log) => pair(log, { cell: (cell) => `"${cell.replace(/["\\]/g, "\\$&")}"` }),
  },
  {
    name: "quotes that are only characters, by setting",
    alphabet: { ...simple, ids: [...simple.ids, '"', 'say "hi"', "a,b", '"q"'] },
    settings: format({ quotes: false }),
    write: (log) => pair(log, { delimiter: "\t", cell: (cell) => cell }),
  },
];

const headers: readonly Format[] = [
  {
    name: "columns in another order among others",
    alphabet: awkward,
    write: (log) => ({
      ...pair(log),
      "log.csv": textOf([
        ["", "time", "note", "item", "is_click", "user"],
        ...cellsOf(log).map(([user, item, click, time], i) => [`${i}`, time, "a, b", item, click, user] as Cells),
      ]),
    }),
  },
  {
    name: "no header, columns by their place",
    alphabet: { ...awkward, ids: awkward.ids.filter((id) => !id.startsWith("#")) },
    settings: {
      interactions: { user: 1, item: 2, feedback: [3], time: 4, format: { header: false, delimiter: "," } },
      items: { item: 1, categories: 2, format: { header: false, delimiter: "," } },
    },
    write: (log) => ({ "log.csv": textOf(cellsOf(log)), "items.csv": textOf(itemCells(log)) }),
  },
  {
    name: "a header, columns by their place",
    alphabet: awkward,
    settings: { interactions: { user: 1, item: 2, feedback: [3], time: 4 }, items: { item: 1, categories: 2 } },
    write: (log) => pair(log),
  },
  {
    name: "lines above the header",
    alphabet: awkward,
    write: (log) => each(log, (text) => `# exported\nAll rows of one week, as they came\n\n#\n${text}`),
  },
  {
    name: "a line that tells the separator",
    alphabet: awkward,
    write: (log) => {
      const files = pair(log, { delimiter: ";" });
      return { "log.csv": `sep=;\n${files["log.csv"]}`, "items.csv": `sep=;\r\n${files["items.csv"]}` };
    },
  },
  {
    name: "comments between the rows, by setting",
    alphabet: { ...simple, ids: simple.ids.filter((id) => !id.startsWith("#")) },
    settings: format({ comment: "#" }),
    write: (log) => each(log, (text) => text.replaceAll("\n", "\n# a note, with commas, and more\n")),
  },
  {
    name: "a commented header",
    alphabet: awkward,
    write: (log) => each(log, (text) => `# ${text}`),
  },
  {
    name: "empty lines everywhere",
    alphabet: simple,
    write: (log) => each(log, (text) => `\n\n${text.replaceAll("\n", "\n\n")}\n`),
  },
  {
    name: "RecBole's atomic files",
    alphabet: simple,
    settings: {
      interactions: { path: "a.inter", user: "user_id", item: "item_id", feedback: ["label"], time: "timestamp" },
      items: { path: "a.item", item: "item_id", categories: "class" },
    },
    write: (log) => {
      const names = ["user_id:token", "item_id:token", "label:float", "timestamp:float"];
      const itemRows = log.items.map(({ item, categories }) => [item, categories.join(" ")]);
      return {
        "a.inter": textOf([names, ...cellsOf(log)], { delimiter: "\t" }),
        "a.item": textOf([["item_id:token", "class:token_seq"], ...itemRows], { delimiter: "\t" }),
      };
    },
  },
];

const labelsOf = ({ items }: PlainLog, item: string): Cells => items.find((row) => row.item === item)?.categories ?? [];

const others: readonly Format[] = [
  {
    name: "JSON lines",
    alphabet: awkward,
    write: (log) => ({
      "log.csv": log.rows.map(({ user, item, click, time }) => JSON.stringify({ time, user, item, is_click: click })),
      "items.csv": log.items.map((row) => JSON.stringify(row)),
    }),
  },
  {
    name: "JSON lines in a compressed file",
    alphabet: awkward,
    write: (log) => {
      const lines = log.rows.map(({ click, ...row }) => JSON.stringify({ ...row, is_click: click === 1 }));
      return { ...pair(log), "log.csv": gzipSync(lines.join("\r\n")) };
    },
  },
  {
    name: "one file",
    alphabet: awkward,
    settings: { interactions: timed(), items: { path: undefined } },
    write: (log) => {
      const rows = log.rows.map(({ item }, i) => [...(cellsOf(log)[i] as Cells), labelsOf(log, item).join("|")]);
      return { "log.csv": textOf([[...columns, "categories"], ...rows]) };
    },
  },
  {
    name: "lists as Python writes them",
    alphabet: simple,
    write: (log) => {
      const rows = log.items.map(({ item, categories }) => [
        item,
        `[${categories.map((name) => `'${name}'`).join(", ")}]`,
      ]);
      return { ...pair(log), "items.csv": textOf([["item", "categories"], ...rows]) };
    },
  },
  {
    name: "dates for times",
    alphabet: awkward,
    write: (log) => {
      const rows = cellsOf(log).map(
        ([user, item, click, time]) => [user, item, click, `2024-02-2${time}T23:59:59+01:00`] as Cells,
      );
      return { ...pair(log), "log.csv": textOf([columns, ...rows]) };
    },
  },
  {
    name: "ids as different programs write them",
    alphabet: awkward,
    write: (log) => {
      const spelt = (id: string): string => (/^-?\d+$/.test(id) ? `${id}.0` : ` ${id.normalize("NFD")} `);
      const rows = cellsOf(log).map(([user = "", item = "", ...rest], i) => [
        user,
        i % 2 ? spelt(item) : item,
        ...rest,
      ]);
      return { ...pair(log), "log.csv": textOf([columns, ...rows]) };
    },
  },
];

export const formats: readonly Format[] = [...delimited, ...encoded, ...quotings, ...headers, ...others];
export const usualSettings: Settings = { interactions: timed() };
