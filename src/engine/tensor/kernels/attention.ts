/**
 * Causal multi-head attention, head by head, a block of queries at a time: scores = Q K^T as a product with the transposed
 * keys, a softmax of each row, then P V. Keys beyond a row's limit get probability exactly 0, so blocks may
 * reach past it without changing a bit.
 */
import { exp2x4 } from "./elementary";
import { product, productT, transpose } from "./gemm";
import { dot, scaled, sum4 } from "./lanes";
import { scratch, scratchBytes } from "./scratch";

/** Queries that share a product: the rows of a register tile, so that little is computed beyond the diagonal. */
const GROUP: i32 = 4;

/** Queries whose gradients go to keys and values together: enough to keep those in registers for a while. */
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

/** 1 / ln 2: e^x = 2^(x LOG2_E). */
const LOG2_E: f32 = 1.44269504;

/** Scores times this are exponents of 2. */
// @ts-ignore: decorator
@inline
function powerOf(headDim: i32): f32 {
  return LOG2_E / sqrt(<f32>headDim);
}

/** Turns scores [width] into 2^(power score - top) for the first `limit`, 0 for the rest; stores top and 1 / sum. */
// @ts-ignore: decorator
@inline
function softmaxRow(row: usize, limit: i32, width: i32, power: f32, stats: usize): void {
  const power4 = f32x4.splat(power);
  let most = f32x4.splat(-Infinity);
  let j: i32 = 0;
  // Two maxima, as each step waits for the one before.
  let other = most;
  for (; j + 8 <= limit; j += 8) {
    const at = row + ((<usize>j) << 2);
    most = f32x4.pmax(most, v128.load(at));
    other = f32x4.pmax(other, v128.load(at, 16));
  }
  most = f32x4.pmax(most, other);
  for (; j + 4 <= limit; j += 4) most = f32x4.pmax(most, v128.load(row + ((<usize>j) << 2)));
  if (j < limit) {
    const s = v128.load(row + ((<usize>j) << 2));
    most = f32x4.pmax(most, v128.bitselect(s, most, below(j, limit)));
  }
  const a = max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1));
  const b = max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3));
  const top = max(a, b) * power;
  const top4 = f32x4.splat(top);
  let sum = f32x4.splat(0);
  for (j = 0; j + 4 <= limit; j += 4) {
    const at = row + ((<usize>j) << 2);
    const e = exp2x4(f32x4.sub(f32x4.mul(v128.load(at), power4), top4));
    sum = f32x4.add(sum, e);
    v128.store(at, e);
  }
  if (j < limit) {
    const at = row + ((<usize>j) << 2);
    const e = v128.and(exp2x4(f32x4.sub(f32x4.mul(v128.load(at), power4), top4)), below(j, limit));
    sum = f32x4.add(sum, e);
    v128.store(at, e);
    j += 4;
  }
  for (; j < width; j += 4) v128.store(row + ((<usize>j) << 2), f32x4.splat(0));
  store<f32>(stats, top);
  store<f32>(stats, 1 / sum4(sum), 4);
}

/**
 * One head of one group: `rows` queries against transposed keys [headDim, ldk]; query r sees load(limits + 4 r) keys, or
 * `limit` + r where `limits` is 0.
 */
