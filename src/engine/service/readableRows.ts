/**
 * Rows of a run folder as this version can show them. A folder may come from another version or have been edited: one odd
 * row must not keep the others from being seen, and every row keeps its place, since cursors count rows.
 */
import { isMetricRow } from "../../protocol/run/rows.ts";
import {
  type MetricRow,
  type ReferenceRow,
  referenceRowSchema,
  type TimelineEvent,
  timelineEventSchema,
} from "../../protocol/run.ts";

/** Without values that are no numbers; JSON has none for NaN and infinity. */
export function readableMetrics(row: MetricRow): MetricRow {
  if (isMetricRow(row)) return row;
  const { values } = (row ?? {}) as Partial<MetricRow>;
  const numbers = Object.entries(values ?? {}).filter(([, value]) => Number.isFinite(value));
  return { ...placeOf(row), values: Object.fromEntries(numbers) };
}

/** An event that this version does not know is told as a warning in its place. */
export function readableEvent(row: TimelineEvent): TimelineEvent {
  const parsed = timelineEventSchema.safeParse(row);
  if (parsed.success) return parsed.data;
  const message = `An event that this version of LERL Studio does not know: ${JSON.stringify(row).slice(0, 200)}`;
  return { ...placeOf(row), type: "warning", code: "row.unknown", message };
}

/** References are not counted: what this version does not know is left out. */
export function readableReferences(rows: readonly ReferenceRow[]): readonly ReferenceRow[] {
  return rows.filter((row) => referenceRowSchema.safeParse(row).success);
}

/** Where a row stands; at the start if it does not say. */
function placeOf(row: unknown): { readonly iteration: number; readonly userSteps: number } {
  const { iteration, userSteps } = (row ?? {}) as Partial<MetricRow>;
  return { iteration: numberOr0(iteration), userSteps: numberOr0(userSteps) };
}

const numberOr0 = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);
