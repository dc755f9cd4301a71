import type { CategoryIndex, History, ItemIndex, UserIndex } from "../data/dataset.ts";

/** One served slate and what the user did with it. */
export interface SessionStep {
  readonly items: readonly ItemIndex[];
  /** Feedback bits per item. */
  readonly feedback: readonly number[];
  /** Click probability per item after the correlation penalty. */
  readonly probabilities: readonly number[];
  /** Reward r_t: by default the fraction of the slate that was clicked. */
  readonly reward: number;
  /** Whether the quit rule counted this slate as a repeat. */
  readonly repeated: boolean;
  /** Patience left after the step (temper rule), or the turns left (window rule). */
  readonly patience: number;
}

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

/** T_int, R_cum, R_sin of a session (section 1). */
export function sessionScores(session: Session): { tInt: number; rCum: number; rSin: number } {
  let rCum = 0;
  for (const step of session.steps) rCum += step.reward;
  const tInt = session.steps.length;
  return { tInt, rCum, rSin: tInt === 0 ? 0 : rCum / tInt };
}

export type { CategoryIndex };
