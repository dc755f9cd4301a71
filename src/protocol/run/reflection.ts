/** Reflections as reflections.json holds them, and what a person may do with them. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";

export const poolActionSchema = z.enum(["pin", "unpin", "mute", "unmute", "rate", "edit", "delete"]);
export type PoolAction = z.output<typeof poolActionSchema>;

/** One entry of reflections.json. */
export const reflectionSchema = z.strictObject({
  id: z.string(),
  text: z.string(),
  /** S_u: R_cum of the session by default. */
  score: z.number(),
  /** What a session of this user was expected to score, where scores are measured against that (`reflections.baseline`). */
  expected: z.optional(z.number()),
  episode: z.string(),
  iteration: z.int(),
  source: z.enum(["offline", "model", "fallback"]),
  promptHash: z.optional(z.string()),
  user: z.optional(z.string()),
  /** The session by primary category: id, items shown, items clicked. */
  visit: z.optional(z.readonly(z.array(z.readonly(z.tuple([z.int(), z.int(), z.int()]))))),
  pinned: z._default(z.boolean(), false),
  muted: z._default(z.boolean(), false),
  rating: z._default(z.int().check(z.minimum(-1), z.maximum(1)), 0),
  timesSampled: z._default(z.int(), 0),
  /** The text was changed by hand. */
  edited: z._default(z.boolean(), false),
});
export type Reflection = Immutable<z.output<typeof reflectionSchema>>;

/** What the session scored above what its user was expected to give; the score itself where that is not known. */
export const meritOf = ({ score, expected = 0 }: Pick<Reflection, "score" | "expected">): number => score - expected;

/** In the place of a reflection's id: the line that sums up the visits of all. */
export const SUMMARY = "counts";

/** What a planner is shown of one. */
export type ShownReflection = Pick<Reflection, "id" | "text" | "score" | "expected">;
