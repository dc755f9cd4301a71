/** Items and their categories, from a file of their own or from the log. */
import type { CsvConfig } from "../../../protocol/experiment/dataset.ts";
import { EntityTable, naturalOrder } from "../entityTable.ts";
import type { LoadContext } from "../loading.ts";
import { isSequence } from "../tables/layout.ts";
import { readTable } from "../tables/table.ts";
import { categoriesIn, SeparatorHint } from "./categoryCells.ts";
import { idOf } from "./ids.ts";

export interface ItemList {
  /** Items of the log alone are added where they have a category nevertheless. */
  readonly items: EntityTable;
  /** The labels of each row of `items`, the primary first. */
  readonly labels: (readonly string[])[];
  readonly notes: readonly string[];
}

/** @param oneFile whether it is the log, where an item stands in many rows */
export async function readItems(
  config: CsvConfig,
  file: string,
  oneFile: boolean,
  context: LoadContext,
): Promise<ItemList> {
  const { interactions, items: columns, nullWords } = config;
  const format = oneFile ? interactions.format : columns.format;
  const items = new EntityTable(["category"]);
  const labels: (readonly string[])[] = [];
  const hint = new SeparatorHint();
  const isExact = config.matching === "exact";
  const split = (cell: string, name: string | undefined): readonly string[] =>
    isExact
      ? cell.split(columns.separator).map((label) => label.trim())
      : categoriesIn(cell, columns.separator, isSequence(name));
  let differing = 0;
  const read = await readTable(
    file,
    [oneFile ? interactions.item : columns.item, columns.categories],
    (row) => {
      const id = idOf(row, 0, isExact);
      const cell = row.text(1);
      const known = items.find(id);
      if (known >= 0 && !oneFile) row.fail(0, "every item once", "data.duplicate-id");
      const found = split(cell, row.names[1]).filter((label) => !row.isNull(label));
      if (known < 0) {
        hint.add(cell);
        items.add(id, [found[0] ?? ""]);
        labels.push(found);
        return;
      }
      const before = labels[known] as readonly string[];
      if (before.length === 0 && found.length > 0) {
        items.set(known, 0, found[0] as string);
        labels[known] = found;
      } else if (found.length > 0 && found.join("\0") !== before.join("\0")) differing++;
    },
    context,
    {
      ...format,
      nullWords,
      setting: `dataset.${oneFile ? "interactions" : "items"}.format`,
      within: columns.separator,
    },
  );
  const otherwise = columns.otherwise?.trim().normalize("NFC");
  labels.forEach((list, row) => {
    if (list.length > 0 || otherwise === undefined) return;
    items.set(row, 0, otherwise);
    labels[row] = [otherwise];
  });
  const notes =
    differing === 0
      ? []
      : [`rows that give an item other categories than its first row with some, which counts: ${differing}`];
  return { items, labels, notes: [...(oneFile ? [] : read.notes), ...hint.notes(columns.separator), ...notes] };
}

/** Whole numbers serve as ids of categories as they are. */
const NUMBER = /^\d{1,15}$/;

/**
 * Ids of category labels: where each holds a number of its own, that; else a number's is itself, and names are numbered in
 * their natural order, from 0 on or from a power of ten on, so that no id looks like another's name.
 */
export function categoryIds(
  labels: Iterable<string>,
): ReadonlyMap<string, { readonly id: number; readonly name: string }> {
  const distinct = Array.from(new Set(labels)).sort(naturalOrder);
  const ids = new Map<string, { readonly id: number; readonly name: string }>();
  const numbered = distinct.map((label) => Number(/^\D*(\d{1,15})\D*$/.exec(label)?.[1] ?? Number.NaN));
  if (new Set(numbered).size === distinct.length && !numbered.includes(Number.NaN)) {
    distinct.forEach((label, i) => {
      ids.set(label, { id: numbered[i] as number, name: NUMBER.test(label) ? `Category ${label}` : label });
    });
    return ids;
  }
  for (const label of distinct) {
    if (!NUMBER.test(label) || String(Number(label)) !== label) continue;
    ids.set(label, { id: Number(label), name: `Category ${label}` });
  }
  const names = distinct.filter((label) => !ids.has(label));
  let next = firstFree(distinct, names.length);
  for (const name of names) ids.set(name, { id: next++, name: NUMBER.test(name) ? `"${name}"` : name });
  return ids;
}

/** Ids as they were before run.json version 8: whole numbers where all labels are, else places in the natural order. */
export function naturalIds(labels: Iterable<string>): ReturnType<typeof categoryIds> {
  const distinct = Array.from(new Set(labels)).sort(naturalOrder);
  const areNumbers = distinct.every((label) => /^(0|[1-9]\d{0,8})$/.test(label));
  const name = (label: string): string => (areNumbers ? `Category ${label}` : label);
  return new Map(distinct.map((label, i) => [label, { id: areNumbers ? Number(label) : i, name: name(label) }]));
}

/** 0, or the first power of ten from which on so many ids are none of the numbers that stand in labels. */
function firstFree(labels: readonly string[], ids: number): number {
  const numbers = labels.flatMap((label) => (label.match(/\d+/g) ?? []).map(Number));
  for (let first = 0; ; first = Math.max(1, first) * 10) {
    if (!numbers.some((number) => number >= first && number < first + ids)) return first;
  }
}
