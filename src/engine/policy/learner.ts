/** Gradient steps on a rollout (docs/method.md, section 6). */
import { setImmediate as nextTurn } from "node:timers/promises";
import { LerlError } from "../errors.ts";
import { deriveKey, RandomStream } from "../math/random.ts";
import type { Address } from "../tensor/kernels.ts";
import type { Region } from "../tensor/memory.ts";
import { Adam } from "../tensor/optimizer.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Views } from "../tensor/views.ts";
import { GradientShard } from "./gradientShard.ts";
import type { PolicyObjective } from "./losses.ts";
import { type Minibatch, minibatches } from "./minibatches.ts";
import { type PolicyModel, SHARDS } from "./model.ts";
import type { Group } from "./network.ts";
import { type PlacedTransition, place } from "./placement.ts";
import type { Fragment } from "./rollout.ts";
import type { UpdateRule } from "./updateRule.ts";

/** Means over the gradient steps of an update. */
export interface StepStatistics {
  policyLoss: number;
  valueLoss: number;
  approxKl: number;
  oldApproxKl: number;
  clipFraction: number;
  gradientNorm: number;
}

const noStatistics = (): StepStatistics => ({
  policyLoss: 0,
  valueLoss: 0,
  approxKl: 0,
  oldApproxKl: 0,
  clipFraction: 0,
  gradientNorm: 0,
});

export class Learner {
  readonly adam: Adam;
  /** Gradient steps taken. */
  steps = 0;
  private readonly shards: readonly GradientShard[];
  private readonly scatterTapes: readonly Tape[];
  /** Parameters of the target value network, and room for gradients that nobody wants. */
  private readonly target: { readonly region: Region; readonly first: number; readonly count: number };
  private readonly discarded: Region;
  /** Shards with work in the current gradient step. */
  private busy: readonly GradientShard[] = [];

  constructor(
    private readonly model: PolicyModel,
    private readonly views: Views,
    private readonly rule: UpdateRule,
    private readonly objective: PolicyObjective,
    private readonly seed: number,
    /** Keep a session's transitions together in a gradient step. */
    private readonly wholeSessions: boolean,
  ) {
    const { engine, network, store } = model;
    this.adam = new Adam(engine, store, { beta1: 0.9, beta2: 0.999, epsilon: 1e-5, clipNorm: rule.maxGradientNorm });
    this.shards = Array.from({ length: SHARDS }, (_, i) => new GradientShard(model, i));
    this.scatterTapes = Array.from({ length: network.states.columns }, () => engine.tape());
    const first = network.value.linears[0]?.weight.offset ?? 0;
    const count = network.spread.offset - first;
    this.target = { region: engine.memory.reserve(count * 4), first, count };
    this.discarded = engine.memory.reserve(store.layout.denseLength * 4);
    this.targetValues.set(store.values.subarray(first, first + count));
  }

  /** The target value network's parameters; a checkpoint keeps them. */
  get targetValues(): Float32Array {
    return this.model.engine.memory.floats(this.target.region.address, this.target.count);
  }

  /** What the shards of the last gradient step hold, for the scattering of table gradients. */
  get work(): readonly GradientShard["work"][] {
    return this.busy.map((shard) => shard.work);
  }

