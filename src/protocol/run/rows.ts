/** The rows a run logs, and slices of them: what the curves are drawn from. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import type { MetricName } from "../metrics.ts";
import { promptRoles } from "../promptRole.ts";
import { referencePolicies } from "./references.ts";
import { poolActionSchema } from "./reflection.ts";
import { runIdSchema } from "./runId.ts";

/** One line of metrics.jsonl: nothing in it depends on the clock. `timing.jsonl` has the same shape for the rest. */
export interface MetricRow {
  readonly iteration: number;
  /** User steps served so far. */
  readonly userSteps: number;
  readonly values: Readonly<Partial<Record<MetricName, number>>>;
}

/** One line of references.jsonl. */
export const referenceRowSchema = z.object({
  policy: z.enum(referencePolicies),
  /** Measured anew when the quit rule changes: the newest row of a policy counts. */
  iteration: z.int(),
  tInt: z.number(),
  rCum: z.number(),
  rSin: z.number(),
  sessions: z.int(),
});
export type ReferenceRow = Immutable<z.output<typeof referenceRowSchema>>;

const place = { iteration: z.number(), userSteps: z.number() };

/** One line of events.jsonl: what happened beside the numbers, drawn on the curves as a marker. */
export const timelineEventSchema = z.discriminatedUnion("type", [
  z.object({ ...place, type: z.enum(["started", "resumed", "done", "stopped"]) }),
  z.object({ ...place, type: z.enum(["paused", "failed"]), reason: z.string() }),
  /**
   * A live change: `path` is the JSON path in the experiment; or `planner.prompt` / `critic.prompt`, where `from` and
   * `to` are the hashes of the old and the new text. A setting that was or becomes unset has no value there.
   */
  z.object({
    ...place,
    type: z.literal("change"),
    path: z.string(),
    from: z.optional(z.unknown()),
    to: z.optional(z.unknown()),
    /** The new text of a prompt. */
    text: z.exactOptional(z.string()),
  }),
  z.object({
    ...place,
    type: z.literal("pool"),
    action: poolActionSchema,
    reflection: z.string(),
    value: z.exactOptional(z.union([z.string(), z.number()])),
  }),
  /** Something a person should look at: code as in docs/troubleshooting.md, with its evidence. */
  z.object({
    ...place,
    type: z.literal("warning"),
    code: z.string(),
    message: z.string(),
    evidence: z.optional(z.unknown()),
  }),
  z.object({
    ...place,
    type: z.literal("plan"),
    code: z.enum(["plan.thin", "plan.empty", "plan.invalid"]),
    episode: z.string(),
    step: z.number(),
  }),
  /** The stand-in answered for a model: why, and the beginning of what the model had answered. */
  z.object({
    ...place,
    type: z.literal("stand-in"),
    role: z.enum(promptRoles),
    episode: z.string(),
    /** Of the plan. */
    step: z.exactOptional(z.number()),
    cause: z.string(),
    reply: z.string(),
  }),
]);
export type TimelineEvent = Immutable<z.output<typeof timelineEventSchema>>;

/** Row counts: where in a run's files a reader stands. */
export const runCursorSchema = z.object({ metrics: rowCount(0), timing: rowCount(0), events: rowCount(0) });
export type RunCursor = Immutable<z.output<typeof runCursorSchema>>;

/** A cursor as it is asked with; -1 asks from the start. */
export const askedCursorSchema = z.strictObject({ metrics: rowCount(-1), timing: rowCount(-1), events: rowCount(-1) });

function rowCount(least: number) {
  return z.int().check(z.minimum(least));
}

/**
 * A slice may hold 100,000 rows of 22 numbers and more. A schema per row takes many times as long as this plain loop, and
 * copies each. Which metrics there are it leaves to the reader.
 */
export const metricRowsSchema = z.custom<readonly MetricRow[]>().check(({ value, issues }) => {
  const rows: unknown = value;
  if (!Array.isArray(rows)) {
    issues.push({ code: "invalid_type", expected: "array", input: rows, path: [] });
    return;
  }
  for (let index = 0; index < rows.length; index++) {
    const fault = rowFault(rows[index]);
    if (!fault) continue;
    issues.push({ code: "invalid_type", expected: fault.expected, input: rows, path: [index, ...fault.path] });
    return;
  }
});

interface RowFault {
  readonly expected: "object" | "number";
  readonly path: readonly string[];
}

function rowFault(row: unknown): RowFault | undefined {
  if (!isRecord(row)) return { expected: "object", path: [] };
  if (!Number.isFinite(row.iteration)) return { expected: "number", path: ["iteration"] };
  if (!Number.isFinite(row.userSteps)) return { expected: "number", path: ["userSteps"] };
  const { values } = row;
  if (!isRecord(values)) return { expected: "object", path: ["values"] };
  for (const name in values) {
    if (!Number.isFinite(values[name])) return { expected: "number", path: ["values", name] };
  }
  return undefined;
}

export const isMetricRow = (row: unknown): boolean => rowFault(row) === undefined;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a run logged from a cursor on. */
export const runSliceSchema = z.object({
  runId: runIdSchema,
  metrics: metricRowsSchema,
  timing: metricRowsSchema,
  events: z.array(timelineEventSchema),
  references: z.array(referenceRowSchema),
  /** Where the next slice begins. */
  cursor: runCursorSchema,
});
export type RunSlice = Immutable<z.output<typeof runSliceSchema>>;

/** Iterations of a run: `from` <= iteration < `to`. */
const iterations = { from: z.int().check(z.minimum(0)), to: z.int().check(z.minimum(0)) };
export const rangeQuerySchema = z.strictObject({ runId: runIdSchema, ...iterations });
export type RangeQuery = Immutable<z.output<typeof rangeQuerySchema>>;

/** What a run logged in these iterations. */
export const runRangeSchema = z.object({
  runId: runIdSchema,
  ...iterations,
  metrics: metricRowsSchema,
  timing: metricRowsSchema,
  events: z.array(timelineEventSchema),
  /** All of it; where not, the rows are a sample, evenly over the range. */
  whole: z.boolean(),
});
export type RunRange = Immutable<z.output<typeof runRangeSchema>>;
