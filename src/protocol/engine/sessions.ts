/** Recorded sessions: found, shown with their model calls, and planned again. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import { episodeSchema } from "../run/episode.ts";
import { runIdSchema } from "../run/runId.ts";
import { messagesSchema, modelCallSchema } from "./calls.ts";
import { boundKeysSchema } from "./models.ts";

export const episodeOrders = ["latest", "best", "worst"] as const;

/** Without names of categories: they stand in data that may not be read. */
export const unnamedSchema = z.exactOptional(z.boolean());

/** By category id; empty where the data is not there any more, or may not be read. */
const categoryNamesSchema = z.record(z.number(), z.string());

export const episodeSummarySchema = z.object({
  id: z.string(),
  iteration: z.number(),
  user: z.string(),
  tInt: z.number(),
  rCum: z.number(),
  rSin: z.number(),
  ended: episodeSchema.shape.ended,
  reflection: z.exactOptional(z.string()),
});
export type EpisodeSummary = Immutable<z.output<typeof episodeSummarySchema>>;

export const episodeQuerySchema = z.strictObject({
  runId: runIdSchema,
  order: z.enum(episodeOrders),
  user: z.exactOptional(z.string()),
  limit: z.int(),
});
export type EpisodeQuery = Immutable<z.output<typeof episodeQuerySchema>>;

/** A session with the model calls its plans were made by. */
export const episodeDetailSchema = z.object({
  episode: episodeSchema,
  calls: z.array(modelCallSchema),
  categoryNames: categoryNamesSchema,
});
export type EpisodeDetail = Immutable<z.output<typeof episodeDetailSchema>>;

export const rerunStepSchema = z.strictObject({
  runId: runIdSchema,
  episode: z.string(),
  step: z.int(),
  promptText: z.string(),
  /** Asks the model also where the answer is kept. */
  fresh: z.exactOptional(z.boolean()),
  keys: z.exactOptional(boundKeysSchema),
});
export type RerunStep = Immutable<z.output<typeof rerunStepSchema>>;

export const rerunResultSchema = z.object({
  before: z.object({ categories: z.array(z.number()), reply: z.string() }),
  after: z.object({
    categories: z.array(z.number()),
    reply: z.string(),
    latencyMs: z.number(),
    messages: messagesSchema,
    /** It came from the answers kept on disk. */
    cached: z.boolean(),
    /** The plan judged as a plan, in words; absent where it is the stand-in's. */
    about: z.exactOptional(z.string()),
    /** Why the reply is no plan; the categories are the stand-in's. */
    problem: z.exactOptional(z.string()),
  }),
  categoryNames: categoryNamesSchema,
});
export type RerunResult = Immutable<z.output<typeof rerunResultSchema>>;
