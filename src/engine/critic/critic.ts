import type { FinishedSession } from "../simulator/session.ts";

export interface WrittenReflection {
  /** Empty: the critic had nothing usable to say; the pool takes nothing. */
  readonly text: string;
  readonly source: "offline" | "model" | "fallback";
  readonly callId?: string;
  /** Why the stand-in wrote, and what the model had answered. */
  readonly unusable?: { readonly cause: string; readonly reply: string };
}

/** The high-level critic (section 1, step 6). */
export interface Critic {
  reflect(finished: readonly FinishedSession[], signal: AbortSignal): Promise<readonly WrittenReflection[]>;
}
