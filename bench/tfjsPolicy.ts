/** The network of referencePolicy.ts in TensorFlow.js, on the same parameter values; sequences of one length. */
import * as tf from "@tensorflow/tfjs";
import type { ParameterStore } from "../src/engine/tensor/parameters.ts";
import type { StateEncoderShape, StateSequence } from "../src/engine/tensor/stateEncoder.ts";
import { ACTION_SIZES, VALUE_SIZES } from "./referencePolicy.ts";

type Rows = tf.Tensor2D;

/** Rows of a table. The WebAssembly backend lacks the gather's gradient (UnsortedSegmentSum), so it is summed here. */
function embedding(table: Rows, indices: Int32Array): Rows {
  const lookUp = tf.customGrad((rows) => {
    if (!(rows instanceof tf.Tensor)) throw new TypeError("one table expected");
    const value = tf.gather(rows, tf.tensor1d(indices, "int32"));
    const gradFunc = (dy: tf.Tensor) => {
      const [count, width] = rows.shape as [number, number];
      const given = dy.dataSync();
      const sums = new Float32Array(count * width);
      indices.forEach((row, i) => {
        for (let c = 0; c < width; c++) {
          sums[row * width + c] = (sums[row * width + c] as number) + (given[i * width + c] as number);
        }
      });
      return tf.tensor2d(sums, [count, width]);
    };
    return { value, gradFunc };
  });
  return lookUp(table) as Rows;
}

export class TfjsPolicy {
  private readonly variables = new Map<string, tf.Variable>();
  private readonly optimizer = tf.train.adam(1e-4, 0.9, 0.999, 1e-5);

  constructor(
    store: ParameterStore,
    private readonly shape: StateEncoderShape,
    private readonly sizes = { action: ACTION_SIZES, value: VALUE_SIZES },
  ) {
    for (const { name, offset, length } of store.layout.parameters) {
      const width = this.widthOf(name, length);
      const values = tf.tensor(store.values.slice(offset, offset + length), [length / width, width]);
      this.variables.set(name, tf.variable(values));
    }
  }

  /** As ReferencePolicy.gradients, without dropout. */
  gradients(sequences: readonly StateSequence[]): {
    readonly loss: number;
    readonly gradients: ReadonlyMap<string, Float32Array>;
  } {
    const { value, grads } = this.differentiate(sequences);
    const named = [...this.variables].map(([name, { name: key }]) => {
      const gradient = grads[key] as tf.Tensor;
      return [name, gradient.dataSync() as Float32Array] as const;
    });
    const result = { loss: value.dataSync()[0] as number, gradients: new Map(named) };
    tf.dispose([value, grads]);
    return result;
  }

  /** One whole optimiser step. */
  step(sequences: readonly StateSequence[]): void {
    tf.tidy(() => {
      this.optimizer.minimize(() => this.loss(sequences), false, [...this.variables.values()]);
    });
    this.variables.values().next().value?.dataSync();
  }

  private differentiate(sequences: readonly StateSequence[]) {
    return tf.variableGrads(() => this.loss(sequences), [...this.variables.values()]);
  }

  private loss(sequences: readonly StateSequence[]): tf.Scalar {
    const outputs = sequences.length;
    const state = this.state(sequences);
    const action = this.mlp("action", this.sizes.action.length - 1, state);
    const value = this.mlp("value", this.sizes.value.length - 1, state);
    const squares = tf.add(tf.sum(tf.square(tf.sub(action, 0.1))), tf.sum(tf.square(tf.sub(value, 1))));
    return tf.div(squares, 2 * outputs);
  }

  private state(sequences: readonly StateSequence[]): Rows {
    const { encoding: dim, feedbackTypes, layers } = this.shape;
    const length = (sequences[0] as StateSequence).items.length;
    const batch = sequences.length;
    const items = Int32Array.from(sequences.flatMap((sequence) => [...sequence.items]));
    const positions = Int32Array.from(items, (_, i) => i % length);
    const feedback = tf.tensor2d(Float32Array.from(sequences.flatMap((sequence) => [...sequence.feedback])), [
      items.length,
      feedbackTypes,
    ]);
    const distinct = [...new Set(items)];
    const rows = new Map(distinct.map((item, row) => [item, row]));
    const encoded = this.features("items", Int32Array.from(distinct), this.shape.items, this.shape.itemCount + 1);
    const tokens = embedding(
      encoded,
      items.map((item) => rows.get(item) as number),
    );
    const located = tf.add(tokens, embedding(this.parameter("history.position"), positions)) as Rows;
    let x = tf.concat([this.norm("history.itemNorm", located), this.linear("history.feedback", feedback)], 1) as Rows;
    for (let i = 0; i < layers; i++) x = this.transformer(`history.layer${i}`, x, batch, length, i === layers - 1);
    const users = Int32Array.from(sequences, ({ user }) => user);
    const user = this.features("users", users, this.shape.users, this.shape.userCount);
    return tf.reshape(tf.concat([x, user], 1), [batch, 3 * dim]);
  }

