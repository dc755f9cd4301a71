/** Lists what `.lerl` holds: how large, how old, and what must stay. */
import { basename, join } from "node:path";
import type { StoredItem } from "../../protocol/engine/storage.ts";
import { fewLimit } from "../store/fewAtOnce.ts";
import { RunList } from "../store/runList.ts";
import { storageFolder } from "../store/storage.ts";
import { type Measured, measure } from "./measure.ts";
import { findPlaces, type Place } from "./places.ts";
import { type Uses, usesOf } from "./uses.ts";

/** Whoever makes a folder or writes beside has put its lock or its name there by then. */
const SETTLED_MS = 3_600_000;

/**
 * The largest first.
 * @param only the path of one item: of the others it is seen whether they use it, and no more
 * @param runs of the workspace; for who asks again and again
 * @throws InputError `store.unreadable`
 */
export async function storageContents(
  workspaceFolder: string,
  now: () => Date,
  only?: string,
  runs = new RunList(workspaceFolder, () => undefined),
): Promise<readonly StoredItem[]> {
  const storage = storageFolder(workspaceFolder);
  const limit = fewLimit();
  const places = await findPlaces(storage);
  const wanted = only === undefined ? places : places.filter(({ path }) => path === only);
  const uses = await usesOf(workspaceFolder, places, wanted, runs, limit);
  const apart = new Set(places.map(({ path }) => join(storage, path)));
  const measured = await Promise.all(wanted.map(({ path }) => measure(join(storage, path), limit, apart)));
  const items = wanted.map((place, i) => itemOf(place, measured[i] as Measured, uses, now()));
  return items.sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
}

function itemOf(place: Place, measured: Measured, uses: Uses, now: Date): StoredItem {
  const { path, kind } = place;
  const stays = whyItStays(place, measured, uses, now);
  return {
    path,
    kind,
    name: uses.names.get(path) ?? basename(path),
    bytes: Math.round(measured.bytes),
    changedAt: new Date(measured.changedAt).toISOString(),
    ...(stays !== undefined && { stays }),
  };
}

function whyItStays(
  { path, kind, isLink }: Place,
  { changedAt, problem }: Measured,
  uses: Uses,
  now: Date,
): string | undefined {
  const used = problem === undefined ? (uses.live.get(path) ?? uses.stays.get(path)) : `it cannot be read (${problem})`;
  if (used !== undefined) return used;
  if (isLink) return "it is a symbolic link, and links are not followed";
  if (kind === "other") return "it is nothing that was made here";
  const isNameless = (kind === "runs" || kind === "trials") && !uses.names.has(path);
  const isUnfinished = kind === "leftovers" || isNameless;
  return isUnfinished && now.getTime() - changedAt < SETTLED_MS ? "it may be in the making" : undefined;
}
