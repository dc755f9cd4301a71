/**
 * Losses and gradients of a gradient step by TensorFlow.js (docs/method.md, section 6): the same network on the same
 * parameters, differentiated by somebody else. Acting, evaluation and Adam stay with our kernels.
 */
import type { Scalar, Tensor1D } from "@tensorflow/tfjs";
import type { StateSequence } from "../encoder/stateEncoder.ts";
import { TfjsStateEncoder } from "../encoder/tfjs/stateEncoder.ts";
import type { Views } from "../encoder/views.ts";
import { deriveKey } from "../math/random.ts";
import type { Tape } from "../tensor/tape.ts";
import type { TensorFlow } from "../tensor/tfjs/availability.ts";
import { DropoutMasks, type MaskedRows } from "../tensor/tfjs/dropoutMasks.ts";
import { type Mask, noMask, TfjsLayers } from "../tensor/tfjs/layers.ts";
import { detached, type Rows, rowsOf } from "../tensor/tfjs/operations.ts";
import { TfjsParameters } from "../tensor/tfjs/parameters.ts";
import { servedClicks } from "./clickLoss.ts";
import type { ObjectiveName } from "./losses.ts";
import type { Minibatch } from "./minibatches.ts";
import { type PolicyModel, SHARDS } from "./model.ts";
import { type Place, type Placement, place } from "./placement.ts";
import type { LossesMeant, StepGradients, StepLosses } from "./stepGradients.ts";
import type { TargetNetwork } from "./targetNetwork.ts";
import { tfjsGaussian } from "./tfjsGaussian.ts";
import { tfjsPolicyLoss } from "./tfjsLosses.ts";
import { needsNextStates, type UpdateRule } from "./updateRule.ts";

/** Means and values at every output, and, where asked for, the values that value targets are made of. */
interface Outputs {
  readonly means: Rows;
  readonly values: Rows;
  readonly nextValues: Rows | undefined;
}

interface Losses extends Readonly<Record<keyof StepLosses, Scalar>> {
  readonly total: Scalar;
}

const reported = ["policyLoss", "valueLoss", "approxKl", "oldApproxKl", "clipFraction", "clickLoss"] as const;

export class TfjsGradients implements StepGradients {
  /** Gradients of tables come whole. */
  readonly scatters: readonly Tape[] = [];
  private readonly parameters: TfjsParameters;
  private readonly layers: TfjsLayers;
  private readonly states: TfjsStateEncoder;
  /** The value network as value targets know it. */
  private readonly targetLayers: TfjsLayers;
  private readonly masks: DropoutMasks;

  constructor(
    private readonly tf: TensorFlow,
    private readonly model: PolicyModel,
    private readonly views: Views,
    private readonly rule: UpdateRule,
    private readonly objective: ObjectiveName,
    private readonly target: TargetNetwork,
    private readonly seed: number,
  ) {
    this.parameters = new TfjsParameters(tf, model.store);
    this.layers = new TfjsLayers(tf, (name) => this.parameters.vector(name));
    this.states = new TfjsStateEncoder(this.layers, model.network.states.shape);
    this.targetLayers = new TfjsLayers(tf, (name) => this.targetParameter(name));
    this.masks = new DropoutMasks(model.engine);
  }

  compute(minibatch: Minibatch, step: number, meant: LossesMeant = "all"): StepLosses {
    const { tf, parameters } = this;
    // Laid out as for our kernels, so that dropout falls on the same activations.
    const placement = place(minibatch, {
      views: this.views,
      encoder: this.model.network.states,
      shards: SHARDS,
      withNext: meant === "all" && needsNextStates(this.rule),
    });
    parameters.load();
    const readings: Tensor1D[] = [];
    const { value, grads } = tf.variableGrads(() => {
      const outputs = this.outputs(placement, step, meant);
      const { total, ...losses } =
        meant === "clicks" ? this.clicksAlone(placement, outputs) : this.losses(placement, outputs);
      readings.push(tf.keep(tf.stack(reported.map((name) => losses[name])) as Tensor1D));
      return total;
    }, parameters.all);
    this.deliver(parameters.gradients(grads));
    const [policyLoss = 0, valueLoss = 0, approxKl = 0, oldApproxKl = 0, clipFraction = 0, clicks = 0] =
      readings.flatMap((reading) => [...reading.dataSync<"float32">()]);
    tf.dispose([value, grads, readings]);
    return { policyLoss, valueLoss, approxKl, oldApproxKl, clipFraction, clickLoss: clicks };
  }

