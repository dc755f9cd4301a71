/** How a rollout becomes an update (docs/method.md, section 6). */
import { type Experiment, fidelityChoice } from "../../protocol/experiment.ts";

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
}

/** The rule of an experiment; rows 7, 8 and 9 of section 10 are decided here and nowhere else. */
export function updateRule({ ppo, fidelity }: Pick<Experiment, "ppo" | "fidelity">): UpdateRule {
  const { learningRates: _, anneal: __, ...rule } = ppo;
  const oneStep = fidelityChoice(fidelity, "advantage") === "one-step";
  return {
    ...rule,
    ...(oneStep ? { lambda: 0, clip: 0.8, normaliseAdvantage: false } : {}),
    targetTau: oneStep ? 0.01 : undefined,
    encoderGradient: fidelityChoice(fidelity, "encoderGradient"),
    samples: fidelityChoice(fidelity, "updateSamples"),
  };
}
