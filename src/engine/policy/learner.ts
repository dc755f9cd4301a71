/** Gradient steps on a rollout (docs/method.md, section 6). */
import { setImmediate as nextTurn } from "node:timers/promises";
import { LerlError } from "../errors.ts";
import { RandomStream } from "../math/random.ts";
import { Adam } from "../tensor/optimizer.ts";
import { type Minibatch, minibatches } from "./minibatches.ts";
import type { PolicyModel } from "./model.ts";
import type { Group } from "./network.ts";
import type { Fragment } from "./rollout.ts";
import { type LossesMeant, noLosses, type StepGradients, type StepLosses } from "./stepGradients.ts";
import type { TargetNetwork } from "./targetNetwork.ts";
import type { UpdateRule } from "./updateRule.ts";

/** Means over the gradient steps of an update. */
export interface StepStatistics extends StepLosses {
  gradientNorm: number;
}

export class Learner {
  readonly adam: Adam;

  /** The gradients and the target network become the learner's to dispose of. */
  constructor(
    private readonly model: PolicyModel,
    private readonly rule: UpdateRule,
    private readonly gradients: StepGradients,
    readonly target: TargetNetwork,
    private readonly seed: number,
    /** Keep a session's transitions together in a gradient step. */
    private readonly wholeSessions: boolean,
  ) {
    const { engine, store } = model;
    this.adam = new Adam(engine, store, { beta1: 0.9, beta2: 0.999, epsilon: 1e-5, clipNorm: rule.maxGradientNorm });
  }

  /** All epochs of one update. */
  async update(fragments: readonly Fragment[], rates: Readonly<Record<Group, number>>): Promise<StepStatistics> {
    const total: StepStatistics = { ...noLosses(), gradientNorm: 0 };
    let steps = 0;
    for (let epoch = 0; epoch < this.rule.epochs; epoch++) {
      const random = new RandomStream(this.seed, "minibatches", this.model.steps);
      for (const minibatch of minibatches(fragments, this.rule, this.wholeSessions, random)) {
        const statistics = this.step(minibatch, rates);
        for (const key of Object.keys(total) as (keyof StepStatistics)[]) total[key] += statistics[key];
        steps++;
        // Lets the process answer requests between gradient steps.
        await nextTurn();
      }
    }
    for (const key of Object.keys(total) as (keyof StepStatistics)[]) total[key] /= Math.max(1, steps);
    return total;
  }

  /**
   * Fits the network to the clicks of fragments, pass by pass, before any reward is known. The optimiser begins anew
   * behind it: what only rewards teach has no moments yet.
   * @param progress told what is done, 0..1, after every gradient step; throws to stop
   */
  async fitClicks(
    fragments: readonly Fragment[],
    passes: number,
    rates: Readonly<Record<Group, number>>,
    progress: (fraction: number) => void,
  ): Promise<void> {
    for (let pass = 0; pass < passes; pass++) {
      const random = new RandomStream(this.seed, "clicks", this.model.steps);
      const batches = minibatches(fragments, { ...this.rule, samples: "all" }, this.wholeSessions, random);
      for (const [i, minibatch] of batches.entries()) {
        this.step(minibatch, rates, "clicks");
        progress((pass + (i + 1) / batches.length) / passes);
        await nextTurn();
      }
    }
    this.adam.restart();
    this.model.steps = 0;
  }

  /** One gradient step. */
  step(minibatch: Minibatch, rates: Readonly<Record<Group, number>>, meant: LossesMeant = "all"): StepStatistics {
    const losses = this.gradients.compute(minibatch, this.model.steps, meant);
    const gradientNorm = this.adam.step(rates, this.gradients.scatters);
    if (!Number.isFinite(gradientNorm)) {
      throw new LerlError(
        "policy.not-finite",
        "A gradient is not a number any more: training has diverged. Lower ppo.learningRates or ppo.maxGradientNorm and start again from an earlier checkpoint.",
      );
    }
    this.model.version++;
    this.model.steps++;
    if (this.rule.targetTau !== undefined) this.target.follow(this.rule.targetTau);
    return { ...losses, gradientNorm };
  }

  dispose(): void {
    this.gradients.dispose();
    this.target.dispose();
    this.adam.dispose();
  }
}
