import * as z from "zod";
import type { ShownReflection } from "../../protocol/run.ts";
import type { Session } from "../simulator/session.ts";

export type { ShownReflection };

export interface PlanRequest {
  readonly session: Session;
  readonly reflections: readonly ShownReflection[];
}

/** A plan, as a checkpoint keeps it too. */
export const planSchema = z
  .strictObject({
    /** `CategoryIndex`: the allowed ones, best first, without duplicates. Empty: nothing usable, no mask. */
    categories: z.array(z.int()).readonly(),
    /** Where it came from. */
    source: z.enum(["offline", "model", "fallback"]),
    /** Ids in the reply that name no category. */
    unknownIds: z.int(),
    /** Replies that could not be used before this plan came about. */
    invalidReplies: z.int(),
    /** Names the call's row in llm.jsonl. */
    callId: z.string().exactOptional(),
    /** Why the stand-in planned, and what the model had answered. */
    unusable: z.strictObject({ cause: z.string(), reply: z.string() }).readonly().exactOptional(),
  })
  .readonly();
export type Plan = z.output<typeof planSchema>;

/** The high-level actor (section 1, step 2). */
export interface Planner {
  /** One plan per request, in order; all users are planned in flight together. */
  plan(requests: readonly PlanRequest[], signal: AbortSignal): Promise<readonly Plan[]>;
  /** What a checkpoint must keep (plain JSON). */
  state(): unknown;
  restore(state: unknown): void;
}
