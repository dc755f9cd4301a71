import { fidelityChoice } from "./experiment/fidelity.ts";
import type { Experiment } from "./experiment.ts";

/**
 * What sets an experiment's evaluations apart from its training (docs/method.md, section 13). Where they are means of
 * training (`fidelity.evaluation`), nothing does.
 */
export function evaluationApart({ evaluation, fidelity }: Pick<Experiment, "evaluation" | "fidelity">): {
  readonly users: boolean;
  readonly responseModel: boolean;
} {
  const isSeparate = fidelityChoice(fidelity, "evaluation") === "separate";
  return {
    users: isSeparate && evaluation.users === "heldOut",
    responseModel: isSeparate && evaluation.responseModel === "other",
  };
}
