/** Where in `.lerl` things lie that are removed one by one. */
import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { StoredKind } from "../../protocol/engine/storedItems.ts";
import { InputError, messageOf } from "../errors.ts";
import { isMissing } from "../store/files.ts";
import { readSuiteRecord, suiteRunsFolder } from "../suites/suiteFolder.ts";
import { isLeftover } from "../wholeFile.ts";

export interface Place {
  /** Below `.lerl`, with slashes. */
  readonly path: string;
  readonly kind: StoredKind;
  /** Of `other`: a symbolic link. */
  readonly isLink?: boolean;
  /** Of a suite: its runs, by their paths. */
  readonly runs?: readonly string[];
}

const kindsOfFolders: Readonly<Record<string, StoredKind>> = {
  runs: "runs",
  trials: "trials",
  suites: "suites",
  models: "models",
  cache: "cache",
  reports: "reports",
};

/** None where there is no `.lerl`. @throws InputError `store.unreadable` */
export async function findPlaces(storage: string): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const entry of await entriesOfStorage(storage)) {
    const { name } = entry;
    const kind = Object.hasOwn(kindsOfFolders, name) ? kindsOfFolders[name] : undefined;
    if (name === ".gitignore") continue;
    if (isLeftover(name)) places.push({ path: name, kind: "leftovers" });
    // A link is not followed: what it points to is not ours to remove.
    else if (!kind || !entry.isDirectory()) places.push({ path: name, kind: "other", isLink: entry.isSymbolicLink() });
    else places.push(...(await placesIn(storage, name, kind)));
  }
  return places;
}

async function placesIn(storage: string, folder: string, kind: StoredKind): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const entry of await entriesOf(join(storage, folder))) {
    const path = `${folder}/${entry.name}`;
    if (isLeftover(entry.name)) places.push({ path, kind: "leftovers" });
    else if (!(await isOurs(join(storage, path), entry, kind))) places.push({ path, kind: "other" });
    else if (kind === "suites" && entry.isDirectory()) places.push(...(await placesOfSuite(storage, path)));
    else places.push({ path, kind });
  }
  return places;
}

/** What is kept under these, by name: a person may have put something of their own beside it, or into it. */
const ours: Readonly<Partial<Record<StoredKind, RegExp>>> = {
  cache: /^(?:answers\.jsonl|runs\.json|file-hashes\.json|.+\.lerldata)$/,
  models: /^(?:model\.json|weights\.f32)$/,
  reports: /^report\.(?:html|md)$/,
};

async function isOurs(path: string, entry: Dirent, kind: StoredKind): Promise<boolean> {
  const names = ours[kind];
  if (kind === "cache") return names?.test(entry.name) ?? false;
  // A link goes as a link.
  if (entry.isSymbolicLink()) return true;
  if (!entry.isDirectory()) return false;
  const held = names ? await entriesOf(path) : [];
  return held.every(({ name }) => names?.test(name) || isLeftover(name));
}

/** A suite with the runs of its table, and one by one those that are no longer of it. */
async function placesOfSuite(storage: string, path: string): Promise<readonly Place[]> {
  const suite = join(storage, path);
  const folder = await suiteRunsFolder(suite);
  const runs = (await entriesOf(folder)).map(({ name }) => ({ id: name, path: `${path}/${basename(folder)}/${name}` }));
  // A suite whose record cannot be read keeps all of them.
  const record = await readSuiteRecord(suite).catch(() => undefined);
  const named = record && new Set(record.variants.flatMap((variant) => variant.runs));
  const old = named ? runs.filter(({ id }) => !named.has(id)) : [];
  return [
    { path, kind: "suites", runs: runs.map((run) => run.path) },
    ...old.map((run): Place => ({ path: run.path, kind: "suites" })),
  ];
}

/** `.lerl` itself may be a link to another disk. */
async function entriesOfStorage(storage: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(storage, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw new InputError("store.unreadable", `${storage}: cannot be listed (${messageOf(error)}).`, { cause: error });
  }
}

/** None of a folder that is not there, cannot be read, or is a link. */
async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  const found = await lstat(folder).catch(() => undefined);
  return found?.isDirectory() ? readdir(folder, { withFileTypes: true }).catch(() => []) : [];
}
