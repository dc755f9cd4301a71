/** How many visits fit into the time that somebody waits for; from how the model answered before, without asking. */
import type { FittingTrial } from "../../protocol/engine.ts";
import { asksModel } from "../../protocol/experiment/models.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { FEWEST_VALUES } from "../metrics/confidenceSequence.ts";
import { mostPlans } from "./estimate.ts";
import type { ModelPace } from "./modelPace.ts";

/** Seconds that a trial may take by default, and its visits then. */
const WAIT = 120;
const MOST_VISITS = 100;

export interface FittingOptions {
  /** The document of each contender. */
  readonly contenders: readonly Experiment[];
  /** As a contender's model was measured before; undefined: it was not. */
  readonly pace: (experiment: Experiment) => ModelPace | undefined;
  /** Visits that were asked for. */
  readonly sessions?: number | undefined;
}

export function fittingTrial({ contenders, pace, sessions: asked }: FittingOptions): FittingTrial {
  const asking = contenders.filter(({ planner }) => asksModel(planner));
  const perVisit = asking.map((experiment) => {
    const plans = mostPlans(experiment);
    const measured = pace(experiment);
    const seconds = measured && (plans * measured.latencyMs) / 1000 / experiment.models.concurrency;
    return { plans, seconds };
  });
  const seconds = perVisit.every((visit) => visit.seconds !== undefined)
    ? perVisit.reduce((sum, visit) => sum + (visit.seconds ?? 0), 0)
    : undefined;
  const fit = seconds ? Math.floor(WAIT / seconds) : MOST_VISITS;
  const sessions = asked ?? Math.min(MOST_VISITS, Math.max(FEWEST_VALUES, fit));
  const calls = sessions * perVisit.reduce((sum, visit) => sum + visit.plans, 0);
  return {
    sessions,
    estimate: { calls, likely: calls, tokens: 0, ...(seconds !== undefined && { seconds: sessions * seconds }) },
  };
}
