/** Everything a run logged, as the page needs it; grows by the slices that the host answers or sends. */
import type { RunCursor, RunSlice } from "../../../src/protocol/engine.ts";
import type { MetricName } from "../../../src/protocol/metrics.ts";
import { unread } from "../../../src/protocol/run/rowCursor.ts";
import type { MetricRow, ReferenceRow, TimelineEvent } from "../../../src/protocol/run.ts";
import { Series } from "./series.ts";

export class RunData {
  readonly series = new Map<MetricName, Series>();
  readonly events: TimelineEvent[] = [];
  /** Measured anew when the quit rule changes: the newest of a policy counts. */
  private readonly newestReferences = new Map<ReferenceRow["policy"], ReferenceRow>();
  cursor: RunCursor = unread;

  get loaded(): boolean {
    return this.cursor !== unread;
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
  }

  /** Mean of the last `count` points. */
  recentMean(metric: MetricName, count: number): number | undefined {
    const recent = this.series.get(metric)?.values.numbers().slice(-count);
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
