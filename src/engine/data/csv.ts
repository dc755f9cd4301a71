/** Any log as two CSV files, the columns named in the experiment: interactions, and items with their categories. */
import { basename } from "node:path";
import type { CsvConfig } from "../../protocol/experiment/dataset.ts";
import { InputError } from "../errors.ts";
import { assembleDataset, reasons } from "./assembleDataset.ts";
import { EntityTable, naturalOrder } from "./entityTable.ts";
import { type DataSource, DropCounter, type LoadContext, requireFile, type UnnamedDataset } from "./loading.ts";
import { LogBuilder } from "./logBuilder.ts";
import { isMissing, readTable } from "./tables.ts";

/** @throws InputError when a file is missing or a feedback column is named twice */
export async function findCsv(config: CsvConfig, interactions: string, items: string): Promise<DataSource> {
  const { feedback } = config.interactions;
  if (new Set(feedback).size < feedback.length) {
    throw new InputError(
      "data.feedback-twice",
      `dataset.interactions.feedback names a column twice: ${feedback.join(", ")}. Name each once.`,
    );
  }
  await requireFile(interactions, "Correct dataset.interactions.path.");
  await requireFile(items, "Correct dataset.items.path.");
  return { files: [interactions, items], read: (context) => readCsv(config, interactions, items, context) };
}

async function readCsv(
  config: CsvConfig,
  interactionsFile: string,
  itemsFile: string,
  context: LoadContext,
): Promise<UnnamedDataset> {
  const { items, itemCategories, names } = await readItems(config, itemsFile, context);
  const { user, item, feedback, time } = config.interactions;
  const users = new EntityTable();
  const dropped = new DropCounter();
  const log = new LogBuilder();
  const observed = (1 << feedback.length) - 1;
  await readTable(
    interactionsFile,
    [user, item, ...feedback, ...(time === undefined ? [] : [time])],
    (row) => {
      const userId = row.id(0);
      const itemRow = items.find(row.id(1));
      let bits = 0;
      for (let f = 0; f < feedback.length; f++) bits |= row.bit(2 + f) << f;
      const at = time === undefined ? 0 : row.number(2 + feedback.length);
      if (itemRow < 0) dropped.add(reasons.unknownItem);
      else if (itemCategories[itemRow]?.length === 0) dropped.add(reasons.untaggedInteraction);
      else log.add(users.findOrAdd(userId), itemRow, at, bits, observed);
    },
    context,
  );
  return assembleDataset({
    name: basename(interactionsFile),
    users,
    items,
    itemCategories,
    categoryName: (id) => names.get(id) ?? String(id),
    feedbackTypes: feedback,
    log,
    hasTime: time !== undefined,
    dropped,
  });
}

/** Reads the items. Whole numbers serve as category ids as they are; names are numbered in their natural order. */
async function readItems({ items: columns }: CsvConfig, file: string, context: LoadContext) {
  const items = new EntityTable(["category"]);
  const labels: (readonly string[])[] = [];
  await readTable(
    file,
    [columns.item, columns.categories],
    (row) => {
      const categories = row
        .text(1)
        .split(columns.separator)
        .map((label) => label.trim())
        .filter((label) => !isMissing(label));
      if (items.add(row.id(0), [categories[0] ?? ""]) < 0) row.fail(0, "every item once", "data.duplicate-id");
      labels.push(categories);
    },
    context,
  );
  const distinct = Array.from(new Set(labels.flat())).sort(naturalOrder);
  const numeric = distinct.every((label) => /^(0|[1-9]\d{0,8})$/.test(label));
  const ids = new Map(distinct.map((label, i) => [label, numeric ? Number(label) : i]));
  return {
    items,
    itemCategories: labels.map((list) => list.map((label) => ids.get(label) as number)),
    names: new Map(distinct.map((label) => [ids.get(label) as number, numeric ? `Category ${label}` : label])),
  };
}
