/** Learning curves over several seeds (section 13), with pointwise bands. */
import { seedEstimate } from "../metrics/seedEstimate.ts";
import type { Estimate } from "../metrics/statistics.ts";

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
  resamples?: number,
): readonly CurvePoint[] {
  const byStep = runs.map((run) => new Map(run.map(({ userSteps, value }) => [userSteps, value])));
  const [first = new Map<number, number>(), ...others] = byStep;
  const shared = [...first.keys()].filter((step) => others.every((run) => run.has(step))).sort((a, b) => a - b);
  return shared.map((userSteps) => {
    const values = byStep.flatMap((run) => run.get(userSteps) ?? []);
    return { userSteps, ...seedEstimate(values, resamples) };
  });
}
