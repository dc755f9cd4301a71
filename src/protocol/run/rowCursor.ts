/**
 * Where in a run's rows somebody stands, and how a batch of rows lies to that. A cursor counts rows per kind; a batch
 * carries the cursor behind its last rows, so it begins that many rows before.
 */
import type { RunCursor, RunSlice } from "./rows.ts";

type Rows = Pick<RunSlice, "metrics" | "timing" | "events">;
type Batch = Rows & Pick<RunSlice, "cursor">;

/** Rows of a kind that are given at once: the newest. */
export const WINDOW_ROWS = 10_000;
/** A range of earlier rows is given whole up to so many; of more, a sample evenly over it. */
export const RANGE_ROWS = 20_000;
export const SAMPLED_ROWS = 5000;

export const rowKinds = ["metrics", "timing", "events"] as const;

/** Before the first row. */
export const firstRow: RunCursor = { metrics: 0, timing: 0, events: 0 };

/** Of somebody who has read nothing yet, not even that there are no rows. */
export const unread: RunCursor = { metrics: -1, timing: -1, events: -1 };

/** From which rows on to read for somebody who stands at `cursor`. */
export const readFrom = (cursor: RunCursor): RunCursor => eachKind((kind) => Math.max(0, cursor[kind]));

/** Behind `rows`, which begin at `cursor`. */
export const behind = (cursor: RunCursor, rows: Rows): RunCursor =>
  eachKind((kind) => cursor[kind] + rows[kind].length);

/** Where a batch begins. */
export const beginOf = (batch: Batch): RunCursor => eachKind((kind) => batch.cursor[kind] - batch[kind].length);

/** Whether `cursor` is before `other` in some kind of row: of a run's end, that the run went back to a checkpoint. */
export const isBefore = (cursor: RunCursor, other: RunCursor): boolean =>
  rowKinds.some((kind) => cursor[kind] < other[kind]);

/**
 * How a batch lies to rows held up to `reached`. `next`: it follows on; `held`: all of it is there already; `overlap`:
 * it begins before the end of what is held; `gap`: rows are missing before it.
 */
export function standingOf(reached: RunCursor, batch: Batch): "next" | "held" | "overlap" | "gap" {
  const begin = beginOf(batch);
  const early = isBefore(begin, reached);
  if (early) return isBefore(reached, batch.cursor) ? "overlap" : "held";
  return isBefore(reached, begin) ? "gap" : "next";
}

function eachKind(count: (kind: (typeof rowKinds)[number]) => number): RunCursor {
  return { metrics: count("metrics"), timing: count("timing"), events: count("events") };
}
