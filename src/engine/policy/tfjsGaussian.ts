/** gaussian.ts in TensorFlow.js, which differentiates it. */
import type { Scalar, Tensor1D } from "@tensorflow/tfjs";
import type { TensorFlow } from "../tensor/tfjs/availability.ts";
import { bounded, type Rows } from "../tensor/tfjs/operations.ts";
import { diagonalGaussian, EVERYWHERE, type GaussianFamily, LOG_2_PI, MIN_VARIANCE } from "./gaussian.ts";

export interface TfjsGaussian {
  /** In nats. */
  readonly entropy: Scalar;
  /** ln p of each row of actions: [rows]. */
  readonly logProbabilities: (means: Rows, actions: Rows) => Tensor1D;
}

/** @param spread the family's spread parameter: [dimensions] */
export function tfjsGaussian(tf: TensorFlow, family: GaussianFamily, spread: Tensor1D): TfjsGaussian {
  return family === diagonalGaussian ? diagonal(tf, spread) : full(tf, spread);
}

function diagonal(tf: TensorFlow, logStd: Tensor1D): TfjsGaussian {
  const dim = logStd.size;
  const logStdSum: Scalar = tf.sum(logStd);
  const std = tf.exp(logStd);
  return {
    entropy: tf.add(logStdSum, 0.5 * dim * (1 + LOG_2_PI)),
    logProbabilities: (means, actions) => {
      const squares: Tensor1D = tf.sum(tf.square(tf.div(tf.sub(actions, means), std)), 1);
      return tf.sub(tf.sub(tf.mul(squares, -0.5), logStdSum), 0.5 * dim * LOG_2_PI);
    },
  };
}

function full(tf: TensorFlow, variances: Tensor1D): TfjsGaussian {
  const dim = variances.size;
  const d = bounded(tf, variances, MIN_VARIANCE, Number.POSITIVE_INFINITY);
  const denominator = tf.add(tf.mul(tf.sum(tf.reciprocal(d)), EVERYWHERE), 1);
  const correction = tf.div(EVERYWHERE, denominator);
  const logDeterminant: Scalar = tf.add(tf.sum(tf.log(d)), tf.log(denominator));
  return {
    entropy: tf.mul(tf.add(logDeterminant, dim * (1 + LOG_2_PI)), 0.5),
    logProbabilities: (means, actions) => {
      const x = tf.sub(actions, means);
      const squares: Tensor1D = tf.sum(tf.div(tf.square(x), d), 1);
      const shared = tf.mul(tf.square(tf.sum(tf.div(x, d), 1)), correction);
      return tf.mul(tf.add(tf.add(tf.sub(squares, shared), logDeterminant), dim * LOG_2_PI), -0.5);
    },
  };
}
