/** What every loader of files shares: its sources, its progress, and what it left out. */
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { InputError } from "../errors.ts";
import { requireRegular } from "../regularFile.ts";
import type { Dataset, Dropped } from "./dataset.ts";

/** Bytes of one file read so far. */
export interface LoadProgress {
  /** For its hash, or for its rows. */
  readonly doing: "checking" | "reading";
  readonly file: string;
  readonly bytesRead: number;
  readonly bytes: number;
}

export interface LoadContext {
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The files of a data set, found but not yet read. */
export interface DataSource {
  /** Absolute paths, in a fixed order; the binary cache is keyed by their content. */
  readonly files: readonly string[];
  read(context: LoadContext): Promise<UnnamedDataset>;
}

/** A data set whose fingerprint is still to be taken from its content. */
export type UnnamedDataset = Omit<Dataset, "fingerprint">;

/** Reasons that all loaders share. */
export const reasons = {
  unknownItem: "interactions with an item that the item file lacks",
  unknownUser: "interactions of a user that the user file lacks",
  untaggedItem: "items without a category, which no plan could allow",
  untaggedInteraction: "interactions with an item without a category",
  duplicate: "duplicate interactions (same user, item, time and feedback)",
  idleUser: "users without an interaction",
  idleItem: "items without an interaction",
} as const;

/** Counts what a loader leaves out, by reason, and keeps the first of each as an example. */
export class DropCounter {
  private readonly counts = new Map<string, number>();
  private readonly first: Record<string, string> = {};

  /** @param example the id that was left out */
  add(reason: string, rows = 1, example?: string): void {
    if (rows === 0) return;
    const before = this.counts.get(reason);
    this.counts.set(reason, (before ?? 0) + rows);
    if (before === undefined && example !== undefined) this.first[reason] = example;
  }

  list(): readonly Dropped[] {
    return Array.from(this.counts, ([reason, rows]) => ({ reason, rows }));
  }

  examples(): Readonly<Record<string, string>> {
    return this.first;
  }
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** @throws InputError when `path` is no folder */
export async function requireFolder(path: string, remedy: string): Promise<void> {
  if (await isFolder(path)) return;
  throw new InputError("data.folder-missing", `${path}: no such folder. ${remedy}`);
}

/** @throws InputError when there is nothing, or no regular file */
export async function requireFile(path: string, remedy: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found) {
    requireRegular(path, found);
    return path;
  }
  throw new InputError("data.file-missing", `${path}: no such file. ${remedy}`);
}

/** The first of some folders that holds one of the files. */
export async function folderWith(
  folders: readonly string[],
  files: readonly string[],
): Promise<{ readonly folder: string; readonly file: string } | undefined> {
  for (const folder of folders) {
    for (const file of files) {
      if (await isFile(`${folder}/${file}`)) return { folder, file: basename(file) };
    }
  }
  return undefined;
}
