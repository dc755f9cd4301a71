/** How far a run is, told while it works. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import { answeredSchema } from "./answered.ts";
import { runIdSchema } from "./runId.ts";

/** What goes on between a run and its models at the moment. */
export const modelActivitySchema = z.object({
  inFlight: z.number(),
  /** Requests that wait for their turn. */
  waiting: z.number(),
  /** Requests that may be in flight at once, as found out so far. */
  limit: z.number(),
  /** Seconds since a model last answered, while one is asked. */
  silentSeconds: z.number(),
  /** Median of the last answers. */
  latencySeconds: z.exactOptional(z.number()),
  /** Of one answer, on average. */
  tokensPerSecond: z.exactOptional(z.number()),
});
export type ModelActivity = Immutable<z.output<typeof modelActivitySchema>>;

export const runProgressSchema = z.object({
  runId: runIdSchema,
  /** What is going on: loading data, training the user model, running. */
  phase: z.string(),
  /** 0..1: of the run once it trains, of the phase before that. */
  fraction: z.number(),
  secondsLeft: z.exactOptional(z.number()),
  iteration: z.number(),
  iterations: z.number(),
  rCum: z.exactOptional(z.number()),
  calls: z.number(),
  cost: z.number(),
  /** As of the last complete iteration; absent where no model has been asked. */
  answered: z.exactOptional(answeredSchema),
  /** Absent where no model is asked. */
  models: z.exactOptional(modelActivitySchema),
});
export type RunProgress = Immutable<z.output<typeof runProgressSchema>>;
