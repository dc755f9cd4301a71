/** A trial as it is put together in the Studio, before it begins. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import { LEAST_COST, MOST_CONTENDERS, MOST_REPEATS, MOST_VISITS } from "../trial/extent.ts";
import { contenderPlans } from "../trial/record.ts";
import { hash, name, runId } from "./asked.ts";

/** Whose words a contender plans with. */
const wordsSchema = z.discriminatedUnion("from", [
  /** Those in force in the run in sight, with its settings. */
  z.strictObject({ from: z.literal("force") }),
  /** The prompt as it stands, saved or not, with the experiment's settings; likewise what follows. */
  z.strictObject({ from: z.literal("editor") }),
  z.strictObject({ from: z.literal("version"), runId, hash }),
  /** Path beside the experiment. */
  z.strictObject({ from: z.literal("file"), file: z.string().check(z.minLength(1), z.maxLength(1000)) }),
  /** Nobody's: plans without a model. */
  z.strictObject({ from: z.literal("plan"), plan: z.enum(contenderPlans) }),
]);
export type ContenderWords = Immutable<z.output<typeof wordsSchema>>;

const draftContenderSchema = z.strictObject({
  words: wordsSchema,
  /** In the place of those that the words are asked with. */
  model: z.exactOptional(name),
  temperature: z.exactOptional(z.number().check(z.minimum(0), z.maximum(2))),
});
export type DraftContender = Immutable<z.output<typeof draftContenderSchema>>;

export const trialDraftSchema = z.strictObject({
  /** The baseline first. */
  contenders: z.array(draftContenderSchema).check(z.minLength(1), z.maxLength(MOST_CONTENDERS)),
  /** Visits; 0: moments only. By default as many as fit. */
  sessions: z.exactOptional(z.int().check(z.minimum(0), z.maximum(MOST_VISITS))),
  /** With the moments that are kept beside the experiment, each planned so often. */
  moments: z.boolean(),
  repeats: z.int().check(z.minimum(1), z.maximum(MOST_REPEATS)),
  maxCalls: z.exactOptional(z.int().check(z.minimum(1), z.maximum(1_000_000_000))),
  /** US dollars. */
  maxCost: z.exactOptional(z.number().check(z.minimum(LEAST_COST))),
});
export type TrialDraft = Immutable<z.output<typeof trialDraftSchema>>;