  dispose(): void {
    this.parameters.dispose();
    this.masks.dispose();
  }

  private outputs({ sequences }: Placement, step: number, meant: LossesMeant): Outputs {
    const { tf, layers, rule } = this;
    const all = sequences.flat();
    const states = this.states.states(all, (at, width, rows) => {
      const size = rows === "tokens" ? tokensOf : outputsOf;
      return this.draw(step, sequences, "state", size, at, width);
    });
    const mask = (network: string): Mask => {
      if (rule.dropout === 0) return noMask;
      return (at, width) => {
        const drawn = this.draw(step, sequences, network, outputsOf, at, width);
        return drawn && tf.tensor2d(drawn, [drawn.length / width, width]);
      };
    };
    const { action, value } = this.model.network;
    // Section 10, `encoderGradient`.
    const ofState = meant === "clicks" || rule.encoderGradient === "state";
    const read = ofState ? states : detached(tf, states);
    const nextValues =
      meant === "all" && needsNextStates(rule)
        ? this.targetLayers.mlp(value.name, value.linears.length, ofState ? detached(tf, states) : states)
        : undefined;
    return {
      means: layers.mlp(action.name, action.linears.length, read, mask(action.name)),
      values: layers.mlp(value.name, value.linears.length, read, mask(value.name)),
      nextValues,
    };
  }

  private losses(placement: Placement, outputs: Outputs): Losses {
    const { tf, rule } = this;
    const { transitions } = placement;
    const { network } = this.model;
    const row = rowNumbers(placement);
    const column = (numbers: number[]) => tf.tensor1d(numbers, "float32");
    const at = (of: Rows, places: readonly (Place | undefined)[]): Rows =>
      rowsOf(
        tf,
        of,
        Int32Array.from(places, (found) => (found === undefined ? 0 : row(found))),
      );
    const flat = (rows: Rows): Tensor1D => tf.reshape(rows, [transitions.length]);

    const places = transitions.map(({ state }) => state);
    const values = flat(at(outputs.values, places));
    const targets = (): Tensor1D => {
      if (outputs.nextValues === undefined) return column(transitions.map(({ transition }) => transition.target));
      const next = transitions.map((placed) => placed.next);
      const goesOn = column(next.map((found) => (found === undefined ? 0 : rule.gamma)));
      const rewards = column(transitions.map(({ transition }) => transition.reward));
      return tf.add(rewards, tf.mul(flat(at(outputs.nextValues, next)), goesOn));
    };
    const errors: Tensor1D = tf.sub(values, targets());
    const advantages =
      rule.targetTau === undefined
        ? column(transitions.map(({ transition }) => transition.advantage))
        : tf.neg(detached(tf, errors));

    const gaussian = tfjsGaussian(tf, network.gaussian, this.parameters.vector(network.spread.name));
    const actions = tf.tensor2d(Float32Array.from(transitions.flatMap(({ transition }) => [...transition.action])), [
      transitions.length,
      network.actionWidth,
    ]);
    const policy = tfjsPolicyLoss(
      tf,
      this.objective,
      rule.clip,
      gaussian.logProbabilities(at(outputs.means, places), actions),
      column(transitions.map(({ transition }) => transition.logProbability)),
      advantages,
    );
    const valueLoss: Scalar = tf.mean(tf.square(errors));
    const clickLoss = rule.clickLoss === 0 ? tf.scalar(0) : this.clickLoss(placement, outputs);
    const ofPolicy: Scalar = tf.sub(
      tf.add(policy.loss, tf.mul(valueLoss, rule.valueCoefficient)),
      tf.mul(gaussian.entropy, rule.entropyCoefficient),
    );
    const total: Scalar = tf.add(ofPolicy, tf.mul(clickLoss, rule.clickLoss));
    return {
      total,
      policyLoss: policy.loss,
      valueLoss,
      approxKl: policy.k3,
      oldApproxKl: policy.k1,
      clipFraction: policy.clipFraction,
      clickLoss,
    };
  }

