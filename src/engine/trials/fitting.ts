/** How many visits fit into the time that somebody waits for; from how the model answered before, without asking. */
import type { FittingTrial } from "../../protocol/engine.ts";
import { asksModel } from "../../protocol/experiment/models.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { costOf } from "../llm/usage.ts";
import { FEWEST_VALUES } from "../metrics/confidenceSequence.ts";
import { mostPlans } from "./estimate.ts";
import type { ModelPace } from "./modelPace.ts";

/** Seconds that a trial may take by default, and its visits then. */
const WAIT = 120;
const MOST_VISITS = 100;

export interface FittingOptions {
  /** The document of each contender. */
  readonly contenders: readonly Experiment[];
  /** The model that a contender asks, as far as it is named. */
  readonly model: (experiment: Experiment) => string | undefined;
  /** How models were measured before, by name. */
  readonly paces: ReadonlyMap<string, ModelPace>;
  /** Visits that were asked for. */
  readonly sessions?: number | undefined;
}

/** A visit of one contender at most. */
interface VisitCost {
  readonly plans: number;
  readonly tokens: number;
  /** Undefined: the model was never asked. */
  readonly seconds: number | undefined;
  /** US dollars; undefined: without a price, or never asked. */
  readonly cost: number | undefined;
}

export function fittingTrial({ contenders, model, paces, sessions: asked }: FittingOptions): FittingTrial {
  const asking = contenders.filter(({ planner }) => asksModel(planner));
  const visits = asking.map((experiment) => visitCost(experiment, model(experiment) ?? "", paces));
  const seconds = sumOf(visits.map((visit) => visit.seconds));
  const cost = sumOf(visits.map((visit) => visit.cost));
  const fit = seconds ? Math.floor(WAIT / seconds) : MOST_VISITS;
  const sessions = asked ?? Math.min(MOST_VISITS, Math.max(FEWEST_VALUES, fit));
  const calls = sessions * visits.reduce((sum, visit) => sum + visit.plans, 0);
  const tokens = Math.round(sessions * visits.reduce((sum, visit) => sum + visit.tokens, 0));
  return {
    sessions,
    estimate: {
      calls,
      likely: calls,
      tokens,
      ...(seconds !== undefined && { seconds: sessions * seconds }),
      ...(cost !== undefined && { cost: sessions * cost }),
    },
  };
}

function visitCost(experiment: Experiment, model: string, paces: FittingOptions["paces"]): VisitCost {
  const plans = mostPlans(experiment);
  const pace = paces.get(model);
  if (!pace) return { plans, tokens: 0, seconds: undefined, cost: undefined };
  const { models } = experiment;
  const usage = { inputTokens: plans * pace.tokensIn, outputTokens: plans * pace.tokensOut, estimated: true };
  return {
    plans,
    tokens: usage.inputTokens + usage.outputTokens,
    seconds: (plans * pace.latencyMs) / 1000 / models.concurrency,
    cost: models.prices[model] ? costOf(models, model, usage) : undefined,
  };
}

/** Undefined where one of them is. */
function sumOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length < values.length ? undefined : known.reduce((sum, value) => sum + value, 0);
}
