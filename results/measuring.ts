/** What every kind of table shares: what it is told, how far it is, what it makes. */
import { rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { paint, sayAside } from "../src/engine/commands/terminal.ts";
import { InputError } from "../src/engine/errors.ts";
import { runFiles } from "../src/engine/store/runFolder.ts";
import { isLocked } from "../src/engine/store/runLock.ts";
import { makeBelow, storageFolder } from "../src/engine/store/storage.ts";
import { exists } from "../src/engine/suites/suiteFolder.ts";
import type { Shell } from "./lerl.ts";
import type { DataSet, Table } from "./tables.ts";

export interface Setting extends Shell {
  /** Absolute folders of what was given. */
  readonly data: Readonly<Partial<Record<DataSet, string>>>;
  /** The first seeds only; absent: all. */
  readonly seeds?: number;
  /** Runs of a suite at once; absent: as `lerl suite run` decides. */
  readonly jobs?: number;
}

/** A table before it is made. */
export interface Measuring {
  /** As the page shows them; placeholders in angle brackets. */
  readonly commands: readonly (readonly string[])[];
  /** Everything else that the table depends on, as far as it is known before: another definition, another table. */
  readonly definition: unknown;
  readonly done: number;
  readonly runs: number;
  /** As many as there would be with all seeds. */
  readonly allRuns: number;
  /** Folders that hold what is measured, there or not yet. */
  readonly places: readonly string[];
  /** Carries out what is not done yet. @throws Interrupted, LerlError */
  readonly make: () => Promise<Made>;
}

export interface Made {
  /** Markdown. */
  readonly text: string;
  /** What was measured: seeds, sessions, rows, time; the last part but the versions. */
  readonly measured: string;
  /** ISO 8601, when the last of it was measured. */
  readonly at: string;
}

/** `path=value` of a table's runs. @param data where logs lie; the page, which knows nothing of that, has a placeholder */
export function setsOf({ set = [], data: needed }: Table, data: Setting["data"]): readonly string[] {
  return [...(needed === undefined ? [] : [`dataset.path=${data[needed] ?? "<folder>"}`]), ...set];
}

/** For `lerl`: one option each. */
export const setWords = (sets: readonly string[]): readonly string[] => sets.flatMap((set) => ["--set", set]);

/**
 * Moves a folder of results out of the way, where there is one; nothing that was measured is deleted.
 * @throws InputError `store.locked` while somebody works on it
 */
export async function putAside(folder: string, why: string, { root }: Shell): Promise<void> {
  if (!(await exists(folder))) return;
  if (await isLocked(join(folder, runFiles.lock))) {
    throw new InputError(
      "store.locked",
      `${folder}: another process works on it. Wait until it ends, or stop it first.`,
    );
  }
  const before = await makeBelow(storageFolder(root), "results", "before");
  const to = join(before, `${basename(folder)}-${new Date().toISOString().replace(/\W/g, "")}`);
  await rename(folder, to);
  sayAside(`${paint.quiet(`${folder}: ${why}; moved to ${to}`)}\n`);
}

/** `1 run`, `2 runs`. */
export const runsText = (runs: number): string => `${runs} run${runs === 1 ? "" : "s"}`;

/** `1 to 5` or `1, 3 and 7`. */
export function seedsText(seeds: readonly number[]): string {
  const [first = 0] = seeds;
  const last = seeds.at(-1);
  if (seeds.length === 1) return `seed ${first}`;
  const isRow = seeds.every((seed, i) => seed === first + i);
  return `seeds ${isRow ? `${first} to ${last}` : `${seeds.slice(0, -1).join(", ")} and ${last}`}`;
}

/** With what it lacks of the whole. */
export const partText = (seeds: readonly number[], all: readonly number[]): string =>
  `${seedsText(seeds)}${seeds.length < all.length ? ` of the ${all.length} that the table has (a quick look)` : ""}`;
