/** The seam between the learner and what differentiates: our kernels or TensorFlow.js. */
import type { Tape } from "../tensor/tape.ts";
import type { Minibatch } from "./minibatches.ts";

/** Means over the transitions of a gradient step. */
export interface StepLosses {
  policyLoss: number;
  valueLoss: number;
  /** k3 estimate. */
  approxKl: number;
  /** k1 estimate. */
  oldApproxKl: number;
  clipFraction: number;
  /** Binary cross-entropy of a served item's click, in nats; 0 where it is no part of the objective. */
  clickLoss: number;
}

export const noLosses = (): StepLosses => ({
  policyLoss: 0,
  valueLoss: 0,
  approxKl: 0,
  oldApproxKl: 0,
  clipFraction: 0,
  clickLoss: 0,
});

/** `all` of the update's losses, or the click loss alone, with a weight of 1. */
export type LossesMeant = "all" | "clicks";

export interface StepGradients {
  /**
   * Losses of a minibatch at the store's parameters. Leaves the gradients where Adam collects them: those of dense
   * parameters in the store's shards, those of tables in its gradient, to which `scatters` have yet to add the rest.
   * @param step number of the gradient step: what dropout draws from
   */
  compute(minibatch: Minibatch, step: number, meant?: LossesMeant): StepLosses;
  readonly scatters: readonly Tape[];
  dispose(): void;
}
