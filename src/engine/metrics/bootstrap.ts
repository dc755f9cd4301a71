/**
 * Percentile bootstrap (section 13). Results depend on the scores, never on their order.
 *
 * A resample is held as counts over the scores in ascending order, so that no resample is ever sorted.
 */
import { RandomStream } from "../math/random.ts";
import { aggregate, type Estimate, quantile, type Statistic, sortedScores, trims } from "./statistics.ts";

/** From a fixed seed: equal scores give equal intervals. */
const RESAMPLES = 50_000;

/**
 * The statistic with the percentiles of what it is in resamples of the scores.
 *
 * @param tail share of the resamples left out at each end
 * @throws LerlError `statistics.empty`, `statistics.not-finite`
 */
export function bootstrapEstimate(
  scores: readonly number[],
  statistic: Statistic,
  tail = 0.025,
  resamples = RESAMPLES,
): Estimate {
  const sorted = sortedScores(scores);
  const n = sorted.length;
  const value = aggregate(sorted, statistic);
  if (n === 1) return { value, low: value, high: value, n };
  const drawn = resampled(sorted, Math.floor(n * trims[statistic]), resamples);
  return { value, low: quantile(drawn, tail), high: quantile(drawn, 1 - tail), n };
}

/** The means of so many resamples without their `cut` lowest and highest scores, in ascending order. */
function resampled(sorted: Float64Array, cut: number, resamples: number): Float64Array {
  const stream = new RandomStream(0, "bootstrap");
  const counts = new Uint32Array(sorted.length);
  return Float64Array.from({ length: resamples }, () =>
    cut === 0 ? resampledMean(sorted, stream) : trimmedMean(sorted, draw(counts, stream), cut),
  ).sort();
}

/** How often a resample holds each score. */
function draw(counts: Uint32Array, stream: RandomStream): Uint32Array {
  const n = counts.length;
  // 32 random bits favour no place by more than n / 2^32.
  const scale = n / 2 ** 32;
  counts.fill(0);
  for (let i = 0; i < n; i++) {
    const place = Math.floor(stream.word() * scale);
    counts[place] = (counts[place] as number) + 1;
  }
  return counts;
}

/** The mean of the resample `draw` would make, without making it: half the time for thousands of scores. */
function resampledMean(sorted: Float64Array, stream: RandomStream): number {
  const n = sorted.length;
  const scale = n / 2 ** 32;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += sorted[Math.floor(stream.word() * scale)] as number;
  return sum / n;
}

function trimmedMean(sorted: Float64Array, counts: Uint32Array, cut: number): number {
  const last = sorted.length - cut;
  let position = 0;
  let sum = 0;
  for (let place = 0; position < last; place++) {
    const end = position + (counts[place] as number);
    const kept = Math.min(end, last) - Math.max(position, cut);
    if (kept > 0) sum += kept * (sorted[place] as number);
    position = end;
  }
  return sum / (last - cut);
}