// @ts-ignore: decorator
@inline
function attendGroup(
  rows: i32, headDim: i32, power: f32, q: usize, ldq: usize, keysT: usize, ldk: usize, v: usize, ldv: usize,
  limits: usize, limit: i32, p: usize, ldp: usize, out: usize, ldo: usize, stats: usize, statsStep: usize,
): void {
  const last = limits ? load<i32>(limits + ((<usize>(rows - 1)) << 2)) : limit + rows - 1;
  const width = padded(last);
  product(rows, width, headDim, q, ldq, keysT, ldk, p, ldp);
  for (let r: i32 = 0; r < rows; r++) {
    const own = limits ? load<i32>(limits + ((<usize>r) << 2)) : limit + r;
    softmaxRow(p + <usize>r * ldp, own, width, power, stats + <usize>r * statsStep);
  }
  product(rows, headDim, last, p, ldp, v, ldv, out, ldo);
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

// The order of the operands is that of ../operands.ts.

export function attention(
  count: i32, segments: usize, // int32 [count, 4]: first key row, keys, first query row, queries
  limits: usize, // int32 [queries]: keys that a query sees
  heads: i32, headDim: i32,
  q: usize, ldq: i32, // [queries, heads headDim]
  k: usize, ldk: i32, // [keys, heads headDim]
  v: usize, ldv: i32, // [keys, heads headDim]
  out: usize, ldo: i32, // [queries, heads headDim]
  stats: usize, // [queries, heads, 2]
): void {
  const power = powerOf(headDim);
  const sq = (<usize>ldq) << 2, sk = (<usize>ldk) << 2, sv = (<usize>ldv) << 2, so = (<usize>ldo) << 2;
  const statsStep = (<usize>heads) << 3;
  for (let s: i32 = 0; s < count; s++, segments += 16) {
    const keyStart = <usize>load<i32>(segments), keys = load<i32>(segments, 4);
    const queryStart = load<i32>(segments, 8), queries = load<i32>(segments, 12);
    const keysT = scratch, p = keysT + overKeys(headDim, keys);
    if (p + overKeys(GROUP, keys) > scratch + <usize>scratchBytes) unreachable();
    const ldp = overKeys(1, keys);
    for (let h: i32 = 0; h < heads; h++) {
      const o = (<usize>(h * headDim)) << 2;
      transposeHead(keys, headDim, k + keyStart * sk + o, sk, keysT, ldp);
      for (let i: i32 = 0; i < queries; i += GROUP) {
        const row = <usize>(queryStart + i);
        attendGroup(
          min(GROUP, queries - i), headDim, power, q + row * sq + o, sq, keysT, ldp, v + keyStart * sv + o, sv,
          limits + (row << 2), 0, p, ldp, out + row * so + o, so, stats + row * statsStep + ((<usize>h) << 3), statsStep,
        );
      }
    }
  }
}

export function attentionExtend(
  keyCache: usize, // [heads headDim, capacity]
  valueCache: usize, // [capacity, heads headDim]
  capacity: i32, position: i32, tokens: i32, queries: i32, heads: i32, headDim: i32,
  q: usize, ldq: i32, // [queries, heads headDim]
  k: usize, ldk: i32, // [tokens, heads headDim]
  v: usize, ldv: i32, // [tokens, heads headDim]
  out: usize, ldo: i32, // [queries, heads headDim]
): void {
  const power = powerOf(headDim);
  const width = heads * headDim;
  const sq = (<usize>ldq) << 2, so = (<usize>ldo) << 2, sc = (<usize>capacity) << 2, sw = (<usize>width) << 2;
  const stats = scratch, p = scratch + 256;
  const ldp = overKeys(1, position + tokens);
  if (position + tokens > capacity || p + overKeys(GROUP, capacity) > scratch + <usize>scratchBytes) unreachable();
  transpose(tokens, width, k, (<usize>ldk) << 2, keyCache + ((<usize>position) << 2), sc);
  for (let t: i32 = 0; t < tokens; t++) {
    memory.copy(valueCache + <usize>(position + t) * sw, v + <usize>t * ((<usize>ldv) << 2), sw);
  }
  const first = position + tokens - queries + 1;
  for (let h: i32 = 0; h < heads; h++) {
    const o = (<usize>(h * headDim)) << 2;
    for (let i: i32 = 0; i < queries; i += GROUP) {
      attendGroup(
        min(GROUP, queries - i), headDim, power, q + <usize>i * sq + o, sq, keyCache + <usize>(h * headDim) * sc, sc,
        valueCache + o, sw, 0, first + i, p, ldp, out + <usize>i * so + o, so, stats, 8,
      );
    }
  }
}

/**
 * Scores become probabilities; their gradients `d` become those of the scores, scaled by `scale`. Keys from `limit` to
 * `width` get 0.
 */
// @ts-ignore: decorator
@inline
function softmaxRowBackward(p: usize, d: usize, limit: i32, width: i32, scale: f32, power: f32, stats: usize, delta: f32): void {
  const power4 = f32x4.splat(power), top4 = f32x4.splat(load<f32>(stats)), inverse4 = f32x4.splat(load<f32>(stats, 4));
  const scale4 = f32x4.splat(scale), delta4 = f32x4.splat(delta);
  let j: i32 = 0;
  for (; j < limit; j += 4) {
    const o = (<usize>j) << 2;
    const e = f32x4.mul(exp2x4(f32x4.sub(f32x4.mul(v128.load(p + o), power4), top4)), inverse4);
    const ds = f32x4.mul(f32x4.mul(e, f32x4.sub(v128.load(d + o), delta4)), scale4);
    v128.store(p + o, e);
    v128.store(d + o, ds);
  }
  for (let past = limit; past < j; past++) {
    store<f32>(p + ((<usize>past) << 2), 0);
    store<f32>(d + ((<usize>past) << 2), 0);
  }
  for (; j < width; j += 4) {
    const o = (<usize>j) << 2;
    v128.store(p + o, f32x4.splat(0));
    v128.store(d + o, f32x4.splat(0));
  }
}

export function attentionBackward(
  // As of `attention`, whose results they are.
  count: i32, segments: usize, limits: usize, heads: i32, headDim: i32,
  q: usize, ldq: i32, k: usize, ldk: i32, v: usize, ldv: i32, out: usize, ldo: i32, stats: usize,
  // Gradients, shaped as what they are gradients of.
  dout: usize, lddo: i32,
  dq: usize, lddq: i32,
  dk: usize, lddk: i32,
  dv: usize, lddv: i32,
): void {
  const scale: f32 = 1 / sqrt(<f32>headDim), power = powerOf(headDim);
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
        for (let g: i32 = 0; g < rows; g += GROUP) {
          const first = row + <usize>g, count = min(GROUP, rows - g);
          const reach = load<i32>(limits + ((first + <usize>count - 1) << 2));
          const ownP = p + <usize>g * ldp, ownD = d + <usize>g * ldp;
          product(count, padded(reach), headDim, q + first * sq + o, sq, keysT, ldp, ownP, ldp);
          product(count, padded(reach), headDim, dout + first * sdo + o, sdo, valuesT, ldp, ownD, ldp);
          for (let r: usize = 0; r < <usize>count; r++) {
            const delta = dot(headDim, dout + (first + r) * sdo + o, out + (first + r) * so + o);
            const own = stats + (((first + r) * <usize>heads + <usize>h) << 3);
            const limit = load<i32>(limits + ((first + r) << 2));
            softmaxRowBackward(ownP + r * ldp, ownD + r * ldp, limit, width, scale, power, own, delta);
          }
          product(count, headDim, reach, ownD, ldp, ownK, sk, dq + first * sdq + o, sdq);
        }
        productT(last, headDim, rows, p, ldp, ownDout, sdo, ownDv, sdv);
        productT(last, headDim, rows, d, ldp, ownQ, sq, ownDk, sdk);
      }
    }
  }
}