  /** A warm start's: clicks teach, and nothing else. */
  private clicksAlone(placement: Placement, outputs: Outputs): Losses {
    const clickLoss = this.clickLoss(placement, outputs);
    const none = this.tf.scalar(0);
    const others = { policyLoss: none, valueLoss: none, approxKl: none, oldApproxKl: none, clipFraction: none };
    return { total: clickLoss, clickLoss, ...others };
  }

  /** As clickLoss.ts has it. */
  private clickLoss(placement: Placement, outputs: Outputs): Scalar {
    const { tf } = this;
    const row = rowNumbers(placement);
    const losses = placement.transitions.map(({ sequence, transition, state }): Scalar => {
      const { items, labels } = servedClicks(sequence, transition);
      const mean = tf.slice(outputs.means, [row(state), 0], [1, outputs.means.shape[1]]);
      // The bias meets a column of ones.
      const encodings: Rows = tf.pad(
        this.states.items(Int32Array.from(items)),
        [
          [0, 0],
          [0, 1],
        ],
        1,
      );
      const logits: Tensor1D = tf.reshape(tf.matMul(encodings, mean, false, true), [items.length]);
      return tf.mean(tf.sub(tf.softplus(logits), tf.mul(logits, labels)));
    });
    return tf.mean(tf.stack(losses));
  }

  /** Dense gradients go to the first shard, the others' being zero; tables to the flat gradient, where they are summed. */
  private deliver(gradients: ReturnType<TfjsParameters["gradients"]>): void {
    const { engine, store } = this.model;
    for (const [parameter, gradient] of gradients) {
      const place = parameter.at(parameter.kind === "dense" ? store.shardGradient(0) : store.gradient);
      engine.memory.floats(place, parameter.length).set(gradient);
    }
  }

  /** Dropout's mask over the rows of all shards; each shard's are drawn as gradientShard.ts draws them. */
  private draw(
    step: number,
    shards: Placement["sequences"],
    network: string,
    size: (sequence: StateSequence) => number,
    at: number,
    width: number,
  ): Float32Array | undefined {
    const { dropout } = this.rule;
    if (dropout === 0) return undefined;
    const key = deriveKey(this.seed, "dropout", step);
    const parts = shards.map(
      (own, i): MaskedRows => ({
        rows: own.reduce((sum, sequence) => sum + size(sequence), 0),
        key: deriveKey(deriveKey(key, i), network),
      }),
    );
    return this.masks.draw(dropout, parts, at, width);
  }

  /** A parameter of the network that values next states: a constant. */
  private targetParameter(name: string): Tensor1D {
    if (this.rule.targetTau === undefined) return detached(this.tf, this.parameters.vector(name));
    return this.tf.tensor1d(this.target.parameter(name));
  }
}

const tokensOf = ({ items }: StateSequence): number => items.length;
const outputsOf = ({ items, outputs }: StateSequence): number => (outputs === "all" ? items.length : outputs.length);

/** Output rows of all shards laid end to end. */
function rowNumbers({ sequences }: Placement): (place: Place) => number {
  let rows = 0;
  const firsts = sequences.map((own) => {
    const first = rows;
    for (const sequence of own) rows += outputsOf(sequence);
    return first;
  });
  return ({ shard, row }) => (firsts[shard] ?? 0) + row;
}
