/**
 * Causal multi-head attention, head by head, a block of queries at a time: scores = Q K^T as a product with the transposed
 * keys, a softmax of each row, then P V. Keys beyond a row's limit get probability exactly 0, so blocks may
 * reach past it without changing a bit.
 */
import { exp4 } from "./elementary";
import { product, productT, transpose } from "./gemm";
import { dot, scaled, sum4 } from "./lanes";
import { scratch, scratchBytes } from "./scratch";

/** Queries per block: their probabilities over a few hundred keys stay in the first-level cache. */
const BLOCK: i32 = 16;

// @ts-ignore: decorator
@inline
function padded(keys: i32): i32 {
  return (keys + 7) & ~7;
}

/** All bits set in the lanes whose key j + lane is below `limit`. */
// @ts-ignore: decorator
@inline
function below(j: i32, limit: i32): v128 {
  return i32x4.lt_s(i32x4.add(i32x4.splat(j), i32x4(0, 1, 2, 3)), i32x4.splat(limit));
}

/** Turns scores [width] into exp(scale score - max) for the first `limit`, 0 for the rest; stores max and 1 / sum. */
// @ts-ignore: decorator
@inline
function softmaxRow(row: usize, limit: i32, width: i32, scale: f32, stats: usize): void {
  const scale4 = f32x4.splat(scale);
  const none = f32x4.splat(-Infinity);
  let most = none;
  let j: i32 = 0;
  for (; j + 4 <= limit; j += 4) most = f32x4.pmax(most, f32x4.mul(v128.load(row + ((<usize>j) << 2)), scale4));
  if (j < limit) {
    const s = f32x4.mul(v128.load(row + ((<usize>j) << 2)), scale4);
    most = f32x4.pmax(most, v128.bitselect(s, none, below(j, limit)));
  }
  const a = max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1));
  const b = max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3));
  const top = max(a, b);
  const top4 = f32x4.splat(top);
  let sum = f32x4.splat(0);
  for (j = 0; j + 4 <= limit; j += 4) {
    const at = row + ((<usize>j) << 2);
    const e = exp4(f32x4.sub(f32x4.mul(v128.load(at), scale4), top4));
    sum = f32x4.add(sum, e);
    v128.store(at, e);
  }
  if (j < limit) {
    const at = row + ((<usize>j) << 2);
    const e = v128.and(exp4(f32x4.sub(f32x4.mul(v128.load(at), scale4), top4)), below(j, limit));
    sum = f32x4.add(sum, e);
    v128.store(at, e);
    j += 4;
  }
  for (; j < width; j += 4) v128.store(row + ((<usize>j) << 2), f32x4.splat(0));
  store<f32>(stats, top);
  store<f32>(stats, 1 / sum4(sum), 4);
}

/**
 * One head of one block: `rows` queries against transposed keys [headDim, ldk]; query r sees load(limits + 4 r) keys, or
 * `limit` + r where `limits` is 0.
 */
// @ts-ignore: decorator
@inline
function attendBlock(
  rows: i32, headDim: i32, scale: f32, q: usize, ldq: usize, keysT: usize, ldk: usize, v: usize, ldv: usize,
  limits: usize, limit: i32, p: usize, ldp: usize, out: usize, ldo: usize, stats: usize, statsStep: usize,
): void {
  const last = limits ? load<i32>(limits + ((<usize>(rows - 1)) << 2)) : limit + rows - 1;
  const width = padded(last);
  product(rows, width, headDim, q, ldq, keysT, ldk, p, ldp, 0, 0, false);
  for (let r: i32 = 0; r < rows; r++) {
    const own = limits ? load<i32>(limits + ((<usize>r) << 2)) : limit + r;
    softmaxRow(p + <usize>r * ldp, own, width, scale, stats + <usize>r * statsStep);
  }
  product(rows, headDim, last, p, ldp, v, ldv, out, ldo, 0, 0, false);
  for (let r: i32 = 0; r < rows; r++) {
    const row = out + <usize>r * ldo;
    scaled(headDim, load<f32>(stats + <usize>r * statsStep, 4), row, row);
  }
}

