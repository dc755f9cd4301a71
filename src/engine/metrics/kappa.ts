/** Agreement of two raters beyond chance: Cohen 1960, "A coefficient of agreement for nominal scales". */
import { LerlError } from "../errors.ts";

export interface Agreement {
  /** Things that both have rated. */
  readonly n: number;
  /** Share on which they agree. */
  readonly observed: number;
  /** Share on which they would by chance, from how often each gives each rating. */
  readonly expected: number;
  /** (observed - expected) / (1 - expected); undefined where both give one and the same rating only. */
  readonly kappa: number | undefined;
}

/**
 * @param first, second ratings of the same things, in the same order
 * @throws LerlError `statistics.empty`, `statistics.unpaired`
 */
export function cohensKappa(first: readonly string[], second: readonly string[]): Agreement {
  if (first.length !== second.length) {
    throw new LerlError("statistics.unpaired", `${first.length} ratings and ${second.length} do not pair up.`);
  }
  const n = first.length;
  if (n === 0) throw new LerlError("statistics.empty", "There are no ratings to compare.");
  const share = (ratings: readonly string[], rating: string): number =>
    ratings.filter((given) => given === rating).length / n;
  const observed = first.filter((rating, i) => rating === second[i]).length / n;
  const ratings = [...new Set(first)];
  const expected = ratings.reduce((sum, rating) => sum + share(first, rating) * share(second, rating), 0);
  // Sums of shares are exact only nearly.
  const chance = 1 - expected;
  return { n, observed, expected, kappa: chance < 1e-12 ? undefined : (observed - expected) / chance };
}
