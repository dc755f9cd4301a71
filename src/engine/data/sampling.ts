/** Draws that generating data needs. */
import type { RandomStream } from "../math/random.ts";

/** Running sums of weights, for `draw`. */
export function cumulate(weights: readonly number[]): Float64Array {
  const sums = new Float64Array(weights.length);
  let sum = 0;
  weights.forEach((weight, i) => {
    sum += weight;
    sums[i] = sum;
  });
  return sums;
}

/** An index with probability proportional to its weight. */
export function draw(cumulative: Float64Array, random: RandomStream): number {
  const target = random.uniform() * (cumulative[cumulative.length - 1] as number);
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cumulative[middle] as number) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * A random order of n things as places (0.5 / n, 1.5 / n, ...) in [0, 1): uniform, but spread evenly, so that a small
 * sample has the distribution of a large one.
 */
export function places(n: number, random: RandomStream): Float64Array {
  const ranks = Int32Array.from({ length: n }, (_, i) => i);
  random.shuffle<number>(ranks);
  return Float64Array.from(ranks, (rank) => (rank + 0.5) / n);
}

/** Normal draws with mean 0. */
export function normals(length: number, spread: number, random: RandomStream): Float32Array {
  return Float32Array.from({ length }, () => spread * random.normal());
}
