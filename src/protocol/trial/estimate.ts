/** What a trial costs at most, told before it begins. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";

export const trialEstimateSchema = z.object({
  /** Questions at most: each visit to its last possible step. A reply that cannot be read is asked for once more. */
  calls: z.int(),
  /** As long as visits last with the stand-in, or lasted when the base was measured. */
  likely: z.int(),
  tokens: z.int(),
  /** At the pace at which the model answered before; absent: it was not asked yet. */
  seconds: z.exactOptional(z.number()),
  /** US dollars; absent: a model has no price. */
  cost: z.exactOptional(z.number()),
});
export type TrialEstimate = Immutable<z.output<typeof trialEstimateSchema>>;