  /** All epochs of one update. */
  async update(fragments: readonly Fragment[], rates: Readonly<Record<Group, number>>): Promise<StepStatistics> {
    const total = noStatistics();
    let steps = 0;
    for (let epoch = 0; epoch < this.rule.epochs; epoch++) {
      const random = new RandomStream(this.seed, "minibatches", this.steps);
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

  /** One gradient step. */
  step(minibatch: Minibatch, rates: Readonly<Record<Group, number>>): StepStatistics {
    const { store } = this.model;
    const statistics = this.gradients(minibatch);
    this.model.network.states.scatter(this.scatterTapes, store.gradient, this.work);
    statistics.gradientNorm = this.adam.step(rates, this.scatterTapes);
    if (!Number.isFinite(statistics.gradientNorm)) {
      throw new LerlError(
        "policy.not-finite",
        "A gradient is not a number any more: training has diverged. Lower ppo.learningRates or ppo.maxGradientNorm and start again from an earlier checkpoint.",
      );
    }
    this.model.version++;
    this.steps++;
    if (this.rule.targetTau !== undefined) this.followTarget(this.rule.targetTau);
    return statistics;
  }

  /** Forward and backward pass of all shards: gradients are left in the store's shards and in the workspaces. */
  gradients(minibatch: Minibatch): StepStatistics {
    const { engine, network } = this.model;
    const { rule } = this;
    const live = rule.targetTau !== undefined || rule.encoderGradient === "td-target";
    const encoder = { feedbackTypes: network.states.shape.feedbackTypes, start: network.states.start };
    const { sequences, transitions } = place(minibatch, this.views, encoder, SHARDS, live);
    this.busy = this.shards.filter((_, i) => (sequences[i]?.length ?? 0) > 0);
    const key = deriveKey(this.seed, "dropout", this.steps);
    this.shards.forEach((shard, i) => {
      const own = sequences[i] ?? [];
      if (own.length > 0) shard.recordForward(own, rule.dropout, key, live ? this.targetAddress() : undefined);
    });
    const tapes = this.busy.map(({ tape }) => tape);
    engine.run(tapes);
    const statistics = this.losses(transitions, live);
    for (const shard of this.busy) {
      shard.recordBackward(
        rule.encoderGradient === "state"
          ? { kind: "state" }
          : { kind: "td-target", target: this.targetAddress(), discarded: this.discarded.address },
      );
    }
    // The discarded gradients of all shards share one place, which two threads must not write at once.
    if (rule.encoderGradient === "state") engine.run(tapes);
    else for (const tape of tapes) engine.run([tape]);
    return statistics;
  }

  dispose(): void {
    for (const shard of this.shards) shard.dispose();
    for (const tape of this.scatterTapes) tape.dispose();
    this.adam.dispose();
    this.target.region.release();
    this.discarded.release();
  }

  /** Where the target value network's parameters would begin if all parameters lay in front of them. */
  private targetAddress(): Address {
    const { region, first } = this.target;
    return this.rule.targetTau === undefined ? this.model.store.weights : region.address - first * 4;
  }

  private followTarget(tau: number): void {
    const { region, first, count } = this.target;
    this.model.engine.kernels.interpolate(count, tau, this.model.store.weights + first * 4, region.address);
  }

  /** Losses of all transitions; their gradients go to the shards' buffers and the spread's to the first shard. */
  private losses(transitions: readonly PlacedTransition[], live: boolean): StepStatistics {
    const { rule } = this;
    const { network } = this.model;
    const width = network.actionWidth;
    const gaussian = this.model.gaussian();
    const gradient = { mean: new Float64Array(width), spread: new Float64Array(width) };
    const spread = new Float64Array(width);
    const statistics = noStatistics();
    const views = this.shards.map((shard) => (this.busy.includes(shard) ? shard.views() : undefined));
    for (const view of views) {
      view?.meanGradient.fill(0);
      view?.valueGradient.fill(0);
      view?.targetGradient.fill(0);
    }
    const share = 1 / transitions.length;
    for (const { transition, state, next } of transitions) {
      const here = views[state.shard];
      if (here === undefined) throw new Error("a transition lies in a shard without work");
      const there = next && views[next.shard];
      const value = here.values[state.row] as number;
      const nextValue = next && there ? (there.targets[next.row] as number) : 0;
      const target = live ? transition.reward + rule.gamma * nextValue : transition.target;
      const advantage = rule.targetTau === undefined ? transition.advantage : target - value;

      const mean = here.means.subarray(state.row * width, (state.row + 1) * width);
      const logProbability = gaussian.logProbabilityGradient(mean, transition.action, gradient);
      const policy = this.objective(logProbability, transition.logProbability, advantage);
      const weight = policy.gradient * share;
      for (let i = 0; i < width; i++) {
        const at = state.row * width + i;
        here.meanGradient[at] = (here.meanGradient[at] as number) + weight * (gradient.mean[i] as number);
        spread[i] = (spread[i] as number) + weight * (gradient.spread[i] as number);
      }
      const error = value - target;
      const valueGradient = 2 * rule.valueCoefficient * error * share;
      here.valueGradient[state.row] = (here.valueGradient[state.row] as number) + valueGradient;
      if (next && there) {
        there.targetGradient[next.row] = (there.targetGradient[next.row] as number) - rule.gamma * valueGradient;
      }
      statistics.policyLoss += policy.loss * share;
      statistics.valueLoss += error * error * share;
      statistics.oldApproxKl += policy.k1 * share;
      statistics.approxKl += policy.k3 * share;
      statistics.clipFraction += policy.clipped ? share : 0;
    }
    gaussian.entropyGradient(gradient.spread);
    const { store, engine } = this.model;
    const spreadGradient = engine.memory.floats(network.spread.at(store.shardGradient(0)), width);
    for (let i = 0; i < width; i++) {
      spreadGradient[i] = (spread[i] as number) - rule.entropyCoefficient * (gradient.spread[i] as number);
    }
    return statistics;
  }
}
