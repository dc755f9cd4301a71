/** Losses and gradients of a gradient step by our kernels: shards in parallel, one result (docs/method.md, section 6). */

import type { Views } from "../encoder/views.ts";
import { deriveKey } from "../math/random.ts";
import type { Address } from "../tensor/kernels.ts";
import type { Region } from "../tensor/memory.ts";
import type { Tape } from "../tensor/tape.ts";
import { clickLoss, servedClicks } from "./clickLoss.ts";
import { type EncoderGradient, type ForwardPass, GradientShard, type ShardViews } from "./gradientShard.ts";
import type { PolicyObjective } from "./losses.ts";
import type { Minibatch } from "./minibatches.ts";
import { type PolicyModel, SHARDS } from "./model.ts";
import { type Place, type PlacedTransition, place } from "./placement.ts";
import { type LossesMeant, noLosses, type StepGradients, type StepLosses } from "./stepGradients.ts";
import type { TargetNetwork } from "./targetNetwork.ts";
import { needsNextStates, type UpdateRule } from "./updateRule.ts";

export class KernelGradients implements StepGradients {
  readonly scatters: readonly Tape[];
  private readonly shards: readonly GradientShard[];
  /** Room for gradients that nobody wants. */
  private readonly discarded: Region;
  /** Shards with work in the current gradient step. */
  private busy: readonly GradientShard[] = [];

  constructor(
    private readonly model: PolicyModel,
    private readonly views: Views,
    private readonly rule: UpdateRule,
    private readonly objective: PolicyObjective,
    private readonly target: TargetNetwork,
    private readonly seed: number,
  ) {
    const { engine, network, store } = model;
    this.shards = Array.from({ length: SHARDS }, (_, i) => new GradientShard(model, i));
    this.scatters = Array.from({ length: network.states.lookups }, () => engine.tape());
    this.discarded = engine.memory.reserve(store.layout.denseLength * 4);
  }

  compute(minibatch: Minibatch, step: number, meant: LossesMeant = "all"): StepLosses {
    const { engine, network, store } = this.model;
    const { rule } = this;
    const clickWeight = meant === "clicks" ? 1 : rule.clickLoss;
    const live = meant === "all" && needsNextStates(rule);
    const withSlates = clickWeight > 0;
    const options = { views: this.views, encoder: network.states, shards: SHARDS, withNext: live, withSlates };
    const { sequences, transitions } = place(minibatch, options);
    this.busy = this.shards.filter((_, i) => (sequences[i]?.length ?? 0) > 0);
    const forward: ForwardPass = {
      dropout: rule.dropout,
      key: deriveKey(this.seed, "dropout", step),
      target: live ? this.targetWeights() : undefined,
    };
    this.shards.forEach((shard, i) => {
      const own = sequences[i] ?? [];
      if (own.length > 0) shard.recordForward(own, forward);
    });
    const tapes = this.busy.map(({ tape }) => tape);
    engine.run(tapes);
    const views = this.clearedViews();
    const losses = noLosses();
    if (meant === "all") this.rewardLosses(transitions, live, views, losses);
    if (withSlates) this.clickLosses(transitions, clickWeight, views, losses);
    const encoderGradient: EncoderGradient =
      meant === "clicks" || rule.encoderGradient === "state"
        ? { kind: "state" }
        : { kind: "td-target", target: this.targetWeights(), discarded: this.discarded.address };
    for (const shard of this.busy) shard.recordBackward(encoderGradient, withSlates);
    // The discarded gradients of all shards share one place, which two threads must not write at once.
    if (encoderGradient.kind === "state") engine.run(tapes);
    else for (const tape of tapes) engine.run([tape]);
    const work = this.busy.map((shard) => shard.work);
    network.states.scatter(this.scatters, store.gradient, work);
    return losses;
  }

  dispose(): void {
    for (const shard of this.shards) shard.dispose();
    for (const tape of this.scatters) tape.dispose();
    this.discarded.release();
  }

  /** Parameters that value the next state. */
  private targetWeights(): Address {
    return this.rule.targetTau === undefined ? this.model.store.weights : this.target.weights;
  }

  /** Views of each shard's outputs and of their gradients, which begin at zero; undefined: a shard without work. */
  private clearedViews(): readonly (ShardViews | undefined)[] {
    return this.shards.map((shard) => {
      if (!this.busy.includes(shard)) return undefined;
      const views = shard.views();
      for (const gradient of [views.meanGradient, views.valueGradient, views.targetGradient, views.itemGradient]) {
        gradient.fill(0);
      }
      return views;
    });
  }

  /** What rewards teach; gradients go to the shards' buffers and the spread's to the first shard. */
  private rewardLosses(
    transitions: readonly PlacedTransition[],
    live: boolean,
    views: readonly (ShardViews | undefined)[],
    losses: StepLosses,
  ): void {
    const { rule } = this;
    const { network } = this.model;
    const width = network.actionWidth;
    const gaussian = this.model.gaussian();
    const gradient = { mean: new Float64Array(width), spread: new Float64Array(width) };
    const spread = new Float64Array(width);
    const share = 1 / transitions.length;
    for (const { transition, state, next } of transitions) {
      const here = at(views, state);
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
      losses.policyLoss += policy.loss * share;
      losses.valueLoss += error * error * share;
      losses.oldApproxKl += policy.k1 * share;
      losses.approxKl += policy.k3 * share;
      losses.clipFraction += policy.clipped ? share : 0;
    }
    gaussian.entropyGradient(gradient.spread);
    const { store, engine } = this.model;
    const spreadGradient = engine.memory.floats(network.spread.at(store.shardGradient(0)), width);
    for (let i = 0; i < width; i++) {
      spreadGradient[i] = (spread[i] as number) - rule.entropyCoefficient * (gradient.spread[i] as number);
    }
  }

  /** What clicks teach; gradients go to the means and the items of the shards' buffers. */
  private clickLosses(
    transitions: readonly PlacedTransition[],
    weight: number,
    views: readonly (ShardViews | undefined)[],
    losses: StepLosses,
  ): void {
    const width = this.model.network.actionWidth;
    const share = 1 / transitions.length;
    for (const { transition, sequence, state } of transitions) {
      const { means, meanGradient, items: encodings, itemGradient, itemRows } = at(views, state);
      const { items, labels } = servedClicks(sequence, transition);
      const rows = items.map((item) => itemRows.get(item) as number);
      const own = (of: Float32Array) => of.subarray(state.row * width, (state.row + 1) * width);
      const slate = { mean: own(means), encodings, rows, labels };
      losses.clickLoss += clickLoss(slate, weight * share, own(meanGradient), itemGradient) * share;
    }
  }
}

function at(views: readonly (ShardViews | undefined)[], { shard }: Place): ShardViews {
  const found = views[shard];
  if (found === undefined) throw new Error("a transition lies in a shard without work");
  return found;
}
