/** Small logs of one's own, written and read back. */
import { readdir } from "node:fs/promises";
import { expect } from "vitest";
import type { Dataset } from "../../../../src/engine/data/dataset.ts";
import { loadDataset } from "../../../../src/engine/data/loadDataset.ts";
import { InputError } from "../../../../src/engine/errors.ts";
import { type CsvConfig, datasetSchema } from "../../../../src/protocol/experiment/dataset.ts";
import { expectConsistent } from "../consistency.ts";
import { folderOf } from "../files.ts";

export type Content = string | readonly string[] | Buffer;
export type Files = Readonly<Record<string, Content>>;

/** Settings of a csv data set; the files are log.csv and items.csv where nothing else is said. */
export interface Settings {
  readonly interactions?: object;
  readonly items?: object;
  readonly nullWords?: readonly string[];
  readonly matching?: CsvConfig["matching"];
}

/** Items of three categories that most logs here use. */
export const items = ["item,categories", "x,Jazz|Soul", "y,Soul", "w,Rock"];
export const log = ["user,item,is_click", "a,x,1", "a,y,0", "b,w,1", "b,x,0"];

export function configOf({ interactions, items, ...rest }: Settings = {}): CsvConfig {
  return datasetSchema.parse({
    kind: "csv",
    interactions: { path: "log.csv", ...interactions },
    items: { path: "items.csv", ...items },
    ...rest,
  }) as CsvConfig;
}

/** What a folder with these files holds. */
export async function load(files: Files, settings: Settings = {}): Promise<Dataset> {
  const data = await loadDataset(configOf(settings), { baseFolder: await folderOf({ "items.csv": items, ...files }) });
  expectConsistent(data);
  return data;
}

/** As `load`, of the interactions alone: a header, then the rows. */
export const loadLog = (rows: readonly string[], settings: Settings = {}): Promise<Dataset> =>
  load({ "log.csv": rows }, settings);

export interface Counts {
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
  readonly clicks: number;
  /** Names, sorted. */
  readonly categories: readonly string[];
}

export function countsOf({ users, items, log, categories }: Dataset): Counts {
  return {
    users,
    items,
    interactions: log.items.length,
    clicks: log.feedback.filter((bits, row) => bits & (log.observed[row] as number) & 1).length,
    categories: categories.map(({ name }) => name).sort(),
  };
}

/** Of the pair `log` and `items`. */
export const usual: Counts = { users: 2, items: 3, interactions: 4, clicks: 2, categories: ["Jazz", "Rock", "Soul"] };

/** By user, what each saw in order: `item` where it was clicked, `-item` where not, `?item` where nothing was recorded. */
export function historiesOf({ userIds, itemIds, log }: Dataset): Readonly<Record<string, readonly string[]>> {
  const shown = (row: number): string => {
    const mark = ((log.observed[row] as number) & 1) === 0 ? "?" : ((log.feedback[row] as number) & 1) === 0 ? "-" : "";
    return mark + itemIds[log.items[row] as number];
  };
  return Object.fromEntries(
    userIds.map((id, user) => {
      const [from, to] = [log.offsets[user] as number, log.offsets[user + 1] as number];
      return [id, Array.from({ length: to - from }, (_, k) => shown(from + k))];
    }),
  );
}

/** By item, the names of its categories. */
export function categoriesOf({ itemIds, itemCategories, categories }: Dataset): Record<string, readonly string[]> {
  const { offsets, values } = itemCategories;
  return Object.fromEntries(
    itemIds.map((id, item) => [
      id,
      Array.from(values.subarray(offsets[item], offsets[item + 1]), (place) => categories[place]?.name ?? ""),
    ]),
  );
}

export const notesOf = (data: Dataset): readonly string[] => data.reading?.notes ?? [];

/** Rows left out, by reason. */
export const droppedFrom = (data: Dataset): Readonly<Record<string, number>> =>
  Object.fromEntries(data.dropped.map(({ reason, rows }) => [reason, rows]));

/** The message of the InputError with this code that some work ends with: one line, each part in it. */
export async function refusal(work: Promise<unknown>, code: string, ...parts: readonly string[]): Promise<string> {
  const error = await work.then(
    () => new Error("nothing was refused"),
    (thrown: unknown) => thrown,
  );
  const { message } = error as Error;
  expect(error, message).toBeInstanceOf(InputError);
  expect((error as InputError).code, message).toBe(code);
  for (const part of parts) expect(message).toContain(part);
  expect(message).not.toMatch(/[\p{Cc}\ufffd]/u);
  return message;
}

/** Files of this process that are open. */
export async function openFiles(): Promise<number> {
  return (await readdir("/proc/self/fd")).length;
}
