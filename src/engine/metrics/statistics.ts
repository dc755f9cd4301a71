/**
 * Aggregates of scores over seeds and sessions (section 13), after Agarwal et al. 2021, "Deep RL at the Edge of the
 * Statistical Precipice". Every function refuses an empty sample and numbers that are not finite.
 */
import { LerlError } from "../errors.ts";

/** A value with its confidence interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Scores behind it. With one, the interval says nothing: low = value = high. */
  readonly n: number;
}

/** Share of the scores left out at each end: 1/4 leaves the interquartile mean, 0 the mean. */
export const trims = { iqm: 0.25, mean: 0 } as const;
export type Statistic = keyof typeof trims;

/**
 * The scores in ascending order.
 *
 * @throws LerlError `statistics.empty`, `statistics.not-finite`
 */
export function sortedScores(scores: Iterable<number>): Float64Array {
  const sorted = Float64Array.from(scores).sort();
  if (sorted.length === 0) throw new LerlError("statistics.empty", "There are no scores to aggregate.");
  // NaN sorts last, so the two ends tell.
  for (const end of [sorted[0], sorted.at(-1)]) {
    if (!Number.isFinite(end)) {
      throw new LerlError("statistics.not-finite", `A score is ${end}; only finite scores can be aggregated.`);
    }
  }
  return sorted;
}

/**
 * The mean, or the interquartile mean: that of the scores without the floor(n / 4) lowest and highest, as robust as the
 * median nearly, and less uncertain than it.
 */
export function aggregate(scores: Iterable<number>, statistic: Statistic): number {
  const sorted = sortedScores(scores);
  const cut = Math.floor(sorted.length * trims[statistic]);
  return meanOf(sorted.subarray(cut, sorted.length - cut));
}

export function mean(scores: Iterable<number>): number {
  return aggregate(scores, "mean");
}

export function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The quantile of ascending values, linear between neighbours. */
export function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (position - below);
}

/**
 * P(first > second) for two scores drawn at random, ties counting half: the Mann-Whitney statistic U / (n m). 0.5 says
 * neither is better.
 */
export function probabilityOfImprovement(first: Iterable<number>, second: Iterable<number>): number {
  const x = sortedScores(first);
  const y = sortedScores(second);
  let below = 0;
  let upTo = 0;
  let wins = 0;
  for (const score of x) {
    while (below < y.length && (y[below] as number) < score) below++;
    while (upTo < y.length && (y[upTo] as number) <= score) upTo++;
    wins += (below + upTo) / 2;
  }
  return wins / (x.length * y.length);
}

/**
 * (score - random) / (oracle - random), all measured on the same users and click uniforms; it may leave [0, 1].
 * Undefined where oracle and random agree: then there is nothing to normalise by.
 */
export function normalisedScore(score: number, random: number, oracle: number): number | undefined {
  return oracle === random ? undefined : (score - random) / (oracle - random);
}

/** For example `12.284 [11.902, 12.651]`; a single score has no interval: `12.284 (one run)`. */
export function formatEstimate(estimate: Estimate, digits = 3): string {
  const value = formatNumber(estimate.value, digits);
  if (estimate.n === 1) return `${value} (one run)`;
  return `${value} ${formatInterval(estimate, digits)}`;
}

/** For example `[11.902, 12.651]`. */
export function formatInterval({ low, high }: Pick<Estimate, "low" | "high">, digits = 3): string {
  return `[${formatNumber(low, digits)}, ${formatNumber(high, digits)}]`;
}

/** Fixed digits, and no minus sign in front of a zero. */
export function formatNumber(value: number, digits = 3): string {
  const text = value.toFixed(digits);
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
}
