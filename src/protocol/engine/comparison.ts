/** Runs side by side (docs/method.md, section 13). */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import { runIdSchema } from "../run/runId.ts";
import { promptRoleSchema } from "../run.ts";

const comparisonCellSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });
export type ComparisonCell = Immutable<z.output<typeof comparisonCellSchema>>;

const comparisonRowSchema = z.object({
  label: z.string(),
  runIds: z.array(runIdSchema),
  seeds: z.array(z.number()),
  /** By metric: tInt, rCum, rSin, normalised and section 12's names. */
  metrics: z.record(z.string(), comparisonCellSchema),
});
export type ComparisonRow = Immutable<z.output<typeof comparisonRowSchema>>;

export const comparisonSchema = z.object({
  rows: z.array(comparisonRowSchema),
  /** Probability that row i has a higher R_cum than row j: [rows][rows]. */
  improvement: z.array(z.array(z.number())),
  settings: z.array(z.object({ path: z.string(), values: z.array(z.unknown()) })),
  prompts: z.array(z.object({ role: promptRoleSchema, texts: z.array(z.string()) })),
});
export type Comparison = Immutable<z.output<typeof comparisonSchema>>;
