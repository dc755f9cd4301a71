/** Student's t distribution and the normal one, as far as 95 % intervals need them; the same bits on every machine. */
import { exp, log } from "../math/elementary.ts";
import { meanOf } from "./statistics.ts";

/** How often an interval is to cover what it estimates. */
const CONFIDENCE = 0.95;
const CELLS = 4096;
const quantiles = new Map<number, number>();

/**
 * The value that |T| stays below with probability 0.95, relative error below 1e-4 for up to 10,000 degrees of freedom.
 * With t = sqrt(freedom) tan(a), the density of a is in proportion to cos(a)^(freedom - 1); it is added up over
 * w = tan(a / 2) in [0, 1], where cosine and tangent are fractions of w.
 *
 * @param freedom degrees of freedom, at least 1
 */
export function studentQuantile(freedom: number): number {
  const known = quantiles.get(freedom) ?? addedUp(freedom);
  quantiles.set(freedom, known);
  return known;
}

function addedUp(freedom: number): number {
  const sums = new Float64Array(CELLS + 1);
  for (let i = 0; i < CELLS; i++) {
    const squared = ((i + 0.5) / CELLS) ** 2;
    const cosine = (1 - squared) / (1 + squared);
    sums[i + 1] = (sums[i] as number) + exp((freedom - 1) * log(cosine)) / (1 + squared);
  }
  const wanted = CONFIDENCE * (sums[CELLS] as number);
  const cell = sums.findIndex((sum) => sum >= wanted) - 1;
  const below = sums[cell] as number;
  const w = (cell + (wanted - below) / ((sums[cell + 1] as number) - below)) / CELLS;
  return (Math.sqrt(freedom) * 2 * w) / (1 - w * w);
}

/** P(Z > z) of a standard normal Z, for z >= 0; absolute error below 1e-6. */
export function normalTail(z: number): number {
  const cells = 400;
  const width = z / cells;
  let sum = 0;
  for (let i = 0; i < cells; i++) sum += exp(-((width * (i + 0.5)) ** 2) / 2);
  return 0.5 - (sum * width) / Math.sqrt(2 * Math.PI);
}

/** Half the 95 % interval of a mean of two or more scores: t s / sqrt(n). */
export function meanHalfWidth(scores: Float64Array): number {
  const n = scores.length;
  const mean = meanOf(scores);
  let squares = 0;
  for (const score of scores) squares += (score - mean) ** 2;
  return studentQuantile(n - 1) * Math.sqrt(squares / (n - 1) / n);
}
