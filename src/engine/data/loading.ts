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

/** Counts what a loader leaves out, by reason. */
export class DropCounter {
  private readonly counts = new Map<string, number>();

  add(reason: string, rows = 1): void {
    if (rows > 0) this.counts.set(reason, (this.counts.get(reason) ?? 0) + rows);
  }

  list(): readonly Dropped[] {
    return Array.from(this.counts, ([reason, rows]) => ({ reason, rows }));
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
