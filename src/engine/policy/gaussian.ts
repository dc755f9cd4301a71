/**
 * The hyper-action's Gaussian (docs/method.md, section 5), around a mean that the action network gives and with a
 * spread that is a parameter of its own.
 */
import { exp, log } from "../math/elementary.ts";
import type { RandomStream } from "../math/random.ts";

export const LOG_2_PI = 1.8378770664093453;

/** One point's gradients are added to `mean` (by dimension) and `spread` (by spread parameter). */
export interface GaussianGradient {
  readonly mean: Float64Array;
  readonly spread: Float64Array;
}

/** A Gaussian with its spread fixed for as long as the parameters stay the same. */
export interface Gaussian {
  /** In nats. */
  readonly entropy: number;
  /** Mean standard deviation over the dimensions. */
  readonly std: number;
  sample(mean: Float32Array, random: RandomStream, out: Float32Array): void;
  logProbability(mean: Float32Array, action: Float32Array): number;
  /** Sets `gradient` to d log p / d mean and d log p / d spread parameter at one action; returns log p. */
  logProbabilityGradient(mean: Float32Array, action: Float32Array, gradient: GaussianGradient): number;
  /** d entropy / d spread parameter. */
  entropyGradient(out: Float64Array): void;
}

/** What one fidelity choice of `actionStd` means. */
export interface GaussianFamily {
  /** The spread parameter whose standard deviation is `std`. */
  readonly initial: (std: number) => number;
  readonly at: (spread: Float32Array) => Gaussian;
}

/** Independent dimensions; the parameter is the log standard deviation. */
export const diagonalGaussian: GaussianFamily = {
  initial: (std) => log(std),
  at(logStd) {
    const dim = logStd.length;
    const deviation = Float64Array.from(logStd, exp);
    let logStdSum = 0;
    let stdSum = 0;
    for (let i = 0; i < dim; i++) {
      logStdSum += logStd[i] as number;
      stdSum += deviation[i] as number;
    }
    const logProbability = (mean: Float32Array, action: Float32Array, gradient?: GaussianGradient): number => {
      let squares = 0;
      for (let i = 0; i < dim; i++) {
        const std = deviation[i] as number;
        const z = ((action[i] as number) - (mean[i] as number)) / std;
        squares += z * z;
        if (gradient) {
          gradient.mean[i] = z / std;
          gradient.spread[i] = z * z - 1;
        }
      }
      return -0.5 * squares - logStdSum - 0.5 * dim * LOG_2_PI;
    };
    return {
      entropy: logStdSum + 0.5 * dim * (1 + LOG_2_PI),
      std: stdSum / dim,
      sample(mean, random, out) {
        for (let i = 0; i < dim; i++) out[i] = (mean[i] as number) + (deviation[i] as number) * random.normal();
      },
      logProbability: (mean, action) => logProbability(mean, action),
      logProbabilityGradient: logProbability,
      entropyGradient: (out) => {
        out.fill(1);
      },
    };
  },
};

/** Added to every entry of the authors' covariance matrix. */
export const EVERYWHERE = 1e-4;
/** Keeps the matrix positive definite should a variance be driven to zero. */
export const MIN_VARIANCE = 1e-6;

/**
 * The authors' full covariance D + 1e-4 * 1 1^T (section 10, `actionStd`): the parameters are the variances on the
 * diagonal, the off-diagonals never move. Inverse and determinant follow from the Sherman-Morrison identity.
 */
export const fullGaussian: GaussianFamily = {
  initial: (std) => std * std,
  at(variances) {
    const dim = variances.length;
    const d = Float64Array.from(variances, (variance) => Math.max(variance, MIN_VARIANCE));
    let inverseSum = 0;
    let logDeterminant = 0;
    let stdSum = 0;
    for (const variance of d) {
      inverseSum += 1 / variance;
      logDeterminant += log(variance);
      stdSum += Math.sqrt(variance + EVERYWHERE);
    }
    const correction = EVERYWHERE / (1 + EVERYWHERE * inverseSum);
    logDeterminant += log(1 + EVERYWHERE * inverseSum);
    const inverseDiagonal = d.map((variance) => 1 / variance - correction / (variance * variance));

    const logProbability = (mean: Float32Array, action: Float32Array, gradient?: GaussianGradient): number => {
      let weighted = 0;
      for (let i = 0; i < dim; i++) weighted += ((action[i] as number) - (mean[i] as number)) / (d[i] as number);
      let quadratic = 0;
      for (let i = 0; i < dim; i++) {
        const x = (action[i] as number) - (mean[i] as number);
        // y = covariance^-1 x
        const y = (x - correction * weighted) / (d[i] as number);
        quadratic += x * y;
        if (gradient) {
          gradient.mean[i] = y;
          gradient.spread[i] = 0.5 * (y * y - (inverseDiagonal[i] as number));
        }
      }
      return -0.5 * (quadratic + logDeterminant + dim * LOG_2_PI);
    };
    return {
      entropy: 0.5 * (logDeterminant + dim * (1 + LOG_2_PI)),
      std: stdSum / dim,
      sample(mean, random, out) {
        const shared = Math.sqrt(EVERYWHERE) * random.normal();
        for (let i = 0; i < dim; i++) {
          out[i] = (mean[i] as number) + Math.sqrt(d[i] as number) * random.normal() + shared;
        }
      },
      logProbability: (mean, action) => logProbability(mean, action),
      logProbabilityGradient: logProbability,
      entropyGradient(out) {
        for (let i = 0; i < dim; i++) out[i] = 0.5 * (inverseDiagonal[i] as number);
      },
    };
  },
};
