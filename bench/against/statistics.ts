/** What pairs of measurements say about two sides. */

/** Where the ratio of a line may lie. */
export interface Spread {
  /** Median of the ratios of the pairs. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** How often an interval made this way misses the true median. */
  readonly missed: number;
}

export type Verdict = "better" | "worse" | "no difference seen" | "too few rounds";

const ALLOWED_MISS = 0.05;
/** Five rounds miss 1 time in 16: fewer show a difference too often where there is none. */
export const TOO_OFTEN = 0.1;

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const half = Math.floor(sorted.length / 2);
  const [below, at] = [sorted[half - 1] ?? Number.NaN, sorted[half] ?? Number.NaN];
  return sorted.length % 2 === 1 ? at : (below + at) / 2;
}

/** new / old, pair by pair: both of a pair met the same machine. */
export const ratios = (olds: readonly number[], news: readonly number[]): number[] =>
  news.map((value, i) => value / (olds[i] ?? Number.NaN));

/**
 * An interval for the median without a guess at the distribution: from the k-th smallest ratio to the k-th largest, which
 * misses where fewer than k of n fall on one side of the median, as n coins would. Up to 8 pairs that is the smallest to the largest.
 */
export function spread(pairRatios: readonly number[]): Spread {
  const sorted = ascending(pairRatios);
  const n = sorted.length;
  let rank = 1;
  while (missChance(n, rank + 1) <= ALLOWED_MISS) rank++;
  return {
    ratio: median(sorted),
    low: sorted[rank - 1] ?? Number.NaN,
    high: sorted[n - rank] ?? Number.NaN,
    missed: missChance(n, rank),
  };
}

/** 2 P(fewer than `rank` heads of n coins). */
function missChance(n: number, rank: number): number {
  let [term, sum] = [0.5 ** n, 0];
  for (let heads = 0; heads < rank; heads++) {
    sum += term;
    term *= (n - heads) / (heads + 1);
  }
  return Math.min(1, 2 * sum);
}

export function verdict({ low, high, missed }: Spread, lessIsBetter: boolean): Verdict {
  if (!(low > 1 || high < 1)) return "no difference seen";
  if (missed > TOO_OFTEN) return "too few rounds";
  return low > 1 === lessIsBetter ? "worse" : "better";
}

/** The sides of a round, in turn: old new, new old, old new ... so that neither is always the second. */
export const orderOf = (round: number): readonly ["old", "new"] | readonly ["new", "old"] =>
  round % 2 === 0 ? ["old", "new"] : ["new", "old"];
