/** One visit as one contender served it: a line of a trial's sessions.jsonl. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import { episodeSchema } from "../run/episode.ts";

/** Sums over the steps at which a plan was made (docs/trials.md, "Where the reward is lost"). */
const judgedSchema = z.object({
  steps: z.number(),
  /** Expected reward of the oracle's slate, of the best slate inside the plan, and of the slate served. */
  oracle: z.number(),
  inPlan: z.number(),
  served: z.number(),
  /** Steps that the best slates inside the plans would cost by repeating. */
  stepsLost: z.number(),
});
export type Judged = Immutable<z.output<typeof judgedSchema>>;

export const visitRowSchema = z.object({
  /** Index in the trial's list; the first is the baseline. */
  contender: z.int(),
  /** Index among the trial's fixed visits. */
  session: z.int(),
  /** R_cum with every click's chance in place of the click: what is compared. */
  expected: z.number(),
  plans: z.object({
    made: z.number(),
    /** Categories of all of them. */
    size: z.number(),
    /** Plans that follow another of the visit, and the sum of their Jaccard overlaps with it. */
    followed: z.number(),
    overlap: z.number(),
    /** Replies that could not be read, and plans by the stand-in. */
    invalid: z.number(),
    fallback: z.number(),
  }),
  judged: judgedSchema,
  episode: episodeSchema,
});
export type VisitRow = Immutable<z.output<typeof visitRowSchema>>;
