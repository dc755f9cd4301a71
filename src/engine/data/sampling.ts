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

/** Draws between two pauses of what is drawn in a generator: some ten milliseconds. */
const PAUSE_DRAWS = 1 << 16;

/** Normal draws with mean 0. */
export function* normals(length: number, spread: number, random: RandomStream): Generator<undefined, Float32Array> {
  const draws = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    draws[i] = spread * random.normal();
    if (i % PAUSE_DRAWS === PAUSE_DRAWS - 1) yield;
  }
  return draws;
}
