/** What a run logged, as the page needs it: the newest rows, and of earlier ones what was asked for. */
import type { RunCursor, RunRange, RunSlice } from "../../../src/protocol/engine.ts";
import type { MetricName } from "../../../src/protocol/metrics.ts";
import { beginOf, rowKinds, unread } from "../../../src/protocol/run/rowCursor.ts";
import type { MetricRow, ReferenceRow, TimelineEvent } from "../../../src/protocol/run.ts";
import { Coverage } from "./coverage.ts";
import { Series, type SeriesPoints } from "./series.ts";

export class RunData {
  readonly series = new Map<MetricName, Series>();
  events: TimelineEvent[] = [];
  /** What is held of the iterations before the first slice. */
  coverage = new Coverage(0);
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
    if (!this.loaded) this.coverage = new Coverage(wholeFrom(slice));
    for (const row of slice.metrics) this.appendRow(row);
    for (const row of slice.timing) this.appendRow(row);
    for (const event of slice.events) this.events.push(event);
    for (const row of slice.references) this.newestReferences.set(row.policy, row);
    this.cursor = slice.cursor;
  }

  /** Takes rows of earlier iterations, in the place of what was held of them. */
  fill({ from, to, metrics, timing, events, whole }: RunRange): void {
    const points = new Map<MetricName, SeriesPoints>();
    for (const row of [...metrics, ...timing]) collect(points, row);
    for (const metric of new Set([...this.series.keys(), ...points.keys()])) {
      this.seriesOf(metric).fill(from, to, points.get(metric) ?? { iteration: [], userSteps: [], values: [] });
    }
    const earlier = this.events.filter(({ iteration }) => iteration < from);
    const later = this.events.filter(({ iteration }) => iteration >= to);
    this.events = [...earlier, ...events, ...later];
    this.coverage.add({ from, to, whole });
  }

  /** Mean of the last `count` points. */
  recentMean(metric: MetricName, count: number): number | undefined {
    const recent = this.series.get(metric)?.values.numbers().slice(-count);
    if (!recent || recent.length === 0) return undefined;
    return recent.reduce((sum, value) => sum + value, 0) / recent.length;
  }

  private appendRow(row: MetricRow): void {
    for (const [metric, value] of numbersOf(row)) this.seriesOf(metric).append(row.iteration, row.userSteps, value);
  }

  private seriesOf(metric: MetricName): Series {
    let series = this.series.get(metric);
    if (!series) {
      series = new Series();
      this.series.set(metric, series);
    }
    return series;
  }
}

const numbersOf = ({ values }: MetricRow): readonly (readonly [MetricName, number])[] =>
  (Object.entries(values) as [MetricName, unknown][]).flatMap(([metric, value]) =>
    typeof value === "number" && Number.isFinite(value) ? [[metric, value] as const] : [],
  );

/** The first iteration from which on a slice holds rows of every kind: the few of one may all be there, the many of another not. */
function wholeFrom(slice: RunSlice): number {
  const begin = beginOf(slice);
  return Math.max(0, ...rowKinds.map((kind) => (begin[kind] > 0 ? (slice[kind][0]?.iteration ?? 0) : 0)));
}

function collect(points: Map<MetricName, SeriesPoints>, row: MetricRow): void {
  for (const [metric, value] of numbersOf(row)) {
    const found = points.get(metric) ?? { iteration: [], userSteps: [], values: [] };
    points.set(metric, found);
    // Two rows of one iteration: the newer counts.
    if (found.iteration.at(-1) === row.iteration) found.values[found.values.length - 1] = value;
    else {
      found.iteration.push(row.iteration);
      found.userSteps.push(row.userSteps);
      found.values.push(value);
    }
  }
}
