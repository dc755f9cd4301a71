/** Removes for good what was chosen of `.lerl`. */
import { randomBytes } from "node:crypto";
import { lstat, realpath, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { StoredItem } from "../../protocol/engine/storage.ts";
import { InputError } from "../errors.ts";
import { fileError } from "../store/files.ts";
import { runFiles } from "../store/runFolder.ts";
import { RunLock } from "../store/runLock.ts";
import { storageFolder } from "../store/storage.ts";
import { findPlaces, LEFTOVER, type Place } from "./places.ts";

/**
 * Removes one of the listed: it is there whole, or gone for whoever looks. A link is removed as a link.
 *
 * @throws InputError `clean.unknown` where it is nothing that is listed, `store.locked` where a process has taken it since
 */
export async function removeItem(workspaceFolder: string, { path }: Pick<StoredItem, "path">, now: () => Date) {
  const storage = storageFolder(workspaceFolder);
  // Looked for anew: what was listed may have moved, and no path of anybody else's comes in.
  const place = (await findPlaces(storage)).find((found) => found.path === path && found.kind !== "other");
  const target = join(storage, path);
  if (!place || !(await isInside(storage, path))) {
    throw new InputError("clean.unknown", `${target}: is not there any more. List what there is: lerl clean`);
  }
  const locks = await lockAll(storage, place, now);
  try {
    const onItsWayOut = join(storage, `removed-${randomBytes(8).toString("hex")}${LEFTOVER}`);
    await rename(target, onItsWayOut);
    await rm(onItsWayOut, { recursive: true, force: true });
  } catch (error) {
    throw fileError(error, target);
  } finally {
    for (const lock of locks) await lock.release();
  }
}

/** Whether no folder on the way to it is a link, which may lead anywhere. `.lerl` itself may be one. */
async function isInside(storage: string, path: string): Promise<boolean> {
  const parent = dirname(path);
  return (await realpath(join(storage, parent))) === join(await realpath(storage), parent);
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
      if (found.isDirectory()) locks.push(await RunLock.acquire(join(storage, folder, runFiles.lock), now));
    }
    return locks;
  } catch (error) {
    for (const lock of locks) await lock.release();
    throw error;
  }
}
