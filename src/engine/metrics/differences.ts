/**
 * One configuration against another, with 95 % intervals (section 13). Results depend on the scores, never on the order
 * of seeds or sessions.
 */
import { LerlError } from "../errors.ts";
import { type Estimate, mean, meanOf, probabilityOfImprovement, sortedScores } from "./statistics.ts";
import { meanHalfWidth } from "./studentT.ts";

/** [seed][session]: scores of the same sessions for each seed. */
export type SessionScores = readonly (readonly number[])[];

/**
 * The mean of first - second, paired by seed and session. Seeds and sessions are crossed: each session is met once by
 * every seed, so a difference is mean + what the seed adds + what the session adds + noise. The variance of the mean of
 * S seeds and J sessions is a + b - e: a that of the seeds' means / S, b that of the sessions' means / J, e the noise that
 * both hold, the variance of what neither seed nor session explains / (S J). The half-widths t(S - 1) sqrt(a) and
 * t(J - 1) sqrt(b - e) are added as squares (Zou and Donner 2008, "Construction of confidence limits about effect
 * measures").
 *
 * With one seed it covers sessions only, with one session seeds only.
 *
 * @returns `n`: pairs of sessions over all seeds
 * @throws LerlError `statistics.unpaired`, `statistics.empty`, `statistics.not-finite`
 */
export function pairedDifference(first: SessionScores, second: SessionScores): Estimate {
  const differences = differencesOf(first, second);
  const seedMeans = sortedScores(differences.map(mean));
  const sessions = differences[0]?.length ?? 0;
  const column = (j: number) => mean(differences.map((row) => row[j] as number));
  const sessionMeans = sortedScores(Array.from({ length: sessions }, (_, j) => column(j)));
  const value = meanOf(seedMeans);
  const n = differences.length * sessions;
  const ofSeeds = seedMeans.length > 1 ? meanHalfWidth(seedMeans) ** 2 : 0;
  const ofSessions = sessions > 1 ? meanHalfWidth(sessionMeans) ** 2 : 0;
  const noise = noiseShare(differences, seedMeans, sessionMeans);
  const half = Math.sqrt(ofSeeds + ofSessions * (1 - noise));
  return { value, low: value - half, high: value + half, n };
}

/** e / b above, at most 1: the share of noise in the spread of the sessions' means; 0 with one seed, where nothing tells. */
function noiseShare(differences: SessionScores, seedMeans: Float64Array, sessionMeans: Float64Array): number {
  const seeds = seedMeans.length;
  const all = squaresAround(differences.flat());
  const rows = sessionMeans.length * squaresAround(seedMeans);
  const columns = seeds * squaresAround(sessionMeans);
  // e = left / ((S - 1) (J - 1) S J) and b = columns / ((J - 1) S J).
  const left = Math.max(0, all - rows - columns);
  return seeds === 1 || columns === 0 ? 0 : Math.min(1, left / ((seeds - 1) * columns));
}

function squaresAround(values: Iterable<number>): number {
  const sorted = sortedScores(values);
  const middle = meanOf(sorted);
  let sum = 0;
  for (const value of sorted) sum += (value - middle) ** 2;
  return sum;
}

function differencesOf(first: SessionScores, second: SessionScores): SessionScores {
  if (first.length !== second.length) throw unpaired(`there are ${first.length} and ${second.length} seeds`);
  const sessions = first[0]?.length;
  return first.map((scores, seed) => {
    const others = second[seed] ?? [];
    if (scores.length !== others.length || scores.length !== sessions) {
      throw unpaired(`seed ${seed + 1} has ${scores.length} and ${others.length} scores`);
    }
    return scores.map((score, i) => score - (others[i] as number));
  });
}

/**
 * The mean of first less that of second, where nothing pairs: the half-widths of two means of two or more scores, added
 * as squares.
 */
export function unpairedDifference(first: readonly number[], second: readonly number[]): Estimate {
  const sides = [first, second].map(sortedScores) as [Float64Array, Float64Array];
  const value = meanOf(sides[0]) - meanOf(sides[1]);
  const half = Math.sqrt(meanHalfWidth(sides[0]) ** 2 + meanHalfWidth(sides[1]) ** 2);
  return { value, low: value - half, high: value + half, n: Math.min(first.length, second.length) };
}

/** The normal value whose 95 % interval it is. */
const NORMAL = 1.959963984540054;
const BISECTIONS = 50;

/**
 * P(first > second) with the score-type interval of Newcombe 2006, "Confidence intervals for an effect size measure based
 * on the Mann-Whitney statistic. Part 2", method 5: all p with (observed - p)^2 <= z^2 V(p), where
 * V(p) = p (1 - p) (1 + N ((1 - p) / (2 - p) + p / (1 + p))) / (n m) and N = (n + m) / 2 - 1. It has width also where
 * every score of one side is above all of the other.
 */
export function improvementEstimate(first: readonly number[], second: readonly number[]): Estimate {
  const value = probabilityOfImprovement(first, second);
  const [n, m] = [first.length, second.length];
  const others = (n + m) / 2 - 1;
  const variance = (p: number) => (p * (1 - p) * (1 + others * ((1 - p) / (2 - p) + p / (1 + p)))) / (n * m);
  const isInside = (p: number) => (value - p) ** 2 <= NORMAL ** 2 * variance(p);
  const end = (outermost: number) => {
    let [outside, inside] = [outermost, value];
    for (let i = 0; i < BISECTIONS; i++) {
      const middle = (outside + inside) / 2;
      if (isInside(middle)) inside = middle;
      else outside = middle;
    }
    return inside;
  };
  return { value, low: end(0), high: end(1), n: Math.min(n, m) };
}

function unpaired(what: string): LerlError {
  return new LerlError("statistics.unpaired", `The two policies cannot be compared: ${what} on the two sides.`);
}
