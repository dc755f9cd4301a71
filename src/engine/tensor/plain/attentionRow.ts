/** Attention as formulas: one query and one head at a time, over plain arrays. Offsets count floats. */
import { exp } from "../../math/elementary.ts";

/** Rows of a matrix in `values`, from `offset` on, `ld` apart. */
export interface Rows {
  readonly values: Float32Array;
  readonly offset: number;
  readonly ld: number;
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

/** out[o] = sum over the first `limit` keys j of softmax(q[i] . k / sqrt(dim))_j v[j]. */
export function attendOne(dim: number, limit: number, q: Rows, i: number, k: Rows, v: Rows, out: Rows): Stats {
  const scores = Array.from({ length: limit }, (_, j) => dot(dim, q, i, k, j) / Math.sqrt(dim));
  const top = scores.reduce((a, b) => Math.max(a, b));
  const weights = scores.map((score) => exp(score - top));
  const inverse = 1 / weights.reduce((a, b) => a + b);
  clear(dim, out, i);
  for (const [j, weight] of weights.entries()) add(dim, weight * inverse, v, j, out, i);
  return { top: top * Math.LOG2E, inverse };
}

/** Gradient of attendOne: overwrites dq[i], adds to the first `limit` rows of dk and dv. */
export function attendOneBackward(
  dim: number,
  limit: number,
  i: number,
  forward: { readonly q: Rows; readonly k: Rows; readonly v: Rows; readonly out: Rows; readonly stats: Stats },
  dout: Rows,
  dq: Rows,
  dk: Rows,
  dv: Rows,
): void {
  const { q, k, v, out, stats } = forward;
  const scale = 1 / Math.sqrt(dim);
  const delta = dot(dim, dout, i, out, i);
  clear(dim, dq, i);
  for (let j = 0; j < limit; j++) {
    const probability = exp(dot(dim, q, i, k, j) * scale - stats.top / Math.LOG2E) * stats.inverse;
    const dscore = probability * (dot(dim, dout, i, v, j) - delta) * scale;
    add(dim, dscore, k, j, dq, i);
    add(dim, dscore, q, i, dk, j);
    add(dim, probability, dout, i, dv, j);
  }
}
