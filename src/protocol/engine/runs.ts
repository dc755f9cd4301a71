/** Runs as the extension starts, changes and follows them. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import { poolActionSchema, reflectionSchema } from "../run/reflection.ts";
import { runSliceSchema } from "../run/rows.ts";
import { runIdSchema } from "../run/runId.ts";
import { boundKeysSchema } from "./models.ts";

/** A prompt file's content as the editor holds it, saved or not. */
export const promptTextSchema = z.strictObject({
  /** Path as the experiment names it. */
  file: z.string(),
  text: z.string(),
});
export type PromptText = Immutable<z.output<typeof promptTextSchema>>;

const promptTextsSchema = z.strictObject({
  planner: z.exactOptional(promptTextSchema),
  critic: z.exactOptional(promptTextSchema),
});
export type PromptTexts = Immutable<z.output<typeof promptTextsSchema>>;

export const startRunSchema = z.strictObject({
  /** Absolute path; relative paths inside the document start there. */
  experimentFile: z.string(),
  experimentText: z.string(),
  prompts: promptTextsSchema,
  /** `path=value` overrides, as with `lerl run --set`. */
  overrides: z.exactOptional(z.array(z.string())),
  keys: z.exactOptional(boundKeysSchema),
});
export type StartRun = Immutable<z.output<typeof startRunSchema>>;

/**
 * A change that takes effect at the next environment step; limits of the models at once, since a step may be waiting for
 * them. `path` is a JSON path of the experiment or names a prompt.
 */
export const liveChangeSchema = z.strictObject({
  path: z.string(),
  /** A message cannot carry `undefined`: an absent value is one. */
  value: z.optional(z.unknown()),
});
export type LiveChange = Immutable<z.output<typeof liveChangeSchema>>;

/** A folder among the runs whose record cannot be read. */
export const unreadableRunSchema = z.object({
  id: runIdSchema,
  /** Where, what, and what to do. */
  problem: z.string(),
});
export type UnreadableRun = Immutable<z.output<typeof unreadableRunSchema>>;

/** At most every 100 ms per run; `sequence` counts up by one, a gap means: ask `runs/slice` from your cursor. */
export const runBatchSchema = z.extend(runSliceSchema, { sequence: z.int() });

/** A reflection with what the pool's sampling makes of it now. */
export const pooledReflectionSchema = z.object({
  ...reflectionSchema.shape,
  /** Probability of taking the next place in a sample that pinned reflections leave free; 1 for a pinned one, 0 for a muted one. */
  probability: z.number(),
});
export type PooledReflection = Immutable<z.output<typeof pooledReflectionSchema>>;

export const reflectionChangeSchema = z.strictObject({
  runId: runIdSchema,
  id: z.string(),
  action: poolActionSchema,
  /** For `edit`. */
  text: z.exactOptional(z.string()),
  /** For `rate`: -1, 0 or 1. */
  rating: z.exactOptional(z.int().check(z.minimum(-1), z.maximum(1))),
});
export type ReflectionChange = Immutable<z.output<typeof reflectionChangeSchema>>;

export const evaluationResultSchema = z.object({
  tInt: z.number(),
  rCum: z.number(),
  rSin: z.number(),
  sessions: z.number(),
});