/** Transposes the keys (or values) of one head and clears the padding. */
// @ts-ignore: decorator
@inline
function transposeHead(keys: i32, headDim: i32, x: usize, ldx: usize, y: usize, ldy: usize): void {
  transpose(keys, headDim, x, ldx, y, ldy);
  for (let d: i32 = 0; d < headDim; d++) {
    for (let j = (<usize>keys) << 2; j < ldy; j += 4) store<f32>(y + <usize>d * ldy + j, 0);
  }
}

/** Bytes of a matrix of `rows` rows over `keys` keys. */
// @ts-ignore: decorator
@inline
function overKeys(rows: i32, keys: i32): usize {
  return ((<usize>rows) * <usize>padded(keys)) << 2;
}

export function attention(
  count: i32, segments: usize, limits: usize, heads: i32, headDim: i32, q: usize, ldq: i32, k: usize, ldk: i32, v: usize, ldv: i32,
  out: usize, ldo: i32, stats: usize,
): void {
  const scale: f32 = 1 / sqrt(<f32>headDim);
  const sq = (<usize>ldq) << 2, sk = (<usize>ldk) << 2, sv = (<usize>ldv) << 2, so = (<usize>ldo) << 2;
  const statsStep = (<usize>heads) << 3;
  for (let s: i32 = 0; s < count; s++, segments += 16) {
    const keyStart = <usize>load<i32>(segments), keys = load<i32>(segments, 4);
    const queryStart = load<i32>(segments, 8), queries = load<i32>(segments, 12);
    const keysT = scratch, p = keysT + overKeys(headDim, keys);
    if (p + overKeys(BLOCK, keys) > scratch + <usize>scratchBytes) unreachable();
    const ldp = overKeys(1, keys);
    for (let h: i32 = 0; h < heads; h++) {
      const o = (<usize>(h * headDim)) << 2;
      transposeHead(keys, headDim, k + keyStart * sk + o, sk, keysT, ldp);
      for (let i: i32 = 0; i < queries; i += BLOCK) {
        const row = <usize>(queryStart + i);
        attendBlock(
          min(BLOCK, queries - i), headDim, scale, q + row * sq + o, sq, keysT, ldp, v + keyStart * sv + o, sv,
          limits + (row << 2), 0, p, ldp, out + row * so + o, so, stats + row * statsStep + ((<usize>h) << 3), statsStep,
        );
      }
    }
  }
}

export function attentionExtend(
  keyCache: usize, valueCache: usize, capacity: i32, position: i32, tokens: i32, queries: i32, heads: i32, headDim: i32,
  q: usize, ldq: i32, k: usize, ldk: i32, v: usize, ldv: i32, out: usize, ldo: i32,
): void {
  const scale: f32 = 1 / sqrt(<f32>headDim);
  const width = heads * headDim;
  const sq = (<usize>ldq) << 2, so = (<usize>ldo) << 2, sc = (<usize>capacity) << 2, sw = (<usize>width) << 2;
  const stats = scratch, p = scratch + 256;
  const ldp = overKeys(1, position + tokens);
  if (position + tokens > capacity || p + overKeys(BLOCK, capacity) > scratch + <usize>scratchBytes) unreachable();
  transpose(tokens, width, k, (<usize>ldk) << 2, keyCache + ((<usize>position) << 2), sc);
  for (let t: i32 = 0; t < tokens; t++) {
    memory.copy(valueCache + <usize>(position + t) * sw, v + <usize>t * ((<usize>ldv) << 2), sw);
  }
  const first = position + tokens - queries + 1;
  for (let h: i32 = 0; h < heads; h++) {
    const o = (<usize>(h * headDim)) << 2;
    for (let i: i32 = 0; i < queries; i += BLOCK) {
      attendBlock(
        min(BLOCK, queries - i), headDim, scale, q + <usize>i * sq + o, sq, keyCache + <usize>(h * headDim) * sc, sc,
        valueCache + o, sw, 0, first + i, p, ldp, out + <usize>i * so + o, so, stats, 8,
      );
    }
  }
}

