/** What *New Experiment* was told of a person's own data, and the `dataset` section that says it. */
import type { ProposedColumns } from "../../protocol/engine.ts";

export type Column = string | number;

/** A file, and what its columns may mean. */
export interface Table extends ProposedColumns {
  /** Absolute. */
  readonly path: string;
}

/** How a row tells of a click. */
export type Click =
  | { readonly by: "bit"; readonly column: Column }
  | { readonly by: "amount"; readonly column: Column; readonly from: number }
  | { readonly by: "event"; readonly column: Column; readonly events: readonly string[] }
  /** Every row is one. */
  | { readonly by: "row" };

export interface OwnData {
  readonly log: Table;
  /** Undefined: the categories stand in the log. */
  readonly items: Table | undefined;
  readonly user: Column;
  readonly item: Column;
  readonly click: Click;
  /** Undefined: the file's order counts. */
  readonly time: Column | undefined;
  /** In the items' file. */
  readonly itemId: Column;
  readonly categories: Column;
}

/** Rows without a click for each with one, where the log holds clicks alone. */
const NEGATIVES = 4;

/** @param pathOf how the experiment names a file */
export function datasetOf(data: OwnData, pathOf: (path: string) => string): Readonly<Record<string, unknown>> {
  const { log, items, user, item, click, time, itemId, categories } = data;
  const separator = columnOf(items ?? log, categories)?.separator;
  return {
    kind: "csv",
    interactions: {
      path: pathOf(log.path),
      ...formatOf(log),
      user,
      item,
      ...clickSettings(click),
      ...(time !== undefined && { time }),
    },
    items: {
      ...(items && { path: pathOf(items.path), ...formatOf(items), item: itemId }),
      categories,
      ...(separator !== undefined && { separator }),
    },
  };
}

export const columnOf = ({ columns }: Table, column: Column) => columns.find((one) => one.column === column);

const formatOf = ({ format }: Table) => (Object.keys(format).length === 0 ? {} : { format });

function clickSettings(click: Click): Readonly<Record<string, unknown>> {
  switch (click.by) {
    case "bit":
      return { feedback: [click.column] };
    case "amount":
      return { feedback: [click.column], clickAt: click.from };
    case "event":
      return { event: { column: click.column, click: click.events } };
    case "row":
      return { feedback: [], negatives: { perClick: NEGATIVES } };
  }
}
