/** Sends a run's rows to the client in batches: at most one every 100 ms, numbered, so that a gap is noticed. */
import type { EngineNotifications, RunCursor } from "../../protocol/engine.ts";
import { behind } from "../../protocol/run/rowCursor.ts";
import type { MetricRow, ReferenceRow, RunId, TimelineEvent } from "../../protocol/run.ts";
import type { RunRows } from "../runs/runLog.ts";

const INTERVAL_MS = 100;

export class RowBatches {
  private sequence = 0;
  private timer: NodeJS.Timeout | undefined;
  private metrics: MetricRow[] = [];
  private timing: MetricRow[] = [];
  private events: TimelineEvent[] = [];
  private references: ReferenceRow[] = [];

  /** @param cursor rows the files hold already */
  constructor(
    private readonly runId: RunId,
    private cursor: RunCursor,
    private readonly send: (batch: EngineNotifications["run/appended"]) => void,
  ) {}

  take<K extends keyof RunRows>(kind: K, row: RunRows[K]): void {
    if (kind === "metrics") this.metrics.push(row as MetricRow);
    else if (kind === "timing") this.timing.push(row as MetricRow);
    else if (kind === "events") this.events.push(row as TimelineEvent);
    else if (kind === "references") this.references.push(row as ReferenceRow);
    else return;
    this.timer ??= setTimeout(() => this.flush(), INTERVAL_MS);
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { metrics, timing, events, references } = this;
    if (metrics.length + timing.length + events.length + references.length === 0) return;
    this.cursor = behind(this.cursor, { metrics, timing, events });
    this.metrics = [];
    this.timing = [];
    this.events = [];
    this.references = [];
    this.send({
      runId: this.runId,
      metrics,
      timing,
      events,
      references,
      cursor: this.cursor,
      sequence: this.sequence++,
    });
  }
}
