import * as z from "zod";
import type { History, UserIndex } from "../data/dataset.ts";

/** One served slate and what the user did with it. */
export const sessionStepSchema = z
  .strictObject({
    /** `ItemIndex`, in rank order */
    items: z.array(z.int()).readonly(),
    /** Feedback bits per item. */
    feedback: z.array(z.int()).readonly(),
    /** Click probability per item after the correlation penalty. */
    probabilities: z.array(z.number()).readonly(),
    /** Reward r_t: by default the fraction of the slate that was clicked. */
    reward: z.number(),
    /** Whether the quit rule counted this slate as a repeat. */
    repeated: z.boolean(),
    /** Patience left after the step (temper rule), or the turns left (window rule). */
    patience: z.number(),
  })
  .readonly();
export type SessionStep = z.output<typeof sessionStepSchema>;

/** A session under way or finished: what planners, critics and policies may see of a user. */
export interface Session {
  /** Counts up per slot; together with the slot it names the session within a run. */
  readonly number: number;
  readonly slot: number;
  readonly user: UserIndex;
  /** Key of the session's click uniforms (`uniformAt`). */
  readonly key: number;
  /** Logged interactions the user brought along. */
  readonly history: History;
  readonly steps: readonly SessionStep[];
}

export type SessionEnd = "quit" | "turn-limit";

export interface FinishedSession {
  readonly session: Session;
  readonly ended: SessionEnd;
}

/**
 * What a plan allows, one level per item ([items]): 0 excluded, higher levels are served first. A plan with room for a
 * whole slate has levels 0 and 2; a thin one is completed from level 1 (docs/method.md, section 5).
 */
export type CategoryMask = Uint8Array;

/** T_int, R_cum, R_sin of a session (section 1). */
export function sessionScores(session: Session): { tInt: number; rCum: number; rSin: number } {
  let rCum = 0;
  for (const step of session.steps) rCum += step.reward;
  const tInt = session.steps.length;
  return { tInt, rCum, rSin: tInt === 0 ? 0 : rCum / tInt };
}
