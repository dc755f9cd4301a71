import type { CategoryIndex } from "../data/dataset.ts";
import type { Session } from "../simulator/session.ts";

/** A reflection as the planner sees it. */
export interface ShownReflection {
  readonly id: string;
  readonly text: string;
  readonly score: number;
}

export interface PlanRequest {
  readonly session: Session;
  readonly reflections: readonly ShownReflection[];
}

/** Where a plan came from. */
export type PlanSource = "offline" | "model" | "fallback";

export interface Plan {
  /** The allowed categories, best first, without duplicates. Empty: nothing usable, no mask. */
  readonly categories: readonly CategoryIndex[];
  readonly source: PlanSource;
  /** Ids in the reply that name no category. */
  readonly unknownIds: number;
  /** Replies that could not be used before this plan came about. */
  readonly invalidReplies: number;
  /** Names the call's row in llm.jsonl. */
  readonly callId?: string;
}

/** The high-level actor (section 1, step 2). */
export interface Planner {
  /** One plan per request, in order; all users are planned in flight together. */
  plan(requests: readonly PlanRequest[], signal: AbortSignal): Promise<readonly Plan[]>;
  /** What a checkpoint must keep (plain JSON). */
  state(): unknown;
  restore(state: unknown): void;
}
