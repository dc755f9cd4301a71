/** Trials as the editor starts, follows and looks into them. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import { runIdSchema } from "../run/runId.ts";
import { trialEstimateSchema } from "../trial/estimate.ts";
import { LEAST_COST, MOST_CONTENDERS, MOST_REPEATS, MOST_VISITS } from "../trial/extent.ts";
import { contenderPlans } from "../trial/record.ts";
import { boundKeysSchema } from "./models.ts";
import { promptTextSchema } from "./runs.ts";
import { episodeDetailSchema } from "./sessions.ts";

const contenderSchema = z.strictObject({
  /** What its words are called; by default their file. */
  label: z.exactOptional(z.string()),
  /** Asked with the document's settings. Without words and without a plan: as in force in the run. */
  prompt: z.exactOptional(promptTextSchema),
  plan: z.exactOptional(z.enum(contenderPlans)),
  model: z.exactOptional(z.string()),
  temperature: z.exactOptional(z.number()),
});
export type WantedContender = Immutable<z.output<typeof contenderSchema>>;

/** A planner prompt as it stands, saved or not, against the one in force in a run; or contenders of one's choice. */
export const tryWordsSchema = z.strictObject({
  experimentFile: z.string(),
  /** Whose model settings the words are asked with. */
  experimentText: z.string(),
  prompt: promptTextSchema,
  /** What both serve from; without it a policy that has learned nothing. */
  runId: z.exactOptional(runIdSchema),
  /** Takes the run's newest checkpoint, where an earlier trial of this run, still running, kept another. */
  newest: z.exactOptional(z.boolean()),
  /** The baseline first. */
  contenders: z.exactOptional(z.array(contenderSchema).check(z.minLength(1), z.maxLength(MOST_CONTENDERS))),
  /** Visits planned; as many as fit by default. 0: moments only. */
  sessions: z.exactOptional(z.int().check(z.minimum(0), z.maximum(MOST_VISITS))),
  /** With the moments that are kept beside the experiment, each planned so often. */
  moments: z.exactOptional(z.boolean()),
  repeats: z.exactOptional(z.int().check(z.minimum(1), z.maximum(MOST_REPEATS))),
  /** Limits of its own, in the place of the document's. */
  maxCalls: z.exactOptional(z.int().check(z.minimum(1))),
  /** US dollars. */
  maxCost: z.exactOptional(z.number().check(z.minimum(LEAST_COST))),
  keys: z.exactOptional(boundKeysSchema),
});
export type TryWords = Immutable<z.output<typeof tryWordsSchema>>;

export const tryReflectionSchema = z.strictObject({
  runId: runIdSchema,
  reflection: z.string(),
  /** Visits planned; as many as fit by default. */
  sessions: z.exactOptional(z.int().check(z.minimum(1), z.maximum(MOST_VISITS))),
  keys: z.exactOptional(boundKeysSchema),
});

/** What fits into the time that somebody waits for. */
export const fittingTrialSchema = z.object({
  sessions: z.int(),
  /** Moments that are kept beside the experiment, where contenders were chosen. */
  moments: z.exactOptional(z.int()),
  estimate: trialEstimateSchema,
});
export type FittingTrial = Immutable<z.output<typeof fittingTrialSchema>>;

/** The file that a moment was added to, what it is called there, and what in it differs from what was shown then. */
export const keptMomentSchema = z.object({ file: z.string(), name: z.string(), differences: z.array(z.string()) });

export const visitPairSchema = z.object({
  /** The baseline's visit and the contender's, with the calls of each. */
  baseline: episodeDetailSchema,
  contender: episodeDetailSchema,
  /** First step, from 0, at which their plans differ; absent: none does. */
  differs: z.exactOptional(z.int()),
});
export type VisitPair = Immutable<z.output<typeof visitPairSchema>>;
