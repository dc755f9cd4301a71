/** How far a run is, told while it works. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import { runIdSchema } from "./runId.ts";

export const runProgressSchema = z.object({
  runId: runIdSchema,
  /** What is going on: loading data, training the user model, running. */
  phase: z.string(),
  /** 0..1 */
  fraction: z.number(),
  secondsLeft: z.exactOptional(z.number()),
  iteration: z.number(),
  iterations: z.number(),
  rCum: z.exactOptional(z.number()),
  calls: z.number(),
  cost: z.number(),
});
export type RunProgress = Immutable<z.output<typeof runProgressSchema>>;
