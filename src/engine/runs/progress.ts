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

/** A phase that is over sooner needs no estimate, and a shorter look gives no steady one. */
const STEADY_SECONDS = 2;

/** How long the rest of a phase takes at its pace so far. */
export class PhasePace {
  private phase = "";
  private fraction = 0;
  private from = { fraction: 0, seconds: 0 };

  /**
   * @param fraction of the phase that is done, 0..1; where it falls back another file or model has its turn
   * @param seconds by a clock that only grows
   */
  secondsLeft(phase: string, fraction: number, seconds: number): number | undefined {
    if (phase !== this.phase || fraction < this.fraction) this.from = { fraction, seconds };
    this.phase = phase;
    this.fraction = fraction;
    const [done, took] = [fraction - this.from.fraction, seconds - this.from.seconds];
    return took >= STEADY_SECONDS && done > 0 ? (took / done) * (1 - fraction) : undefined;
  }
}
