/** What an evaluation will ask a model for, said before it does. */

import type { Experiment } from "../../protocol/experiment.ts";
import { mostPlans } from "../../protocol/run/modelCalls.ts";
import { evaluationPlanner } from "../serving/contender.ts";

/** Sessions of a quick look. */
const FEW = 16;

/** Where every visit lasts as long as it can; 0 where no model is asked. */
export const plansAtMost = (experiment: Experiment): number =>
  evaluationPlanner(experiment) === "model" ? experiment.evaluation.sessions * mostPlans(experiment) : 0;

export function plansToCome({ evaluation: { sessions }, planner: { model = "" } }: Experiment, most: number): string {
  const advice =
    sessions > FEW ? `--sessions ${FEW} asks for fewer, --planner offline for none` : "--planner offline asks for none";
  return `The model${model && ` ${model}`} plans ${sessions} visits: up to ${most} plans, some of them asked for twice, and none that is kept. ${advice}.`;
}
