/** How far a run has come, and how long it will take at the pace of this process. */
import type { RunProgress } from "../../protocol/engine.ts";
import { scoreOf } from "../../protocol/run/score.ts";
import type { RunRecord } from "../../protocol/run.ts";
import type { Spending } from "../llm/budget.ts";

/** Where this process took the run up. */
export interface Beginning {
  readonly iteration: number;
  readonly seconds: number;
}

export const TRAINING = "Training";

/** @param share of iteration `iteration` that is done, 0..1 */
export function trainingProgress(
  record: RunRecord,
  began: Beginning,
  iteration: number,
  share: number,
  { calls, cost }: Pick<Spending, "calls" | "cost">,
): RunProgress {
  const { iterations, answered } = record;
  const score = scoreOf(record);
  const complete = Math.min(iterations, iteration - 1 + share);
  const served = complete - began.iteration;
  const secondsLeft =
    served > 0 ? ((record.activeSeconds - began.seconds) / served) * (iterations - complete) : undefined;
  return {
    runId: record.id,
    phase: TRAINING,
    fraction: Math.max(0, complete) / iterations,
    iteration: record.iteration,
    iterations,
    ...(secondsLeft !== undefined && { secondsLeft }),
    ...(score && { rCum: score.rCum }),
    calls,
    cost,
    ...(answered && { answered }),
  };
}
