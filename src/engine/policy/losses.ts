/** Losses of one transition with their gradients, and the diagnostics that go with them (docs/method.md, section 6). */
import { exp } from "../math/elementary.ts";

/** What the policy's gradient is that of. */
export type ObjectiveName = "ppo" | "a2c";

/** One transition's policy loss. */
export interface PolicyLoss {
  readonly loss: number;
  /** d loss / d log probability of the action taken. */
  readonly gradient: number;
  /** k1 estimate of KL(old || new): -ln ratio. */
  readonly k1: number;
  /** k3 estimate: (ratio - 1) - ln ratio. */
  readonly k3: number;
  readonly clipped: boolean;
}

export type PolicyObjective = (logProbability: number, oldLogProbability: number, advantage: number) => PolicyLoss;

/** Log ratios beyond this are a policy gone far astray already; the bound keeps its exponential finite. */
export const LARGEST_LOG_RATIO = 20;

function divergence(logProbability: number, oldLogProbability: number, clip: number) {
  const logRatio = Math.min(LARGEST_LOG_RATIO, Math.max(-LARGEST_LOG_RATIO, logProbability - oldLogProbability));
  const ratio = exp(logRatio);
  return { ratio, k1: -logRatio, k3: ratio - 1 - logRatio, clipped: Math.abs(ratio - 1) > clip };
}

/** PPO's clipped surrogate, negated: -min(ratio A, clip(ratio, 1 - c, 1 + c) A). */
export function clippedSurrogate(clip: number): PolicyObjective {
  return (logProbability, oldLogProbability, advantage) => {
    const { ratio, ...kl } = divergence(logProbability, oldLogProbability, clip);
    const free = ratio * advantage;
    const bounded = Math.min(Math.max(ratio, 1 - clip), 1 + clip) * advantage;
    return free <= bounded ? { loss: -free, gradient: -free, ...kl } : { loss: -bounded, gradient: 0, ...kl };
  };
}

/** A2C's policy gradient: -A ln p. */
export function policyGradient(clip: number): PolicyObjective {
  return (logProbability, oldLogProbability, advantage) => {
    const { ratio: _, ...kl } = divergence(logProbability, oldLogProbability, clip);
    return { loss: -advantage * logProbability, gradient: -advantage, ...kl };
  };
}

export function policyObjective(name: ObjectiveName, clip: number): PolicyObjective {
  return name === "ppo" ? clippedSurrogate(clip) : policyGradient(clip);
}

/** Share of the initial learning rate in force at an iteration: linear from 1 to 0 over the run. */
export function annealed(iteration: number, iterations: number): number {
  return Math.max(0, 1 - iteration / iterations);
}
