/** Policy updates that destroy what was learned. */
import { log } from "../math/elementary.ts";
import { quantile, sortedScores } from "../metrics/statistics.ts";
import { course, latest, percent, type Signature } from "./signature.ts";

/**
 * Multiple of clip^2 / 2, the divergence of a ratio at the edge of the clip range (0.02 at 0.2): five times that, and the
 * mean sample lies far outside the trust region.
 */
const KL_MULTIPLE = 5;
/** Outside the clip range a sample has no gradient; beyond two in five, most of an epoch is spent without effect. */
const CLIPPED = 0.4;
/** ln 4 nats per dimension: the exploration noise has shrunk to a quarter of what the run began with. */
const ENTROPY_FALL = log(4);
/** Gradient norms vary by two or three times between iterations; ten times their median is another regime. */
const NORM_MULTIPLE = 10;
/** Iterations before a median means anything. */
const NORM_HISTORY = 5;

export const divergence: Signature = {
  code: "ppo.kl",
  patience: 3,
  examine: ({ experiment }, window) => {
    const kl = latest(window, "approxKl");
    const limit = (KL_MULTIPLE * experiment.ppo.clip ** 2) / 2;
    if (kl === undefined || kl <= limit) return undefined;
    return {
      message: `Each update moves the policy far: approximate KL ${kl.toFixed(3)}, expected below ${limit.toFixed(3)}. Lower ppo.learningRates.action or ppo.epochs.`,
      evidence: { approxKl: course(window, "approxKl"), threshold: limit },
    };
  },
};

export const clipping: Signature = {
  code: "ppo.clip-fraction",
  patience: 3,
  examine: (_, window) => {
    const share = latest(window, "clipFraction");
    if (share === undefined || share <= CLIPPED) return undefined;
    return {
      message: `${percent(share)} of samples lie outside the clip range and teach nothing. Lower the learning rates or ppo.epochs.`,
      evidence: { clipFraction: course(window, "clipFraction"), threshold: CLIPPED },
    };
  },
};

export const entropyCollapse: Signature = {
  code: "ppo.entropy-collapse",
  patience: 2,
  examine: ({ experiment }, window) => {
    const entropy = latest(window, "entropy");
    const began = window.first.entropy;
    // The hyper-action has one dimension per encoding dimension and one for the bias (section 5).
    const dimensions = experiment.policy.encoding + 1;
    if (entropy === undefined || began === undefined || began - entropy <= ENTROPY_FALL * dimensions) return undefined;
    return {
      message: `The policy hardly explores any more: its entropy fell from ${began.toFixed(1)} to ${entropy.toFixed(1)} nats, less than a quarter of the initial noise per dimension. Raise ppo.entropyCoefficient, or lower ppo.learningRates.std.`,
      evidence: {
        began,
        entropy: course(window, "entropy"),
        std: course(window, "std"),
        threshold: began - ENTROPY_FALL * dimensions,
      },
    };
  },
};

export const gradientExplosion: Signature = {
  code: "ppo.gradient-explosion",
  patience: 2,
  examine: ({ experiment }, window) => {
    const norm = latest(window, "gradientNorm");
    const before = course({ ...window, readings: window.readings.slice(0, -1) }, "gradientNorm");
    if (norm === undefined || before.length < NORM_HISTORY) return undefined;
    const median = quantile(sortedScores(before), 0.5);
    // Below the clipping norm even a tenfold gradient is taken as it is, and does no harm.
    if (norm <= NORM_MULTIPLE * median || norm <= experiment.ppo.maxGradientNorm) return undefined;
    return {
      message: `Gradients exploded: norm ${norm.toPrecision(3)}, median before ${median.toPrecision(3)}. Clipping to ${experiment.ppo.maxGradientNorm} keeps only their direction. Lower ppo.learningRates.value and encoder, and check the reward weights' scale.`,
      evidence: { gradientNorm: course(window, "gradientNorm"), median, multiple: NORM_MULTIPLE },
    };
  },
};