/** Scores and d probabilities of a row become probabilities and scale * d scores. */
// @ts-ignore: decorator
@inline
function softmaxRowBackward(p: usize, d: usize, limit: i32, width: i32, scale: f32, stats: usize, delta: f32): void {
  const scale4 = f32x4.splat(scale), top4 = f32x4.splat(load<f32>(stats)), inverse4 = f32x4.splat(load<f32>(stats, 4));
  const delta4 = f32x4.splat(delta);
  let j: i32 = 0;
  for (; j < limit; j += 4) {
    const o = (<usize>j) << 2;
    const e = f32x4.mul(exp4(f32x4.sub(f32x4.mul(v128.load(p + o), scale4), top4)), inverse4);
    const probability = v128.and(e, below(j, limit));
    const ds = f32x4.mul(f32x4.mul(probability, f32x4.sub(v128.load(d + o), delta4)), scale4);
    v128.store(p + o, probability);
    v128.store(d + o, ds);
  }
  for (; j < width; j += 4) {
    const o = (<usize>j) << 2;
    v128.store(p + o, f32x4.splat(0));
    v128.store(d + o, f32x4.splat(0));
  }
}

export function attentionBackward(
  count: i32, segments: usize, limits: usize, heads: i32, headDim: i32, q: usize, ldq: i32, k: usize, ldk: i32, v: usize, ldv: i32,
  out: usize, ldo: i32, stats: usize, dout: usize, lddo: i32, dq: usize, lddq: i32, dk: usize, lddk: i32, dv: usize, lddv: i32,
): void {
  const scale: f32 = 1 / sqrt(<f32>headDim);
  const sq = (<usize>ldq) << 2, sk = (<usize>ldk) << 2, sv = (<usize>ldv) << 2, so = (<usize>ldo) << 2;
  const sdo = (<usize>lddo) << 2, sdq = (<usize>lddq) << 2, sdk = (<usize>lddk) << 2, sdv = (<usize>lddv) << 2;
  for (let s: i32 = 0; s < count; s++, segments += 16) {
    const keyStart = <usize>load<i32>(segments), keys = load<i32>(segments, 4);
    const queryStart = load<i32>(segments, 8), queries = load<i32>(segments, 12);
    const keysT = scratch, valuesT = keysT + overKeys(headDim, keys), p = valuesT + overKeys(headDim, keys);
    const d = p + overKeys(BLOCK, keys);
    if (d + overKeys(BLOCK, keys) > scratch + <usize>scratchBytes) unreachable();
    const ldp = overKeys(1, keys);
    for (let h: i32 = 0; h < heads; h++) {
      const o = (<usize>(h * headDim)) << 2;
      const ownK = k + keyStart * sk + o, ownDk = dk + keyStart * sdk + o, ownDv = dv + keyStart * sdv + o;
      transposeHead(keys, headDim, ownK, sk, keysT, ldp);
      transposeHead(keys, headDim, v + keyStart * sv + o, sv, valuesT, ldp);
      for (let j: usize = 0; j < <usize>keys; j++) {
        memory.fill(ownDk + j * sdk, 0, (<usize>headDim) << 2);
        memory.fill(ownDv + j * sdv, 0, (<usize>headDim) << 2);
      }
      for (let i: i32 = 0; i < queries; i += BLOCK) {
        const rows = min(BLOCK, queries - i);
        const row = <usize>(queryStart + i);
        const ownQ = q + row * sq + o, ownDout = dout + row * sdo + o;
        const last = load<i32>(limits + ((row + <usize>rows - 1) << 2)), width = padded(last);
        product(rows, width, headDim, ownQ, sq, keysT, ldp, p, ldp, 0, 0, false);
        product(rows, width, headDim, ownDout, sdo, valuesT, ldp, d, ldp, 0, 0, false);
        for (let r: usize = 0; r < <usize>rows; r++) {
          const delta = dot(headDim, ownDout + r * sdo, out + (row + r) * so + o);
          const own = stats + (((row + r) * <usize>heads + <usize>h) << 3);
          softmaxRowBackward(p + r * ldp, d + r * ldp, load<i32>(limits + ((row + r) << 2)), width, scale, own, delta);
        }
        product(rows, headDim, last, d, ldp, ownK, sk, dq + row * sdq + o, sdq, 0, 0, false);
        productT(last, headDim, rows, p, ldp, ownDout, sdo, ownDv, sdv, 1);
        productT(last, headDim, rows, d, ldp, ownQ, sq, ownDk, sdk, 1);
      }
    }
  }
}
