/** The last step of every loader: what was read becomes a data set with dense indices. */
import { InputError } from "../errors.ts";
import { type Category, FIRST_ROWS, type FirstRow, type InteractionLog, type Lists } from "./dataset.ts";
import type { EntityTable } from "./entityTable.ts";
import { type DropCounter, reasons, type UnnamedDataset } from "./loading.ts";
import type { LogBuilder, LogRow } from "./logBuilder.ts";
import { brief } from "./printable.ts";

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
  /** A time for people to read; the number by default. */
  readonly timeText?: (time: number) => string;
  /** Interactions left out so far. */
  readonly dropped: DropCounter;
  /** What a reader of the files may want to know. */
  readonly notes?: readonly string[];
}

/**
 * Keeps the users and items that occur in the log, in the order of their tables. An item that nobody was shown has
 * nothing to be learned from, and a user without interactions no history to bring along.
 */
export function assembleDataset(parts: Parts): UnnamedDataset {
  const { users, items, dropped } = parts;
  const rows = dropped.list().reduce((sum, left) => sum + left.rows, parts.log.size);
  const first = parts.log.first(FIRST_ROWS);
  const { log, duplicates } = parts.log.build(users.ids.length, parts.hasTime);
  dropped.add(reasons.duplicate, duplicates);
  const droppedRows = dropped.list();
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
    reading: {
      rows,
      dropped: droppedRows,
      examples: dropped.examples(),
      firstRows: first.map((row) => firstRow(row, parts, keptUsers, keptItems)),
      notes: parts.notes ?? [],
    },
  };
}

function firstRow(
  { user, item, time, feedback, observed }: LogRow,
  { hasTime, timeText = String }: Parts,
  keptUsers: Int32Array,
  keptItems: Int32Array,
): FirstRow {
  const row = { user: keptUsers.indexOf(user), item: keptItems.indexOf(item), feedback, observed };
  return hasTime && Number.isFinite(time) ? { ...row, time: timeText(time) } : row;
}

function nothingLeft({ name, dropped, items }: Parts): InputError {
  if (dropped.list().length === 0) {
    const message = `${name}: no interaction is left: the file holds no row of one. Download it again, or name another.`;
    return new InputError("data.no-interactions", message);
  }
  const examples = dropped.examples();
  const known = items.ids.slice(0, 3).map((id) => `"${brief(id)}"`);
  const why = dropped.list().map(({ reason, rows }) => {
    const example = examples[reason];
    if (example === undefined) return `${rows} ${reason}`;
    const has = reason === reasons.unknownItem && known.length > 0 ? `; the item file has ${known.join(", ")}` : "";
    return `${rows} ${reason} (the first is "${brief(example)}"${has})`;
  });
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
  const offsets = new Int32Array(keptItems.length + 1);
  const ids = new Set<number>();
  const values: number[] = [];
  keptItems.forEach((row, item) => {
    for (const id of new Set(itemCategories[row])) {
      ids.add(id);
      values.push(id);
    }
    offsets[item + 1] = values.length;
  });
  const ordered = Array.from(ids).sort((a, b) => a - b);
  const index = new Map(ordered.map((id, i) => [id, i]));
  return {
    categories: ordered.map((id) => ({ id, name: categoryName(id) })),
    lists: { offsets, values: Int32Array.from(values, (id) => index.get(id) as number) },
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
