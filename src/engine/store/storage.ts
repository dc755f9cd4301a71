/** Where the engine keeps what it writes in a workspace. */
import { lstatSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { isFolderName } from "../../protocol/folderName.ts";
import { InputError } from "../errors.ts";
import { fileError, isMissing, linkError, makeFolder } from "./files.ts";

/** Runs, suites, caches and trained user models: `.lerl`. */
export const storageFolder = (workspaceFolder: string): string => join(workspaceFolder, ".lerl");

/**
 * The folder of a run or trial, by its name. The name comes from outside, and so may the folders that are there: one that
 * leads elsewhere, by its name or as a symbolic link, is none of the workspace's.
 */
export function folderNamed(workspaceFolder: string, kind: "runs" | "trials", name: string): string | undefined {
  if (!isFolderName(name)) return undefined;
  try {
    return below(storageFolder(workspaceFolder), kind, name);
  } catch {
    return undefined;
  }
}

/**
 * A folder below `.lerl`, there or to be made. `.lerl` itself may be a link to another disk; no link inside it is
 * followed, as what it holds may come from elsewhere and is written to.
 * @throws InputError `store.link`
 */
export function below(storage: string, ...names: readonly string[]): string {
  let folder = storage;
  for (const name of names) {
    folder = join(folder, name);
    if (isLink(folder)) throw linkError(folder);
  }
  return folder;
}

/**
 * A path that a person gave, absolute, to be written at. Below a `.lerl` it is held to what `below` says; any other place
 * is the person's own, links and all.
 * @throws InputError `store.link`
 */
export function writablePath(path: string): string {
  const parts = resolve(path).split(sep);
  const end = parts.indexOf(basename(storageFolder(""))) + 1;
  return end === 0 ? resolve(path) : below(parts.slice(0, end).join(sep), ...parts.slice(end));
}

/**
 * Makes a folder below `.lerl`, as `below`. The workspace itself is never made: where it is gone it was renamed or removed
 * while this process works on it, and nobody would look for what a new one in its place holds.
 * @throws InputError `store.no-workspace`, `store.link`, `store.unwritable`
 */
export async function makeBelow(storage: string, ...names: readonly string[]): Promise<string> {
  const workspace = dirname(resolve(storage));
  const folder = below(storage, ...names);
  if (await stat(workspace).then(() => false, isMissing)) {
    throw new InputError(
      "store.no-workspace",
      `${workspace}: this folder is gone: it was renamed, moved or removed. Nothing new is made in its place; open it where it is now.`,
    );
  }
  try {
    await makeFolder(folder);
  } catch (error) {
    throw fileError(error, folder);
  }
  return folder;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    // Whoever uses it says what is wrong with it.
    return false;
  }
}

/**
 * Parsed data sets and models' answers; may be deleted at any time.
 * @param storage `storageFolder` of the workspace
 * @throws InputError `store.link`
 */
export const cacheFolder = (storage: string): string => below(storage, "cache");

/** Models' answers, by request. */
export const answersFile = (storage: string): string => join(cacheFolder(storage), "answers.jsonl");
