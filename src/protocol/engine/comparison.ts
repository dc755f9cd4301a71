/** Runs side by side (docs/method.md, section 13). */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import { runIdSchema } from "../run/runId.ts";
import { promptRoleSchema } from "../run.ts";

/** With one score (`n` 1) there is no interval: low = value = high. */
const comparisonCellSchema = z.object({ value: z.number(), low: z.number(), high: z.number(), n: z.int() });
export type ComparisonCell = Immutable<z.output<typeof comparisonCellSchema>>;

/** What the interval of a difference covers: with one shared seed its sessions, where no sessions pair up the seeds. */
const coverageSchema = z.enum(["seeds and sessions", "sessions", "seeds"]);

const comparedDifferenceSchema = z.extend(comparisonCellSchema, { covers: coverageSchema });
export type ComparedDifference = Immutable<z.output<typeof comparedDifferenceSchema>>;

const comparisonRowSchema = z.object({
  label: z.string(),
  runIds: z.array(runIdSchema),
  seeds: z.array(z.number()),
  /** By metric: tInt, rCum, rSin, normalised and section 12's names. */
  metrics: z.record(z.string(), comparisonCellSchema),
  /**
   * Mean difference of R_cum to the first row's; `n`: pairs of sessions over all shared seeds, or seeds where sessions do
   * not pair up. Absent where they do not and one of the rows has a single seed.
   */
  difference: z.exactOptional(comparedDifferenceSchema),
});

/** What was changed while a row's first run went on. */
const changeSchema = z.object({
  row: z.int(),
  iteration: z.number(),
  /** A setting, or what was done to a reflection. */
  what: z.string(),
  from: z.optional(z.unknown()),
  to: z.optional(z.unknown()),
});
export type ComparedChange = Immutable<z.output<typeof changeSchema>>;
export type ComparisonRow = Immutable<z.output<typeof comparisonRowSchema>>;

export const comparisonSchema = z.object({
  rows: z.array(comparisonRowSchema),
  /** Probability that row i has a higher R_cum than row j: [rows][rows]; null where one of them has a single seed. */
  improvement: z.array(z.array(z.nullable(z.number()))),
  settings: z.array(z.object({ path: z.string(), values: z.array(z.unknown()) })),
  prompts: z.array(z.object({ role: promptRoleSchema, texts: z.array(z.string()) })),
  changes: z.array(changeSchema),
  /** One sentence that the intervals support, and what a reader must know beside it. */
  conclusion: z.string(),
  notes: z.array(z.string()),
});
export type Comparison = Immutable<z.output<typeof comparisonSchema>>;
