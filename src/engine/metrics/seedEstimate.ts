/** What a table says of a configuration's seeds: their interquartile mean with a 95 % interval (section 13). */
import { bootstrapEstimate } from "./bootstrap.ts";
import { aggregate, type Estimate, meanOf, sortedScores } from "./statistics.ts";
import { meanHalfWidth, normalTail, studentQuantile } from "./studentT.ts";

/**
 * Below so many scores no resample tells enough: the range of n scores, which none of them leaves, covers a median in
 * 1 - 2^(1 - n) of all cases, and only from five that is nearly 95 %.
 */
const FEWEST_RESAMPLED = 5;

/**
 * From five scores the interval is the percentile bootstrap, not at 2.5 % and 97.5 % but at P(Z < -t) and P(Z < t) for
 * Student's t with n - 1 degrees of freedom: with five scores its ends are nearly always the lowest and the highest, with
 * many the usual percentiles. These are the "expanded percentiles" of Hesterberg 2015, "What Teachers Should Know About
 * the Bootstrap", without his factor sqrt(n / (n - 1)), which the interquartile mean does not need. With two to four
 * scores it is their mean +- t s / sqrt(n).
 *
 * @throws LerlError `statistics.empty`, `statistics.not-finite`
 */
export function seedEstimate(scores: readonly number[], resamples?: number): Estimate {
  const n = scores.length;
  if (n >= FEWEST_RESAMPLED) return bootstrapEstimate(scores, "iqm", normalTail(studentQuantile(n - 1)), resamples);
  const sorted = sortedScores(scores);
  const value = aggregate(sorted, "iqm");
  if (n === 1) return { value, low: value, high: value, n };
  const middle = meanOf(sorted);
  const half = meanHalfWidth(sorted);
  return { value, low: middle - half, high: middle + half, n };
}
