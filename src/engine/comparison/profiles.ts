/** Curves over scores (section 13): performance profiles and sample efficiency, with pointwise bands. */
import {
  type BootstrapOptions,
  bootstrapEstimate,
  intervalOf,
  ResampledCounts,
  resamplesOf,
  type Strata,
  streamOf,
} from "../metrics/bootstrap.ts";
import type { Estimate } from "../metrics/statistics.ts";

/** The share of runs that score above `threshold`. */
export interface ProfilePoint extends Estimate {
  readonly threshold: number;
}

/**
 * The performance profile: for each threshold the share of all scores strictly above it. It falls from 1 to 0; where one
 * policy's lies above another's everywhere, it is stochastically better.
 */
export function performanceProfile(
  strata: Strata,
  thresholds: readonly number[],
  options: BootstrapOptions = {},
): readonly ProfilePoint[] {
  const sample = new ResampledCounts(strata, streamOf(options));
  const { size, sorted, counts } = sample;
  // How many of the ascending scores do not exceed each threshold.
  const cuts = thresholds.map((threshold) => sorted.findLastIndex((score) => score <= threshold) + 1);
  const resamples = size === 1 ? 0 : resamplesOf(options);
  const shares = cuts.map(() => new Float64Array(resamples));
  const upTo = new Uint32Array(size + 1);
  for (let i = 0; i < resamples; i++) {
    sample.draw();
    for (let place = 0; place < size; place++) upTo[place + 1] = (upTo[place] as number) + (counts[place] as number);
    for (const [point, cut] of cuts.entries()) {
      (shares[point] as Float64Array)[i] = 1 - (upTo[cut] as number) / size;
    }
  }
  return thresholds.map((threshold, point) => {
    const value = 1 - (cuts[point] as number) / size;
    return { threshold, ...intervalOf(value, size, shares[point] as Float64Array, options) };
  });
}

/** One point of one run's learning curve. */
export interface CurveSample {
  readonly userSteps: number;
  readonly value: number;
}

/** The interquartile mean over runs after `userSteps`. */
export interface CurvePoint extends Estimate {
  readonly userSteps: number;
}

/**
 * A metric against user steps over several runs (seeds), at the steps where every run has a value: a mean over changing
 * sets of runs would jump for reasons that are not learning.
 */
export function sampleEfficiencyCurve(
  runs: readonly (readonly CurveSample[])[],
  options: BootstrapOptions = {},
): readonly CurvePoint[] {
  const byStep = runs.map((run) => new Map(run.map(({ userSteps, value }) => [userSteps, value])));
  const [first = new Map<number, number>(), ...others] = byStep;
  const shared = [...first.keys()].filter((step) => others.every((run) => run.has(step))).sort((a, b) => a - b);
  return shared.map((userSteps) => {
    const values = byStep.flatMap((run) => run.get(userSteps) ?? []);
    return { userSteps, ...bootstrapEstimate([values], "iqm", options) };
  });
}
