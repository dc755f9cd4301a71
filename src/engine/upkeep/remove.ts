/** Removes for good what was chosen of `.lerl`. */
import { lstat, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { StoredItem } from "../../protocol/engine/storage.ts";
import { InputError, LerlError } from "../errors.ts";
import { fileError } from "../store/files.ts";
import { runFiles } from "../store/runFolder.ts";
import { RunLock } from "../store/runLock.ts";
import { storageFolder } from "../store/storage.ts";
import { nameBeside } from "../wholeFile.ts";
import { findPlaces, type Place } from "./places.ts";

/** Removes an item. @throws InputError `clean.unknown`, `store.locked` where a process has taken it since, a file error */
export type Removal = (item: Pick<StoredItem, "path">) => Promise<void>;

/**
 * Looks anew at what there is, and gives what removes it: what was listed may have moved, no other path is taken, and
 * links are removed as links.
 *
 * @throws InputError `store.unreadable`
 */
export async function openRemoval(workspaceFolder: string, now: () => Date): Promise<Removal> {
  const storage = storageFolder(workspaceFolder);
  const places = (await findPlaces(storage)).filter(({ kind }) => kind !== "other");
  const byPath = new Map(places.map((place) => [place.path, place]));
  return async ({ path }) => {
    const place = byPath.get(path);
    if (place) return remove(storage, place, now);
    throw new InputError(
      "clean.unknown",
      `${join(storage, path)}: is not there any more. List what there is: lerl clean`,
    );
  };
}

/** It is there whole, or gone for whoever looks. */
async function remove(storage: string, place: Place, now: () => Date): Promise<void> {
  const target = join(storage, place.path);
  const locks = await lockAll(storage, place, now);
  try {
    const onItsWayOut = nameBeside(join(storage, "removed"));
    await rename(target, onItsWayOut);
    await rm(onItsWayOut, { recursive: true, force: true });
  } catch (error) {
    throw fileError(error, target);
  } finally {
    for (const lock of locks) await lock.release();
  }
}

/** Keeps others from a run or a trial, or the runs of a suite, while it goes. */
async function lockAll(
  storage: string,
  { path, kind, runs = [] }: Place,
  now: () => Date,
): Promise<readonly RunLock[]> {
  if (kind !== "runs" && kind !== "trials" && kind !== "suites") return [];
  const locks: RunLock[] = [];
  try {
    for (const folder of [path, ...runs]) {
      const found = await lstat(join(storage, folder));
      if (!found.isDirectory()) continue;
      const lock = await lockOf(join(storage, folder), now);
      if (lock) locks.push(lock);
    }
    return locks;
  } catch (error) {
    for (const lock of locks) await lock.release();
    throw error;
  }
}

/** None where the disk has no room for one: whoever removes makes room, nobody holds it, and nobody else could take it. */
async function lockOf(folder: string, now: () => Date): Promise<RunLock | undefined> {
  const ifGone = `delete the folder by hand: ${folder}`;
  try {
    return await RunLock.acquire(join(folder, runFiles.lock), { now, ifGone });
  } catch (error) {
    if (error instanceof LerlError && error.code === "store.disk-full") return undefined;
    throw error;
  }
}
