/** Everything a run logged, as the curves need it. The host answers slices from a cursor on; nothing is asked twice. */
import type { RunCursor, RunSlice } from "../../../src/protocol/engine.ts";
import type { MetricName } from "../../../src/protocol/metrics.ts";
import type { MetricRow, ReferenceRow, RunId, TimelineEvent } from "../../../src/protocol/run.ts";
import { Series } from "./series.ts";

export class RunData {
  readonly series = new Map<MetricName, Series>();
  readonly events: TimelineEvent[] = [];
  /** Measured anew when the quit rule changes: the newest of a policy counts. */
  private readonly newestReferences = new Map<ReferenceRow["policy"], ReferenceRow>();
  cursor: RunCursor = { metrics: -1, timing: -1, events: -1 };
  /** Counts up with every change. */
  revision = 0;

  get loaded(): boolean {
    return this.cursor.metrics >= 0;
  }

  get references(): readonly ReferenceRow[] {
    return [...this.newestReferences.values()];
  }

  append(slice: RunSlice): void {
    for (const row of slice.metrics) this.appendRow(row);
    for (const row of slice.timing) this.appendRow(row);
    this.events.push(...slice.events);
    for (const row of slice.references) this.newestReferences.set(row.policy, row);
    this.cursor = slice.cursor;
    this.revision += 1;
  }

  latest(metric: MetricName): number | undefined {
    return this.series.get(metric)?.values.view().at(-1);
  }

  /** Mean of the last `count` points. */
  recentMean(metric: MetricName, count: number): number | undefined {
    const recent = this.series.get(metric)?.values.view().slice(-count);
    if (!recent || recent.length === 0) return undefined;
    return recent.reduce((sum, value) => sum + value, 0) / recent.length;
  }

  private appendRow(row: MetricRow): void {
    for (const [metric, value] of Object.entries(row.values)) {
      if (typeof value !== "number" || !Number.isFinite(value)) continue;
      let series = this.series.get(metric as MetricName);
      if (!series) {
        series = new Series();
        this.series.set(metric as MetricName, series);
      }
      series.append(row.iteration, row.userSteps, value);
    }
  }
}

type SliceRequest = (runId: RunId, cursor: RunCursor) => Promise<RunSlice>;

/** The runs the page draws: loads each from its start once, then takes the events of the followed ones. */
export class RunLibrary {
  private readonly runs = new Map<RunId, RunData>();
  private readonly loading = new Map<RunId, Promise<void>>();

  constructor(
    private readonly requestSlice: SliceRequest,
    private readonly changed: () => void,
  ) {}

  get(runId: RunId | undefined): RunData | undefined {
    return runId === undefined ? undefined : this.runs.get(runId);
  }

  /** Loads what is missing; the promise rejects with the host's error. */
  load(runId: RunId): Promise<void> {
    const under = this.loading.get(runId);
    if (under) return under;
    const work = this.catchUp(runId).finally(() => {
      this.loading.delete(runId);
      // What never loaded is asked for again when it is wanted again.
      if (!this.runs.get(runId)?.loaded) this.runs.delete(runId);
    });
    this.loading.set(runId, work);
    return work;
  }

  /** Takes an event's slice; one that does not join on makes the page ask from its own cursor. */
  append(slice: RunSlice): Promise<void> {
    const data = this.runs.get(slice.runId);
    if (!data?.loaded || this.loading.has(slice.runId) || !joinsOn(data.cursor, slice)) return this.load(slice.runId);
    data.append(slice);
    this.changed();
    return Promise.resolve();
  }

  /** Drops the runs nobody shows any more. */
  keep(runIds: readonly RunId[]): void {
    for (const runId of this.runs.keys()) if (!runIds.includes(runId)) this.runs.delete(runId);
  }

  private async catchUp(runId: RunId): Promise<void> {
    for (;;) {
      const data = this.runs.get(runId) ?? new RunData();
      this.runs.set(runId, data);
      const before = data.cursor;
      const slice = await this.requestSlice(runId, before);
      if (slice.cursor.metrics < before.metrics) {
        // A run resumed from its checkpoint has cut its log back: what is held here is read anew.
        this.runs.delete(runId);
        continue;
      }
      data.append(slice);
      this.changed();
      const grew = data.cursor.metrics > Math.max(0, before.metrics) || data.cursor.events > Math.max(0, before.events);
      if (!grew) return;
    }
  }
}

/** An event's slice begins where its cursor ends minus its rows. */
function joinsOn(cursor: RunCursor, slice: RunSlice): boolean {
  return (
    slice.cursor.metrics - slice.metrics.length === cursor.metrics &&
    slice.cursor.timing - slice.timing.length === cursor.timing &&
    slice.cursor.events - slice.events.length === cursor.events
  );
}
