/** losses.ts in TensorFlow.js, over all transitions of a gradient step at once. */
import type { Scalar, Tensor1D } from "@tensorflow/tfjs";
import type { TensorFlow } from "../tensor/tfjs/availability.ts";
import { bounded } from "../tensor/tfjs/operations.ts";
import { LARGEST_LOG_RATIO, type ObjectiveName } from "./losses.ts";

export interface TfjsPolicyLoss {
  readonly loss: Scalar;
  /** Of KL(old || new). */
  readonly k1: Scalar;
  readonly k3: Scalar;
  readonly clipFraction: Scalar;
}

/** All [transitions]; means over them. */
export function tfjsPolicyLoss(
  tf: TensorFlow,
  objective: ObjectiveName,
  clip: number,
  logProbabilities: Tensor1D,
  oldLogProbabilities: Tensor1D,
  advantages: Tensor1D,
): TfjsPolicyLoss {
  const difference: Tensor1D = tf.sub(logProbabilities, oldLogProbabilities);
  const logRatio = bounded(tf, difference, -LARGEST_LOG_RATIO, LARGEST_LOG_RATIO);
  const ratio = tf.exp(logRatio);
  const objectives = {
    ppo: () => {
      const clipped = tf.clipByValue(ratio, 1 - clip, 1 + clip);
      return tf.minimum(tf.mul(ratio, advantages), tf.mul(clipped, advantages));
    },
    a2c: () => tf.mul(advantages, logProbabilities),
  };
  return {
    loss: tf.neg(tf.mean(objectives[objective]())),
    k1: tf.neg(tf.mean(logRatio)),
    k3: tf.mean(tf.sub(tf.sub(ratio, 1), logRatio)),
    clipFraction: tf.mean(tf.cast(tf.greater(tf.abs(tf.sub(ratio, 1)), clip), "float32")),
  };
}
