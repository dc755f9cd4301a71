/** The layers of src/engine/tensor/layers in TensorFlow.js, on parameters of the same names. */
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import type { TensorFlow } from "./availability.ts";
import type { Rows } from "./operations.ts";

/** As LayerNorm's. */
const EPSILON = 1e-5;

/** What dropout multiplies activations [rows, width] with at one place of the network; undefined where it rests. */
export type Mask = (place: number, width: number) => Rows | undefined;

export const noMask: Mask = () => undefined;

export class TfjsLayers {
  constructor(
    readonly tf: TensorFlow,
    /** Looks a parameter up by its name. */
    readonly vector: (name: string) => Tensor1D,
  ) {}

  /** A parameter as a matrix of `columns` columns, laid out as in the store. */
  matrix(name: string, columns: number): Rows {
    const vector = this.vector(name);
    return this.tf.reshape(vector, [vector.size / columns, columns]);
  }

  /** [rows, inputs] -> [rows, outputs] */
  linear(name: string, x: Rows): Rows {
    const bias = this.vector(`${name}.bias`);
    return this.tf.add(this.tf.matMul(x, this.matrix(`${name}.weight`, bias.size)), bias);
  }

  norm(name: string, x: Rows): Rows {
    const { tf } = this;
    const { mean, variance } = tf.moments(x, 1, true);
    const normed = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, EPSILON)));
    return tf.add(tf.mul(normed, this.vector(`${name}.gamma`)), this.vector(`${name}.beta`));
  }

  dropped(x: Rows, mask: Rows | undefined): Rows {
    return mask === undefined ? x : this.tf.mul(x, mask);
  }

  /** @param layers hidden layers and the linear one after them */
  mlp(name: string, layers: number, x: Rows, mask: Mask = noMask): Rows {
    let y = x;
    for (let i = 0; i < layers - 1; i++) {
      const active: Rows = this.tf.relu(this.linear(`${name}.${i}`, y));
      y = this.norm(`${name}.${i}.norm`, this.dropped(active, mask(i, active.shape[1])));
    }
    return this.linear(`${name}.${layers - 1}`, y);
  }

  /**
   * Attention of `queries` [batch, n, width] on the tokens `x` [batch, length, width], whose projections are the parts of
   * one linear layer; in rows again: [batch * n, width].
   * @param hidden added to the scores [n, length] or [batch, 1, n, length]: 0, or far below for what a query must not see
   */
  attention(name: string, heads: number, queries: Rows, x: Rows, batch: number, hidden: Tensor): Rows {
    const { tf } = this;
    const width = x.shape[1];
    const dim = width / heads;
    const weight = this.matrix(`${name}.weight`, 3 * width);
    const bias = this.vector(`${name}.bias`);
    const part = (of: Rows, which: number) => {
      const w = tf.slice(weight, [0, which * width], [width, width]);
      const y = tf.add(tf.matMul(of, w), tf.slice(bias, which * width, width));
      return tf.transpose(tf.reshape(y, [batch, of.shape[0] / batch, heads, dim]), [0, 2, 1, 3]);
    };
    const scores = tf.mul(tf.matMul(part(queries, 0), part(x, 1), false, true), 1 / Math.sqrt(dim));
    const weights = tf.softmax(tf.add(scores, hidden));
    return tf.reshape(tf.transpose(tf.matMul(weights, part(x, 2)), [0, 2, 1, 3]), [queries.shape[0], width]);
  }
}
