/** How a rollout becomes an update (docs/method.md, section 6). */

import { fidelityChoice } from "../../protocol/experiment/fidelity.ts";
import type { Experiment } from "../../protocol/experiment.ts";

export interface UpdateRule {
  readonly gamma: number;
  readonly lambda: number;
  readonly clip: number;
  readonly normaliseAdvantage: boolean;
  /** Share of the value network that a target network takes over per gradient step; undefined: no target network. */
  readonly targetTau: number | undefined;
  /**
   * Which gradients reach the state encoder: those of the current state, with the value target detached, or only those
   * of the undetached TD target.
   */
  readonly encoderGradient: "state" | "td-target";
  readonly samples: "all" | "three-blocks";
  readonly epochs: number;
  /** Transitions per gradient step. */
  readonly minibatch: number;
  readonly valueCoefficient: number;
  readonly entropyCoefficient: number;
  readonly maxGradientNorm: number;
  readonly dropout: number;
  /** Dropout while acting. */
  readonly actingDropout: number;
  /** Weight of the click loss; 0: none. */
  readonly clickLoss: number;
}

/** The authors' rate, in force where their training mode is chosen and no other rate is given. */
export const AUTHORS_DROPOUT = 0.1;

/**
 * The rule of an experiment; `encoderGradient`, `updateSamples`, `advantage` and `actingDropout` of section 10 are decided
 * here and nowhere else.
 */
export function updateRule({ policy, ppo, fidelity }: Pick<Experiment, "policy" | "ppo" | "fidelity">): UpdateRule {
  const { learningRates: _, anneal: __, ...rule } = ppo;
  const oneStep = fidelityChoice(fidelity, "advantage") === "one-step";
  const trainingMode = fidelityChoice(fidelity, "actingDropout") === "on";
  const dropout = trainingMode ? ppo.dropout || AUTHORS_DROPOUT : ppo.dropout;
  return {
    ...rule,
    dropout,
    actingDropout: trainingMode ? dropout : 0,
    ...(oneStep ? { lambda: 0, clip: 0.8, normaliseAdvantage: false } : {}),
    targetTau: oneStep ? 0.01 : undefined,
    encoderGradient: fidelityChoice(fidelity, "encoderGradient"),
    samples: fidelityChoice(fidelity, "updateSamples"),
    clickLoss: policy.clickLoss,
  };
}

/** Value targets are computed with the gradients, from the next states' values, instead of once per rollout. */
export function needsNextStates({ targetTau, encoderGradient }: UpdateRule): boolean {
  return targetTau !== undefined || encoderGradient === "td-target";
}
