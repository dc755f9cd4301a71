/**
 * The newest rows of one run, as the window holds them: a bounded part of the run's files with the cursors where it
 * begins and ends. A batch that does not follow on is noticed; what is missing is then read from the engine.
 */
import type { RunCursor, RunSlice } from "../../protocol/engine.ts";
import { beginOf, firstRow, isBefore, rowKinds } from "../../protocol/run/rowCursor.ts";
import type { MetricRow, ReferenceRow, RunId, TimelineEvent } from "../../protocol/run.ts";

/** Rows kept per kind. */
const WINDOW_ROWS = 5000;

type Kind = (typeof rowKinds)[number];

export class RunWindow {
  private readonly rows: { metrics: MetricRow[]; timing: MetricRow[]; events: TimelineEvent[] } = {
    metrics: [],
    timing: [],
    events: [],
  };
  private references: readonly ReferenceRow[] = [];
  private end: RunCursor;

  constructor(
    readonly runId: RunId,
    start: RunCursor = firstRow,
    private readonly limit = WINDOW_ROWS,
  ) {
    this.end = start;
  }

  /** Where the next batch must begin. */
  get cursor(): RunCursor {
    return this.end;
  }

  append(batch: RunSlice): void {
    const begin = beginOf(batch);
    for (const kind of rowKinds) {
      // Rows are missing in between, or the run went back: what is held does not join on.
      if (begin[kind] !== this.end[kind]) this.rows[kind].length = 0;
    }
    this.extend("metrics", batch.metrics);
    this.extend("timing", batch.timing);
    this.extend("events", batch.events);
    this.references = mergeReferences(this.references, batch.references);
    this.end = batch.cursor;
  }

  /** The rows from a cursor on, where the window still holds them all. */
  from(cursor: RunCursor): RunSlice | undefined {
    const begin = beginOf({ ...this.rows, cursor: this.end });
    if (isBefore(cursor, begin) || isBefore(this.end, cursor)) return undefined;
    const since = (kind: Kind): number => cursor[kind] - begin[kind];
    return {
      runId: this.runId,
      metrics: this.rows.metrics.slice(since("metrics")),
      timing: this.rows.timing.slice(since("timing")),
      events: this.rows.events.slice(since("events")),
      references: this.references,
      cursor: this.end,
    };
  }

  private extend<K extends Kind>(kind: K, added: RunSlice[K]): void {
    const rows = this.rows[kind] as RunSlice[K][number][];
    for (const row of added) rows.push(row);
    if (rows.length > this.limit) rows.splice(0, rows.length - this.limit);
  }
}

/** References are few and each slice may hold all of them: one row per policy and iteration. */
function mergeReferences(known: readonly ReferenceRow[], added: readonly ReferenceRow[]): readonly ReferenceRow[] {
  if (added.length === 0) return known;
  const byKey = new Map([...known, ...added].map((row) => [`${row.policy} ${row.iteration}`, row]));
  return [...byKey.values()];
}
