/** A finished session, as episodes.jsonl holds it. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";

/** The plan a step was served under. */
export const episodePlanSchema = z.object({
  /** Category ids, as in the source data. */
  categories: z.readonly(z.array(z.int())),
  source: z.enum(["offline", "model", "fallback", "reused", "none"]),
  /** Ids of the reflections it was made with. */
  reflections: z.readonly(z.array(z.string())),
  callId: z.exactOptional(z.string()),
  /** Of a model's plan: its replies that could not be used. Absent in sessions of early versions. */
  invalidReplies: z.exactOptional(z.int()),
  /** Why the stand-in planned, and the beginning of what the model had answered. */
  unusable: z.exactOptional(z.object({ cause: z.string(), reply: z.string() })),
});

const episodeStepSchema = z.object({
  plan: episodePlanSchema,
  /** Item ids as in the source data, rank order. */
  items: z.array(z.string()),
  /** Category ids of each item, the primary first. */
  itemCategories: z.array(z.array(z.number())),
  /** Names of the feedback given, per item. */
  feedback: z.array(z.array(z.string())),
  probabilities: z.array(z.number()),
  reward: z.number(),
  repeated: z.boolean(),
  patience: z.number(),
});
export type EpisodeStep = Immutable<z.output<typeof episodeStepSchema>>;

/** One line of episodes.jsonl. */
export const episodeSchema = z.object({
  id: z.string(),
  iteration: z.number(),
  slot: z.number(),
  user: z.string(),
  historyLength: z.number(),
  /** The feedback that is the click; others beside it are no clicks. Sessions of early versions do not say. */
  click: z._default(z.string(), ""),
  steps: z.array(episodeStepSchema),
  tInt: z.number(),
  rCum: z.number(),
  rSin: z.number(),
  ended: z.enum(["quit", "turn-limit"]),
  reflection: z.exactOptional(z.string()),
});
export type Episode = Immutable<z.output<typeof episodeSchema>>;
