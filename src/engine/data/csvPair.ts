/** A data set as two tables and the settings that read them: what `lerl data convert` writes. */
import type * as z from "zod";
import type { datasetSchema } from "../../protocol/experiment/dataset.ts";
import { InputError } from "../errors.ts";
import { plainId } from "./csv/ids.ts";
import type { Category, Dataset } from "./dataset.ts";
import { brief } from "./printable.ts";
import { whole } from "./readingText.ts";

export const pairFiles = { interactions: "interactions.csv", items: "items.csv" } as const;

export interface CsvPair {
  /** The experiment's `dataset`, beside the two files. */
  readonly section: z.input<typeof datasetSchema>;
  /** The text in parts. @param onRows told how many rows have been written so far */
  interactions(onRows?: (rows: number) => void): Iterable<string>;
  items(): Iterable<string>;
  /** What a reader of the pair may want to know, and what of the data is no part of it. */
  readonly notes: readonly string[];
}

/** Rows of the log by user; where a feedback was not recorded, the cell is empty. @throws InputError `data.not-convertible` */
export function csvPairOf(dataset: Dataset): CsvPair {
  requireIds("user", dataset.userIds);
  requireIds("item", dataset.itemIds);
  const labels = labelsOf(dataset.categories);
  const inLists = labels.find((label) => label.includes(SEPARATOR) || /^[[{(]/.test(label));
  const columns = columnsOf(dataset.feedbackTypes);
  return {
    section: sectionOf(dataset, columns, inLists !== undefined),
    interactions: (onRows) => inParts(logLines(dataset, columns, onRows)),
    items: () => inParts(itemLines(dataset, labels, inLists !== undefined)),
    notes: [
      ...(inLists === undefined ? [] : [`categories are written as JSON lists, for names such as "${brief(inLists)}"`]),
      ...leftBehind(dataset),
    ],
  };
}

const SEPARATOR = "|";

interface Columns {
  readonly user: string;
  readonly item: string;
  readonly feedback: readonly string[];
  /** A row's place among its user's. */
  readonly time: string;
}

function columnsOf(feedback: readonly string[]): Columns {
  const free = (name: string): string => (feedback.includes(name) ? free(`${name}_`) : name);
  return { user: free("user"), item: free("item"), feedback, time: free("time") };
}

function sectionOf(
  { log, feedbackTypes }: Dataset,
  { user, item, feedback, time }: Columns,
  inLists: boolean,
): CsvPair["section"] {
  const always = log.observed.reduce((bits, observed) => bits & observed, 0xff);
  const gaps = feedbackTypes.filter((_, bit) => ((always >> bit) & 1) === 0);
  const format = { delimiter: ",", encoding: "utf-8" } as const;
  return {
    kind: "csv",
    interactions: {
      path: pairFiles.interactions,
      format,
      user,
      item,
      feedback: [...feedback],
      // A column with a bound may have empty cells.
      ...(gaps.length > 0 && { clickAt: Object.fromEntries(gaps.map((type) => [type, 1])) }),
      time,
    },
    items: {
      path: pairFiles.items,
      format,
      item: "item",
      categories: "categories",
      ...(!inLists && { separator: SEPARATOR }),
    },
    // Ids and categories may be called NA.
    nullWords: [],
  };
}

function* logLines(dataset: Dataset, { user, item, feedback, time }: Columns, onRows?: (rows: number) => void) {
  yield [user, item, ...feedback, time].map(cellOf).join(",");
  const { log, userIds } = dataset;
  const items = dataset.itemIds.map(cellOf);
  const cells = new Map<number, string>();
  const told = (row: number): string => {
    const key = ((log.observed[row] as number) << 8) | (log.feedback[row] as number);
    const known = cells.get(key);
    if (known !== undefined) return known;
    const written = feedback.map((_, bit) => (((key >> 8) >> bit) & 1 ? (key >> bit) & 1 : "")).join(",");
    cells.set(key, written);
    return written;
  };
  for (let u = 0; u < dataset.users; u++) {
    const id = cellOf(userIds[u] as string);
    const from = log.offsets[u] as number;
    const to = log.offsets[u + 1] as number;
    for (let row = from; row < to; row++) {
      yield `${id},${items[log.items[row] as number]},${told(row)},${row - from + 1}`;
    }
    onRows?.(to);
  }
}

function* itemLines(
  { items, itemIds, itemCategories: { offsets, values } }: Dataset,
  labels: readonly string[],
  inLists: boolean,
) {
  yield "item,categories";
  for (let item = 0; item < items; item++) {
    const own = Array.from(values.subarray(offsets[item], offsets[item + 1]), (category) => labels[category] as string);
    yield `${cellOf(itemIds[item] as string)},${cellOf(inLists ? JSON.stringify(own) : own.join(SEPARATOR))}`;
  }
}

const cellOf = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Characters of a part. */
const PART = 1 << 16;

function* inParts(lines: Iterable<string>): Generator<string> {
  let part = "";
  for (const line of lines) {
    part += `${line}\n`;
    if (part.length < PART) continue;
    yield part;
    part = "";
  }
  yield part;
}

/** What the readers of ids, and of text, would take for another. */
const NO_TEXT = /[\0\p{Surrogate}]/u;

function requireIds(kind: "user" | "item", ids: readonly string[]): void {
  const id = ids.find((id) => plainId(id) !== id || NO_TEXT.test(id));
  if (id !== undefined) throw notConvertible(`the ${kind} id "${brief(id)}" would be read back as another`);
}

/** What is read back as the category's name: that, or the number alone of a category that has no other name. */
function labelsOf(categories: readonly Category[]): readonly string[] {
  const labels = categories.map(({ id, name }) =>
    name === `Category ${id}` ? String(id) : name.trim().normalize("NFC"),
  );
  const seen = new Set<string>();
  for (const label of labels) {
    if (label === "" || NO_TEXT.test(label)) throw notConvertible(`a category's name is "${brief(label)}"`);
    if (seen.has(label)) throw notConvertible(`two categories are called "${brief(label)}"`);
    seen.add(label);
  }
  return labels;
}

const notConvertible = (why: string): InputError =>
  new InputError(
    "data.not-convertible",
    `${why}, so a CSV pair would not be read as the same data. Rename it in the source.`,
  );

function leftBehind({ log, items, userFeatures, itemFeatures, latent, matrix }: Dataset): readonly string[] {
  const shown = new Uint8Array(items);
  for (const item of log.items) shown[item] = 1;
  const idle = shown.reduce((count, is) => count - is, items);
  const standIns = log.feedback.reduce((rows, bits, row) => rows + (bits & ~(log.observed[row] as number) ? 1 : 0), 0);
  const features = [...new Set([...userFeatures.names, ...itemFeatures.names])].filter((name) => name !== "category");
  const parts = [
    ...(latent ? ["the ground truth"] : []),
    ...(matrix ? ["the click matrix"] : []),
    ...(log.atRandom ? ["which items were shown at random"] : []),
    ...(features.length > 0 ? [`features of users and items (${listed(features)})`] : []),
  ];
  return [
    ...(idle === 0 ? [] : [`${whole(idle)} items without an interaction are dropped when the pair is read`]),
    ...(standIns === 0
      ? []
      : [
          `${whole(standIns)} rows hold feedback that was not recorded and that models read nevertheless (a long view for a click); their cells are empty`,
        ]),
    ...(parts.length === 0 ? [] : [`no part of the pair: ${parts.join("; ")}`]),
  ];
}

const LISTED = 5;

function listed(names: readonly string[]): string {
  const more = names.length - LISTED;
  return `${names.slice(0, LISTED).map(brief).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
