/** How many visits fit into the time that somebody waits for; from how the model answered before, without asking. */
import type { FittingTrial } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { mostPlans } from "../../protocol/run/modelCalls.ts";
import { USUAL_VISITS } from "../../protocol/trial/extent.ts";
import { costOf } from "../llm/usage.ts";
import { FEWEST_VALUES } from "../metrics/confidenceSequence.ts";
import type { ModelPace } from "./modelPace.ts";

/** Seconds that a trial may take by default. */
const WAIT = 120;

export interface AskingContender {
  /** Its document. */
  readonly experiment: Experiment;
  /** Empty: nobody names it. */
  readonly model: string;
}

export interface FittingOptions {
  readonly contenders: readonly AskingContender[];
  /** How models were measured before, by name. */
  readonly paces: ReadonlyMap<string, ModelPace>;
  /** Visits that were asked for. */
  readonly sessions?: number | undefined;
  /** Plans of each contender besides. */
  readonly plansForMoments?: number;
  /** Steps of a visit, as the base was measured. */
  readonly visitLength?: number | undefined;
}

export function fittingTrial({
  contenders,
  paces,
  sessions: asked,
  plansForMoments = 0,
  visitLength,
}: FittingOptions): FittingTrial {
  const costs = contenders.map(({ experiment, model }) => ({
    plans: mostPlans(experiment),
    likely: likelyPlans(experiment, visitLength),
    ...planCost(experiment, model, paces.get(model)),
  }));
  const ofVisit = sumOf(costs.map(({ plans, seconds }) => seconds && plans * seconds));
  const ofMoments = sumOf(costs.map(({ seconds }) => seconds && plansForMoments * seconds));
  const fit = ofVisit ? Math.floor((WAIT - (ofMoments ?? 0)) / ofVisit) : USUAL_VISITS;
  const sessions = asked ?? Math.min(USUAL_VISITS, Math.max(FEWEST_VALUES, fit));
  const made = costs.map((cost) => ({ ...cost, calls: sessions * cost.plans + plansForMoments }));
  const calls = made.reduce((sum, cost) => sum + cost.calls, 0);
  const seconds = sumOf(made.map((one) => one.seconds && one.calls * one.seconds));
  const cost = sumOf(made.map((one) => one.cost && one.calls * one.cost));
  return {
    sessions,
    estimate: {
      calls,
      likely: Math.round(costs.reduce((sum, { likely }) => sum + sessions * likely + plansForMoments, 0)),
      tokens: Math.round(made.reduce((sum, one) => sum + one.calls * one.tokens, 0)),
      ...(seconds !== undefined && { seconds }),
      ...(cost !== undefined && { cost }),
    },
  };
}

/** Plans of a visit of so many steps on average: the last one is seldom used up. */
function likelyPlans(experiment: Experiment, steps: number | undefined): number {
  const most = mostPlans(experiment);
  if (steps === undefined) return most;
  const { replanEvery } = experiment.planner;
  return Math.min(most, steps / replanEvery + (1 - 1 / replanEvery) / 2);
}

interface PlanCost {
  readonly tokens: number;
  /** Undefined: the model was never asked. */
  readonly seconds: number | undefined;
  /** US dollars; undefined: without a price, or never asked. */
  readonly cost: number | undefined;
}

function planCost({ models }: Experiment, model: string, pace: ModelPace | undefined): PlanCost {
  if (!pace) return { tokens: 0, seconds: undefined, cost: undefined };
  const usage = { inputTokens: pace.tokensIn, outputTokens: pace.tokensOut, estimated: true };
  return {
    tokens: usage.inputTokens + usage.outputTokens,
    seconds: pace.latencyMs / 1000 / models.concurrency,
    cost: models.prices[model] ? costOf(models, model, usage) : undefined,
  };
}

/** Undefined where one of them is. */
function sumOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length < values.length ? undefined : known.reduce((sum, value) => sum + value, 0);
}
