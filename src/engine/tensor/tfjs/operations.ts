/** What TensorFlow.js lacks, or lacks on its WebAssembly backend. */
import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import type { TensorFlow } from "./availability.ts";

/** [rows, columns] */
export type Rows = Tensor2D;

/**
 * Rows of a table, any of them any number of times: [indices, columns]. The WebAssembly backend lacks the gradient of
 * tf.gather (UnsortedSegmentSum), so it is summed here.
 */
export function rowsOf(tf: TensorFlow, table: Rows, indices: Int32Array): Rows {
  const [count, width] = table.shape;
  const lookUp = tf.customGrad((rows) => {
    const value = tf.gather(rows as Tensor, tf.tensor1d(indices, "int32"));
    const gradFunc = (dy: Tensor) => {
      const given = dy.dataSync();
      const sums = new Float32Array(count * width);
      for (let i = 0; i < indices.length; i++) {
        const row = (indices[i] as number) * width;
        for (let c = 0; c < width; c++) {
          sums[row + c] = (sums[row + c] as number) + (given[i * width + c] as number);
        }
      }
      return tf.tensor2d(sums, [count, width]);
    };
    return { value, gradFunc };
  });
  return lookUp(table) as Rows;
}

/** The same values, through which no gradient flows. */
export function detached<T extends Tensor>(tf: TensorFlow, x: T): T {
  const stop = tf.customGrad((value) => ({
    value: (value as Tensor).clone(),
    gradFunc: (dy: Tensor) => tf.zerosLike(dy),
  }));
  return stop(x) as T;
}

/** Values forced into [least, most], through which gradients flow as if they had not been. */
export function bounded<T extends Tensor>(tf: TensorFlow, x: T, least: number, most: number): T {
  const confine = tf.customGrad((value) => ({
    value: tf.clipByValue(value as Tensor, least, most),
    gradFunc: (dy: Tensor) => dy.clone(),
  }));
  return confine(x) as T;
}
