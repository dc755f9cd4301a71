/** Any log as tables whose columns the experiment names: interactions, and items with their categories. */
import { basename } from "node:path";
import type { CsvConfig } from "../../../protocol/experiment/dataset.ts";
import type { Column } from "../../../protocol/experiment/tables.ts";
import { assembleDataset } from "../assembleDataset.ts";
import { type DataSource, type LoadContext, requireFile, type UnnamedDataset } from "../loading.ts";
import { printable } from "../printable.ts";
import type { TableOptions } from "../tables/options.ts";
import { readTable } from "../tables/table.ts";
import { CLICK, type Feedback, feedbackOf, NotABit, Range, typeOf } from "./feedback.ts";
import { idOf } from "./ids.ts";
import { Interactions } from "./interactions.ts";
import { categoryIds, type ItemList, naturalIds, readItems } from "./itemList.ts";
import { withNegatives } from "./negatives.ts";
import { Times } from "./times.ts";

/**
 * @param items the items' file; undefined where the categories stand in the log
 * @throws InputError when a file is missing or the feedback's settings contradict each other
 */
export async function findCsv(config: CsvConfig, interactions: string, items: string | undefined): Promise<DataSource> {
  feedbackOf(config.interactions, new Map(), false);
  await requireFile(interactions, "Correct dataset.interactions.path.");
  if (items !== undefined) await requireFile(items, "Correct dataset.items.path.");
  const oneFile = items === undefined || items === interactions;
  return {
    files: oneFile ? [interactions] : [interactions, items],
    read: async (context) => {
      const list = await readItems(config, oneFile ? interactions : items, oneFile, context);
      return readLog(config, interactions, list, context);
    },
  };
}

async function readLog(config: CsvConfig, file: string, list: ItemList, context: LoadContext): Promise<UnnamedDataset> {
  const none = new Map<Column, number>();
  try {
    return await readWith(config, file, list, feedbackOf(config.interactions, none, false), [], context);
  } catch (error) {
    if (!(error instanceof NotABit)) throw error;
  }
  const scales = await ratingScales(config, file, context);
  const notes = Array.from(
    scales,
    ([column, from]) =>
      `${typeOf(column)} holds ratings up to ${(from * 5) / 4}: one of ${from} or more is taken as a click (set dataset.interactions.clickAt for another bound)`,
  );
  return readWith(config, file, list, feedbackOf(config.interactions, scales, true), notes, context);
}

const logOptions = ({ interactions, nullWords }: CsvConfig): TableOptions => ({
  ...interactions.format,
  nullWords,
  setting: "dataset.interactions.format",
});

/** Feedback columns whose values are ratings of a usual scale, and from where on one is a click. */
async function ratingScales(
  config: CsvConfig,
  file: string,
  context: LoadContext,
): Promise<ReadonlyMap<Column, number>> {
  const columns = config.interactions.feedback.filter((column) => !(config.interactions.event && column === CLICK));
  const { clickAt } = config.interactions;
  const told = typeof clickAt === "number" ? columns.slice(0, 1).map(String) : Object.keys(clickAt ?? {});
  const ranges = columns.map(() => new Range());
  const add = (text: string, range: Range): void => range.add(text.trim() === "" ? Number.NaN : Number(text));
  await readTable(
    file,
    columns,
    (row) => {
      ranges.forEach((range, f) => {
        if (!row.isMissing(f)) add(row.text(f), range);
      });
    },
    context,
    logOptions(config),
  );
  return new Map(
    columns.flatMap((column, f) => {
      const from = (ranges[f] as Range).clickAt();
      return from === undefined || told.includes(String(column)) ? [] : [[column, from] as const];
    }),
  );
}

async function readWith(
  config: CsvConfig,
  file: string,
  list: ItemList,
  feedback: Feedback,
  notes: readonly string[],
  context: LoadContext,
): Promise<UnnamedDataset> {
  const { user, item, time, negatives } = config.interactions;
  const interactions = new Interactions(list, config.items.otherwise?.trim().normalize("NFC"));
  const times = new Times();
  const isExact = config.matching === "exact";
  const timePlace = 2 + feedback.columns.length;
  const read = await readTable(
    file,
    [user, item, ...feedback.columns, ...(time === undefined ? [] : [time])],
    (row) => {
      const at = time === undefined ? 0 : times.read(row, timePlace);
      interactions.add(idOf(row, 0, isExact), idOf(row, 1, isExact), feedback.read(row, 2), at);
    },
    context,
    logOptions(config),
  );
  interactions.flush();
  const { users, log, dropped } = interactions;
  const { items, labels } = list;
  const ids = isExact ? naturalIds(labels.flat()) : categoryIds(labels.flat());
  const names = new Map(Array.from(ids.values(), ({ id, name }) => [id, name]));
  const dataset = assembleDataset({
    name: basename(file),
    users,
    items,
    itemCategories: labels.map((list) => list.map((label) => (ids.get(label) as { readonly id: number }).id)),
    categoryName: (id) => names.get(id) as string,
    feedbackTypes: feedback.types,
    log,
    hasTime: time !== undefined,
    timeText: (at) => times.text(at),
    dropped,
    notes: [...read.notes, ...list.notes, ...notes, ...feedback.notes()].map(printable),
  });
  return negatives ? withNegatives(dataset, negatives) : dataset;
}
