/** What a run asks its models for, as far as its document says. Section numbers refer to docs/method.md. */
import { asksModel } from "../asksModel.ts";
import type { QuitRule } from "../experiment/simulator.ts";
import type { Experiment } from "../experiment.ts";

/** Slates a visit with this much patience can still be served if none repeats (section 4). @param patience undefined: the visit begins */
export function stepsLeft(rule: QuitRule, patience: number | undefined): number {
  if (rule.rule === "window") return patience ?? rule.maxTurns;
  return Math.floor(((patience ?? rule.initialTemper) - 1) / rule.stepCost) + 1;
}

/** Plans a visit can be asked for at most. */
export const mostPlans = ({ simulator, planner }: Pick<Experiment, "simulator" | "planner">): number =>
  Math.ceil(stepsLeft(simulator.quit, undefined) / planner.replanEvery);

/** Of the visits that training serves between two evaluations, the share that the prompt's score may cost. */
const MODEL_SHARE = 0.25;

/** Visits of an evaluation that the model plans: `evaluation.modelSessions`, and no more than their share of training's. */
export function modelVisits({ evaluation, simulator, training }: Experiment, iteration: number): number {
  const steps = Math.min(iteration, evaluation.every) * training.rolloutSteps * simulator.users;
  const trained = steps / stepsLeft(simulator.quit, undefined);
  return Math.min(evaluation.modelSessions, evaluation.sessions, Math.floor(MODEL_SHARE * trained));
}

export interface RunCalls {
  /** Plans and reflections where every visit lasts as long as it can: shorter ones ask for more of both. */
  readonly plans: number;
  readonly reflections: number;
  /** Plans of the evaluations at most. */
  readonly score: number;
}

/** Calls of a whole run, about: none of its answers is kept yet. */
export function runCalls(experiment: Experiment): RunCalls {
  const { planner, critic, simulator, training } = experiment;
  const steps = training.iterations * training.rolloutSteps * simulator.users;
  const longest = stepsLeft(simulator.quit, undefined);
  const asks = asksModel(planner);
  return {
    plans: asks ? Math.round(steps / Math.min(planner.replanEvery, longest)) : 0,
    reflections: asksModel(critic) ? Math.round(steps / longest) : 0,
    score: asks ? mostPlans(experiment) * evaluatedVisits(experiment) : 0,
  };
}

/** Visits that the model plans in all evaluations of a run: where `evaluation.planner` is "same", every one. */
function evaluatedVisits(experiment: Experiment): number {
  const { evaluation, training } = experiment;
  let visits = 0;
  for (let iteration = 0; ; iteration = Math.min(iteration + evaluation.every, training.iterations)) {
    visits += evaluation.planner === "same" ? evaluation.sessions : modelVisits(experiment, iteration);
    if (iteration >= training.iterations) return visits;
  }
}
