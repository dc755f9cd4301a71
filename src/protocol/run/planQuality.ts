/** Plans judged as plans (docs/metrics.md, "Plans judged as plans"). */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";

export { type PlanMeasure, planMeasures } from "./planMeasures.ts";

/** Of one planner. Absent: nothing to measure it on. */
export const planQualitySchema = z.object({
  /** How many were asked for; kept plans are none. */
  plans: z.int(),
  /** Share that the model gave itself: the others are its stand-in's. Absent without a model. */
  usable: z.exactOptional(z.number()),
  /** Share that took a further question. Absent without a model. */
  askedAgain: z.exactOptional(z.number()),
  /** Categories a plan. This and the next two, and the last, leave out the stand-in's plans. */
  different: z.exactOptional(z.number()),
  /** Share of a plan's categories that the slate before showed. */
  fromLast: z.exactOptional(z.number()),
  /** Of the categories clicked in the last five slates and not shown by the last, the share that a plan holds. */
  keptClicked: z.exactOptional(z.number()),
  /** Share that is the prompt's own example, the candidate list's first ones in its order, or ids in a row. Absent without a model. */
  copied: z.exactOptional(z.number()),
  /** Mean Jaccard overlap of plans for the same step of different visits; 1: the same whatever the visit. */
  sameness: z.exactOptional(z.number()),
});
export type PlanQuality = Immutable<z.output<typeof planQualitySchema>>;

/** One plan beside what its visit had shown, by category ids. */
export const planFactsSchema = z.object({
  different: z.int(),
  /** Entries of the reply that name no candidate. */
  unknown: z.int(),
  /** Of its categories, those that the last slate showed; absent before the first. */
  fromLast: z.exactOptional(z.array(z.int())),
  /** Categories clicked in the last five slates and not shown by the last, and how many of them it holds. */
  clicked: z.int(),
  kept: z.int(),
  /** `first`: the candidate list's first ones in its order. `row`: ids in a row. */
  copied: z.exactOptional(z.enum(["first", "row"])),
});
export type PlanFacts = Immutable<z.output<typeof planFactsSchema>>;
