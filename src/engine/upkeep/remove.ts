/** Removes for good what was chosen of `.lerl`. */
import { lstat, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { StoredItem } from "../../protocol/engine/storage.ts";
import { InputError, LerlError } from "../errors.ts";
import { fewLimit } from "../store/fewAtOnce.ts";
import { fileError } from "../store/files.ts";
import { runFiles } from "../store/runFolder.ts";
import { RunList } from "../store/runList.ts";
import { RunLock } from "../store/runLock.ts";
import { storageFolder } from "../store/storage.ts";
import { nameBeside } from "../wholeFile.ts";
import { findPlaces, type Place } from "./places.ts";
import { usesOf } from "./uses.ts";

/**
 * Removes an item. What was listed may have moved, or come into use, while a question stood: each is looked at anew just
 * before.
 * @throws InputError `clean.unknown`, `clean.in-use`, `store.locked` where a process has taken it since, a file error
 */
export type Removal = (item: Pick<StoredItem, "path">) => Promise<void>;

/** Gives what removes items of a workspace: no path that is not listed is taken, and links are removed as links. */
export function openRemoval(workspaceFolder: string, now: () => Date): Removal {
  const storage = storageFolder(workspaceFolder);
  const runs = new RunList(workspaceFolder, () => undefined);
  return async ({ path }) => {
    const places = await findPlaces(storage);
    const place = places.find((each) => each.path === path && each.kind !== "other");
    if (!place) {
      throw new InputError(
        "clean.unknown",
        `${join(storage, path)}: is not there any more. List what there is: lerl clean`,
      );
    }
    const locks = await lockAll(storage, place, now);
    try {
      const { stays } = await usesOf(workspaceFolder, places, [place], runs, fewLimit());
      const why = stays.get(path);
      if (why !== undefined) throw new InputError("clean.in-use", `${join(storage, path)}: stays, ${why}.`);
      await remove(storage, join(storage, path));
    } finally {
      for (const lock of locks) await lock.release();
    }
  };
}

/** It is there whole, or gone for whoever looks. */
async function remove(storage: string, target: string): Promise<void> {
  try {
    const onItsWayOut = nameBeside(join(storage, "removed"));
    await rename(target, onItsWayOut);
    await rm(onItsWayOut, { recursive: true, force: true });
  } catch (error) {
    throw fileError(error, target);
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
