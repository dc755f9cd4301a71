/** The network of referencePolicy.ts in TensorFlow.js, on the same parameter values. */
import type { Scalar } from "@tensorflow/tfjs";
import type { StateEncoderShape, StateSequence } from "../src/engine/encoder/stateEncoder.ts";
import { TfjsStateEncoder } from "../src/engine/encoder/tfjs/stateEncoder.ts";
import type { ParameterStore } from "../src/engine/tensor/parameters.ts";
import type { TensorFlow } from "../src/engine/tensor/tfjs/availability.ts";
import { TfjsLayers } from "../src/engine/tensor/tfjs/layers.ts";
import { TfjsParameters } from "../src/engine/tensor/tfjs/parameters.ts";
import { ACTION_SIZES, VALUE_SIZES } from "./referencePolicy.ts";

export class TfjsPolicy {
  private readonly parameters: TfjsParameters;
  private readonly layers: TfjsLayers;
  private readonly states: TfjsStateEncoder;
  private readonly optimizer;

  constructor(
    private readonly tf: TensorFlow,
    store: ParameterStore,
    shape: StateEncoderShape,
    private readonly sizes = { action: ACTION_SIZES, value: VALUE_SIZES },
  ) {
    this.parameters = new TfjsParameters(tf, store);
    this.layers = new TfjsLayers(tf, (name) => this.parameters.vector(name));
    this.states = new TfjsStateEncoder(this.layers, shape);
    this.optimizer = tf.train.adam(1e-4, 0.9, 0.999, 1e-5);
  }

  /** As ReferencePolicy.gradients, without dropout. */
  gradients(sequences: readonly StateSequence[]): {
    readonly loss: number;
    readonly gradients: ReadonlyMap<string, Float32Array>;
  } {
    const { value, grads } = this.tf.variableGrads(() => this.loss(sequences), this.parameters.all);
    const named = [...this.parameters.gradients(grads)].map(([{ name }, gradient]) => [name, gradient] as const);
    const result = { loss: value.dataSync<"float32">()[0] as number, gradients: new Map(named) };
    this.tf.dispose([value, grads]);
    return result;
  }

  /** One whole optimiser step. */
  step(sequences: readonly StateSequence[]): void {
    this.tf.tidy(() => {
      this.optimizer.minimize(() => this.loss(sequences), false, this.parameters.all);
    });
    this.parameters.all[0]?.dataSync();
  }

  private loss(sequences: readonly StateSequence[]): Scalar {
    const { tf, layers } = this;
    const states = this.states.states(sequences);
    const action = layers.mlp("action", this.sizes.action.length - 1, states);
    const value = layers.mlp("value", this.sizes.value.length - 1, states);
    const squares = tf.add(tf.sum(tf.square(tf.sub(action, 0.1))), tf.sum(tf.square(tf.sub(value, 1))));
    return tf.div(squares, 2 * states.shape[0]);
  }
}