  private features(
    name: string,
    ids: Int32Array,
    { sizes, values }: StateEncoderShape["items"],
    entities: number,
  ): Rows {
    const table = this.parameter(`${name}.table`);
    let base = entities;
    let sum = this.norm(`${name}.inputNorm`, embedding(table, ids));
    sizes.forEach((size, f) => {
      const from = base;
      const rows = ids.map((id) => from + (values[id * sizes.length + f] ?? 0));
      sum = tf.add(sum, this.norm(`${name}.inputNorm`, embedding(table, rows)));
      base += size;
    });
    return this.norm(`${name}.outputNorm`, this.linear(`${name}.linear`, sum));
  }

  /** With `last`, only the last position's output is computed. */
  private transformer(name: string, x: Rows, batch: number, length: number, last: boolean): Rows {
    const { heads } = this.shape;
    const width = 2 * this.shape.encoding;
    const dim = width / heads;
    const queries = last ? 1 : length;
    const input = last
      ? (tf.reshape(tf.slice(tf.reshape(x, [batch, length, width]), [0, length - 1, 0], [batch, 1, width]), [
          batch,
          width,
        ]) as Rows)
      : x;
    const weight = this.parameter(`${name}.qkv.weight`);
    const bias = this.parameter(`${name}.qkv.bias`);
    const part = (of: Rows, rows: number, which: number) => {
      const w = tf.slice(weight, [0, which * width], [width, width]);
      const y = tf.add(tf.matMul(of, w), tf.slice(bias, [0, which * width], [1, width]));
      return tf.transpose(tf.reshape(y, [batch, rows, heads, dim]), [0, 2, 1, 3]);
    };
    const scores = tf.mul(tf.matMul(part(input, queries, 0), part(x, length, 1), false, true), 1 / Math.sqrt(dim));
    const mask = tf.tensor2d(
      Float32Array.from({ length: queries * length }, (_, i) =>
        i % length > (last ? length - 1 : Math.floor(i / length)) ? -1e9 : 0,
      ),
      [queries, length],
    );
    const weights = tf.softmax(tf.add(scores, mask));
    const attended = tf.reshape(tf.transpose(tf.matMul(weights, part(x, length, 2)), [0, 2, 1, 3]), [
      batch * queries,
      width,
    ]) as Rows;
    const middle = this.norm(`${name}.attentionNorm`, tf.add(input, this.linear(`${name}.projection`, attended)));
    const hidden = tf.relu(this.linear(`${name}.feedIn`, middle));
    return this.norm(`${name}.outputNorm`, tf.add(middle, this.linear(`${name}.feedOut`, hidden)));
  }

  private mlp(name: string, layers: number, x: Rows): Rows {
    let y = x;
    for (let i = 0; i < layers - 1; i++) y = this.norm(`${name}.${i}.norm`, tf.relu(this.linear(`${name}.${i}`, y)));
    return this.linear(`${name}.${layers - 1}`, y);
  }

  private linear(name: string, x: Rows): Rows {
    return tf.add(tf.matMul(x, this.parameter(`${name}.weight`)), this.parameter(`${name}.bias`));
  }

  private norm(name: string, x: Rows): Rows {
    const { mean, variance } = tf.moments(x, 1, true);
    const normed = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
    return tf.add(tf.mul(normed, this.parameter(`${name}.gamma`)), this.parameter(`${name}.beta`));
  }

  private parameter(name: string): Rows {
    const variable = this.variables.get(name);
    if (variable === undefined) throw new Error(`no parameter ${name}`);
    return variable as unknown as Rows;
  }

  /** Columns of a parameter: matrices by their layer's outputs, vectors as one row. */
  private widthOf(name: string, length: number): number {
    const { encoding: dim, idEmbedding, feedForward } = this.shape;
    if (name.endsWith(".table")) return idEmbedding;
    if (name === "history.position") return dim;
    if (!name.endsWith(".weight")) return length;
    const [, head, layer] = /^(action|value)\.(\d+)\.weight$/.exec(name) ?? [];
    if (head !== undefined) return this.sizes[head as "action" | "value"][Number(layer) + 1] as number;
    if (name.endsWith(".qkv.weight")) return 6 * dim;
    if (name.endsWith(".feedIn.weight")) return feedForward;
    return name.startsWith("history.layer") ? 2 * dim : dim;
  }
}
