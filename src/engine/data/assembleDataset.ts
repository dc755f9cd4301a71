/** The last step of every loader: what was read becomes a data set with dense indices. */
import { InputError } from "../errors.ts";
import type { Category, InteractionLog, Lists } from "./dataset.ts";
import type { EntityTable } from "./entityTable.ts";
import type { DropCounter, UnnamedDataset } from "./loading.ts";
import type { LogBuilder } from "./logBuilder.ts";

export interface Parts {
  readonly name: string;
  readonly users: EntityTable;
  readonly items: EntityTable;
  /** Category ids of each row of `items`, the primary first; empty where the source names none. */
  readonly itemCategories: readonly (readonly number[])[];
  readonly categoryName: (id: number) => string;
  readonly feedbackTypes: readonly string[];
  /** Users and items are rows of the tables above. */
  readonly log: LogBuilder;
  /** Whether the interactions were added with real times. */
  readonly hasTime: boolean;
  readonly dropped: DropCounter;
}

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

/**
 * Keeps the users and items that occur in the log, in the order of their tables. An item that nobody was shown has
 * nothing to be learned from, and a user without interactions no history to bring along.
 */
export function assembleDataset(parts: Parts): UnnamedDataset {
  const { users, items, dropped } = parts;
  const { log, duplicates } = parts.log.build(users.ids.length, parts.hasTime);
  dropped.add(reasons.duplicate, duplicates);
  if (log.items.length === 0) throw nothingLeft(parts);

  const keptUsers = rowsWhere(users.ids.length, (user) => log.offsets[user] !== log.offsets[user + 1]);
  const shown = new Uint8Array(items.ids.length);
  for (const item of log.items) shown[item] = 1;
  const keptItems = rowsWhere(items.ids.length, (item) => shown[item] === 1);
  const untagged = parts.itemCategories.filter((categories) => categories.length === 0).length;
  dropped.add(reasons.untaggedItem, untagged);
  dropped.add(reasons.idleUser, users.ids.length - keptUsers.length);
  dropped.add(reasons.idleItem, items.ids.length - keptItems.length - untagged);

  const { categories, lists } = denseCategories(parts, keptItems);
  return {
    name: parts.name,
    users: keptUsers.length,
    items: keptItems.length,
    userIds: Array.from(keptUsers, (row) => users.ids[row] as string),
    itemIds: Array.from(keptItems, (row) => items.ids[row] as string),
    categories,
    itemCategories: lists,
    userFeatures: users.featureTable(keptUsers),
    itemFeatures: items.featureTable(keptItems),
    feedbackTypes: parts.feedbackTypes,
    log: renumber(log, keptUsers, keptItems, items.ids.length),
    dropped: dropped.list(),
  };
}

function nothingLeft({ name, dropped }: Parts): InputError {
  const why = dropped.list().map(({ reason, rows }) => `${rows} ${reason}`);
  return new InputError(
    "data.no-interactions",
    `${name}: no interaction is left${why.length > 0 ? `; dropped: ${why.join(", ")}` : ""}. Check that the files belong together and hold rows.`,
  );
}

function rowsWhere(rows: number, keep: (row: number) => boolean): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => row).filter(keep);
}

/** The categories of the kept items, ordered by id, and each item's list of their indices. */
function denseCategories(
  { itemCategories, categoryName }: Parts,
  keptItems: Int32Array,
): { readonly categories: readonly Category[]; readonly lists: Lists } {
  const kept = Array.from(keptItems, (row) => Array.from(new Set(itemCategories[row] as readonly number[])));
  const ids = Array.from(new Set(kept.flat())).sort((a, b) => a - b);
  const index = new Map(ids.map((id, i) => [id, i]));
  const offsets = new Int32Array(kept.length + 1);
  kept.forEach((list, item) => {
    offsets[item + 1] = (offsets[item] as number) + list.length;
  });
  return {
    categories: ids.map((id) => ({ id, name: categoryName(id) })),
    lists: { offsets, values: Int32Array.from(kept.flat(), (id) => index.get(id) as number) },
  };
}

function renumber(log: InteractionLog, keptUsers: Int32Array, keptItems: Int32Array, items: number): InteractionLog {
  const newItem = new Int32Array(items);
  keptItems.forEach((row, item) => {
    newItem[row] = item;
  });
  const offsets = new Int32Array(keptUsers.length + 1);
  keptUsers.forEach((row, user) => {
    offsets[user + 1] = log.offsets[row + 1] as number;
  });
  return { ...log, offsets, items: log.items.map((row) => newItem[row] as number) };
}
