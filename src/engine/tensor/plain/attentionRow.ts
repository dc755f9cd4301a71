/** Attention as formulas: one query and one head at a time, over plain arrays. Offsets count floats. */
import { exp } from "../../math/elementary.ts";

/** Rows of a matrix in `values`, from `offset` on, `ld` apart. */
export interface Rows {
  readonly values: Float32Array;
  readonly offset: number;
  readonly ld: number;
}

/** One head of attention's matrices, or of their gradients. */
export interface HeadRows {
  /** [queries, dim] */
  readonly q: Rows;
  /** [keys, dim] */
  readonly k: Rows;
  /** [keys, dim] */
  readonly v: Rows;
  /** [queries, dim] */
  readonly out: Rows;
}

export interface Stats {
  /** Largest scaled score, in units of ln 2. */
  readonly top: number;
  /** 1 / sum of exponentials. */
  readonly inverse: number;
}

const dot = (n: number, x: Rows, i: number, y: Rows, j: number): number => {
  let sum = 0;
  for (let c = 0; c < n; c++) {
    sum += (x.values[x.offset + i * x.ld + c] as number) * (y.values[y.offset + j * y.ld + c] as number);
  }
  return sum;
};

const add = (n: number, a: number, x: Rows, i: number, y: Rows, j: number): void => {
  for (let c = 0; c < n; c++) {
    const at = y.offset + j * y.ld + c;
    y.values[at] = (y.values[at] as number) + a * (x.values[x.offset + i * x.ld + c] as number);
  }
};

const clear = (n: number, x: Rows, i: number): void => {
  x.values.fill(0, x.offset + i * x.ld, x.offset + i * x.ld + n);
};

/** out[i] = sum over the first `limit` keys j of softmax(q[i] . k / sqrt(dim))_j v[j]. */
export function attendOne(dim: number, limit: number, i: number, { q, k, v, out }: HeadRows): Stats {
  const scores = Array.from({ length: limit }, (_, j) => dot(dim, q, i, k, j) / Math.sqrt(dim));
  const top = scores.reduce((a, b) => Math.max(a, b));
  const weights = scores.map((score) => exp(score - top));
  const inverse = 1 / weights.reduce((a, b) => a + b);
  clear(dim, out, i);
  for (const [j, weight] of weights.entries()) add(dim, weight * inverse, v, j, out, i);
  return { top: top * Math.LOG2E, inverse };
}

/** Gradient of attendOne, from d.out[i]: overwrites d.q[i], adds to the first `limit` rows of d.k and d.v. */
export function attendOneBackward(
  dim: number,
  limit: number,
  i: number,
  { q, k, v, out }: HeadRows,
  stats: Stats,
  d: HeadRows,
): void {
  const scale = 1 / Math.sqrt(dim);
  const delta = dot(dim, d.out, i, out, i);
  clear(dim, d.q, i);
  for (let j = 0; j < limit; j++) {
    const probability = exp(dot(dim, q, i, k, j) * scale - stats.top / Math.LOG2E) * stats.inverse;
    const dscore = probability * (dot(dim, d.out, i, v, j) - delta) * scale;
    add(dim, dscore, k, j, d.q, i);
    add(dim, dscore, q, i, d.k, j);
    add(dim, probability, d.out, i, d.v, j);
  }
}
