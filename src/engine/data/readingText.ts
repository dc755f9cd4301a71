/** What was read of a log and what was left out, in words. */
import { InputError } from "../errors.ts";
import type { Dataset, Reading } from "./dataset.ts";
import { reasons } from "./loading.ts";
import { brief } from "./printable.ts";

/** What a person should know before they trust what is made of the data; its code is one of docs/troubleshooting.md. */
export interface Finding {
  readonly code: string;
  readonly message: string;
}

/** From this share of the interactions on, what was left out is a warning. */
const MUCH = 0.2;

/** One line: rows read, kept, dropped and why, with the first of each reason; undefined of generated data. */
export function readingLine({ name, reading }: Dataset): string | undefined {
  if (!reading) return undefined;
  const dropped = droppedRows(reading);
  const read = `${name}: ${whole(reading.rows)} interactions read`;
  const drawn = reading.drawn === undefined ? "" : `; ${whole(reading.drawn)} rows without a click drawn`;
  if (dropped === 0) return `${read}, all kept${drawn}.`;
  return `${read}, ${whole(reading.rows - dropped)} kept${drawn}; dropped: ${reasonsOf(reading)}.`;
}

/** What of the reading is to be looked at. */
export function readingFindings({ name, reading }: Dataset): readonly Finding[] {
  if (!reading) return [];
  const notes = reading.notes.map((note) => ({ code: "data.note", message: `${name}: ${note}.` }));
  const share = droppedRows(reading) / Math.max(1, reading.rows);
  if (share <= MUCH) return notes;
  const message = `${name}: ${percent(share)} of the interactions were dropped: ${reasonsOf(reading)}. ${adviceOn(reading)}.`;
  return [{ code: "data.dropped", message }, ...notes];
}

/** @throws InputError `data.mostly-dropped` where more was left out than the experiment allows */
export function requireKept({ name, reading }: Dataset, mayDrop: number): void {
  if (!reading) return;
  const share = droppedRows(reading) / Math.max(1, reading.rows);
  if (share <= mayDrop) return;
  throw new InputError(
    "data.mostly-dropped",
    `${name}: ${percent(share)} of the interactions were dropped: ${reasonsOf(reading)}. ${adviceOn(reading)} (lerl data describe shows what was read), or allow it with dataset.mayDrop: 1.`,
  );
}

/** What to look at, by what most was dropped for. */
function adviceOn({ dropped }: Reading): string {
  const most = dropped.toSorted((a, b) => b.rows - a.rows)[0]?.reason;
  if (most === reasons.untaggedInteraction) {
    return "Check the column of the categories, or name one for items without (dataset.items.otherwise)";
  }
  if (most === reasons.duplicate) return "Check the time column: rows of one user, item, time and feedback count once";
  return "Check that the files belong together and that their ids are written alike";
}

const droppedRows = ({ dropped }: Reading): number => dropped.reduce((sum, { rows }) => sum + rows, 0);

function reasonsOf({ dropped, examples }: Reading): string {
  return dropped
    .map(({ reason, rows }) => {
      const example = examples[reason];
      return `${whole(rows)} ${reason}${example === undefined ? "" : ` (the first: "${brief(example)}")`}`;
    })
    .join(", ");
}

/** A whole number with its thousands apart. */
export function whole(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

const percent = (share: number): string => `${(100 * share).toFixed(share > 0.995 && share < 1 ? 1 : 0)} %`;
