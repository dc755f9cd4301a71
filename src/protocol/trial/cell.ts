/** One contender's plan for one moment: a line of a trial's cells.jsonl. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import { episodePlanSchema } from "../run/episode.ts";
import { planFactsSchema } from "../run/planQuality.ts";

export const cellRowSchema = z.object({
  /** Index in the trial's list; the first is the baseline. */
  contender: z.int(),
  /** Name of the moment. */
  moment: z.string(),
  /** From 0: the same question asked again. */
  repeat: z.int(),
  /** Category ids, as in the source data. */
  plan: episodePlanSchema,
  /** Why the stand-in planned, and the beginning of what the model had answered. */
  unusable: z.exactOptional(z.object({ cause: z.string(), reply: z.string() })),
  /** The plan beside what the visit had shown; absent where the stand-in planned, without a planner, and in early versions. */
  facts: z.exactOptional(planFactsSchema),
  /** Categories of the plan that no slate before has shown; share of them that the last slate showed. */
  newCategories: z.number(),
  overlapWithLastSlate: z.number(),
  /** Expected reward of the oracle's slate and of the best one inside the plan, and the steps that one costs by repeating. */
  oracle: z.number(),
  inPlan: z.number(),
  stepsLost: z.number(),
  /** Of the answer; absent where it was kept, or nobody was asked. */
  latencyMs: z.exactOptional(z.number()),
  tokens: z.exactOptional(z.number()),
});
export type CellRow = Immutable<z.output<typeof cellRowSchema>>;
