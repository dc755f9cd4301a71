/** What a row says of the visit: which feedback was given, which was recorded at all. */
import type { CsvConfig } from "../../../protocol/experiment/dataset.ts";
import type { Column } from "../../../protocol/experiment/tables.ts";
import { InputError } from "../../errors.ts";
import { brief } from "../printable.ts";
import type { Row } from "../tables/row.ts";

export const CLICK = "is_click";

/** One bit each. */
const MOST_TYPES = 8;

/** A cell that is neither 0 nor 1, in a column that says nowhere from which value on it is a click. */
export class NotABit extends Error {}

export interface Feedback {
  /** The click first. */
  readonly types: readonly string[];
  readonly columns: readonly Column[];
  /** @param first place of `columns` among the row's. @returns bits given, and above them (from bit 8 on) those recorded */
  read(row: Row, first: number): number;
  readonly notes: () => readonly string[];
}

/**
 * @param scales by feedback column, from which value on it is a click, where the columns themselves told
 * @param isLast whether a cell that is neither 0 nor 1 ends the reading with an error of its own
 * @throws InputError `data.feedback-twice`, `data.feedback-many`, `data.negatives`, `data.click-at`
 */
export function feedbackOf(
  config: CsvConfig["interactions"],
  scales: ReadonlyMap<Column, number>,
  isLast: boolean,
): Feedback {
  const { event, negatives, feedback, clickAt } = config;
  if (feedback.length === 0 && !event) {
    requireNegatives(negatives);
    return { types: [CLICK], columns: [], read: () => 0b1_0000_0001, notes: () => [] };
  }
  const named = event && !feedback.includes(CLICK) ? [CLICK, ...feedback] : feedback;
  const types = named.map(typeOf);
  requireTypes(types);
  const told = event ? named.filter((column) => column !== CLICK) : named;
  const thresholds = thresholdsOf(clickAt, told, scales);
  const seen = new Map<string, number>();
  const cells = named.map((column) =>
    event && column === CLICK ? eventReader(event.click, seen) : cellReader(thresholds.get(column), isLast),
  );
  return {
    types,
    columns: named.map((column) => (event && column === CLICK ? event.column : column)),
    read: (row, first) => {
      let bits = 0;
      for (let f = 0; f < cells.length; f++) bits |= (cells[f] as CellReader)(row, first + f) << f;
      return bits;
    },
    notes: () => (event ? unseenEvents(event.click, seen) : []),
  };
}

/** @throws InputError `data.feedback-twice`, `data.feedback-many` */
function requireTypes(types: readonly string[]): void {
  if (types.length > MOST_TYPES) {
    throw new InputError(
      "data.feedback-many",
      `dataset.interactions.feedback and the event's click are ${types.length} kinds of feedback; there may be ${MOST_TYPES}. Leave one out.`,
    );
  }
  if (new Set(types).size === types.length) return;
  throw new InputError(
    "data.feedback-twice",
    `dataset.interactions.feedback names a column twice: ${types.join(", ")}. Name each once.`,
  );
}

export const typeOf = (column: Column): string => (typeof column === "number" ? `column ${column}` : column);

/** One bit of a cell, with 0x100 where it was recorded. */
type CellReader = (row: Row, place: number) => number;

function eventReader(clicks: readonly string[], seen: Map<string, number>): CellReader {
  const isClick = new Set(clicks);
  return (row, place) => {
    const name = row.text(place).trim();
    // What was not recorded is no negative.
    if (row.isNull(name)) return 0;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    return 0x100 | (isClick.has(name) ? 1 : 0);
  };
}

function cellReader(threshold: number | undefined, isLast: boolean): CellReader {
  if (threshold === undefined) return (row, place) => 0x100 | bit(row, place, isLast);
  return (row, place) => {
    const value = row.numberOrMissing(place);
    // What was not recorded is no negative.
    return Number.isNaN(value) ? 0 : 0x100 | (value >= threshold ? 1 : 0);
  };
}

function bit(row: Row, place: number, isLast: boolean, text = row.text(place)): 0 | 1 {
  // Nearly all cells are one of these; comparing texts takes longer.
  if (text.length === 1 && (text === "0" || text === "1")) return text === "1" ? 1 : 0;
  switch (text) {
    case "1.0":
    case "true":
    case "True":
    case "TRUE":
      return 1;
    case "0.0":
    case "false":
    case "False":
    case "FALSE":
      return 0;
  }
  if (text !== text.trim()) return bit(row, place, isLast, text.trim());
  if (isLast) return row.fail(place, "0 or 1 (for ratings, counts or watch times set dataset.interactions.clickAt)");
  throw new NotABit();
}

function thresholdsOf(
  clickAt: CsvConfig["interactions"]["clickAt"],
  columns: readonly Column[],
  scales: ReadonlyMap<Column, number>,
): ReadonlyMap<Column, number> {
  if (clickAt === undefined) return scales;
  if (typeof clickAt === "number") {
    const [first] = columns;
    return first === undefined ? scales : new Map([...scales, [first, clickAt]]);
  }
  const byName = new Map(columns.map((column) => [String(column), column]));
  const given = Object.entries(clickAt).map(([name, value]) => {
    const column = byName.get(name);
    if (column !== undefined) return [column, value] as const;
    throw new InputError(
      "data.click-at",
      `dataset.interactions.clickAt names "${name}", which is no feedback column. The feedback columns are: ${columns.join(", ")}.`,
    );
  });
  return new Map([...scales, ...given]);
}

function requireNegatives(negatives: CsvConfig["interactions"]["negatives"]): void {
  if (negatives) return;
  throw new InputError(
    "data.negatives",
    'dataset.interactions.feedback is empty, so every row is a click and nothing tells what people pass over. Set dataset.interactions.negatives, such as { "perClick": 4 }, or name a feedback column.',
  );
}

const SHOWN_EVENTS = 8;

function unseenEvents(clicks: readonly string[], seen: ReadonlyMap<string, number>): readonly string[] {
  const unseen = clicks.filter((name) => !seen.has(name));
  if (unseen.length === 0) return [];
  const most = Array.from(seen).sort((a, b) => b[1] - a[1]);
  const shown = most.slice(0, SHOWN_EVENTS).map(([name, rows]) => `${brief(name)} (${rows})`);
  return [
    `no row's event is ${unseen.join(" or ")} (dataset.interactions.event.click); the events are ${shown.join(", ")}${most.length > SHOWN_EVENTS ? " and others" : ""}`,
  ];
}

/** Largest value of the usual scales of ratings, and from where on a rating is a click: four fifths of it. */
const ratingScales = new Map([
  [5, 4],
  [10, 8],
]);

/** Values of one column. */
export class Range {
  private least = Number.POSITIVE_INFINITY;
  private most = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
  }

  /** From where on a value is a click, should these be ratings from above 0 to 5 or to 10; a column with a 0 need not be. */
  clickAt(): number | undefined {
    return this.least > 0 ? ratingScales.get(this.most) : undefined;
  }
}
