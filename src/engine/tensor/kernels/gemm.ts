/**
 * Matrix products on a 4 x 8 register tile. Every element of C is one chain of multiply, add over ascending k, started
 * from 0, from C or from a bias: tiles and edges only decide which elements share a loop, never the order within one.
 */
import { scratch } from "./scratch";

/** What an element starts from. */
const ZERO: i32 = 0;
const SUM: i32 = 1;
const BIAS: i32 = 2;

/** Rows of the inner dimension per pass of a transposed product, so that both operands stay in the first-level cache. */
const BLOCK: i32 = 64;

// @ts-ignore: decorator
@inline
function start4(c: usize, bias: usize, mode: i32): v128 {
  if (mode == ZERO) return f32x4.splat(0);
  return v128.load(mode == SUM ? c : bias);
}

// @ts-ignore: decorator
@inline
function start1(c: usize, bias: usize, mode: i32): f32 {
  if (mode == ZERO) return 0;
  return load<f32>(mode == SUM ? c : bias);
}

// @ts-ignore: decorator
@inline
function finish4(x: v128, relu: bool): v128 {
  return relu ? f32x4.pmax(f32x4.splat(0), x) : x;
}

/** Four rows (`ar` bytes apart, k steps `ak` bytes apart) by `n` columns. */
// @ts-ignore: decorator
@inline
function rows4(
  n: i32, k: i32, a: usize, ar: usize, ak: usize, b: usize, ldb: usize, c: usize, ldc: usize, mode: i32, bias: usize, relu: bool,
): void {
  const c1 = c + ldc, c2 = c1 + ldc, c3 = c2 + ldc;
  let j: i32 = 0;
  for (; j + 8 <= n; j += 8) {
    const o = (<usize>j) << 2;
    let s00 = start4(c + o, bias + o, mode), s01 = start4(c + o + 16, bias + o + 16, mode);
    let s10 = start4(c1 + o, bias + o, mode), s11 = start4(c1 + o + 16, bias + o + 16, mode);
    let s20 = start4(c2 + o, bias + o, mode), s21 = start4(c2 + o + 16, bias + o + 16, mode);
    let s30 = start4(c3 + o, bias + o, mode), s31 = start4(c3 + o + 16, bias + o + 16, mode);
    let p = a, p1 = a + ar, p2 = p1 + ar, p3 = p2 + ar, q = b + o;
    for (let l: i32 = 0; l < k; l++) {
      const b0 = v128.load(q), b1 = v128.load(q, 16);
      const a0 = v128.load32_splat(p);
      s00 = f32x4.add(s00, f32x4.mul(a0, b0));
      s01 = f32x4.add(s01, f32x4.mul(a0, b1));
      const a1 = v128.load32_splat(p1);
      s10 = f32x4.add(s10, f32x4.mul(a1, b0));
      s11 = f32x4.add(s11, f32x4.mul(a1, b1));
      const a2 = v128.load32_splat(p2);
      s20 = f32x4.add(s20, f32x4.mul(a2, b0));
      s21 = f32x4.add(s21, f32x4.mul(a2, b1));
      const a3 = v128.load32_splat(p3);
      s30 = f32x4.add(s30, f32x4.mul(a3, b0));
      s31 = f32x4.add(s31, f32x4.mul(a3, b1));
      p += ak;
      p1 += ak;
      p2 += ak;
      p3 += ak;
      q += ldb;
    }
    v128.store(c + o, finish4(s00, relu));
    v128.store(c + o, finish4(s01, relu), 16);
    v128.store(c1 + o, finish4(s10, relu));
    v128.store(c1 + o, finish4(s11, relu), 16);
    v128.store(c2 + o, finish4(s20, relu));
    v128.store(c2 + o, finish4(s21, relu), 16);
    v128.store(c3 + o, finish4(s30, relu));
    v128.store(c3 + o, finish4(s31, relu), 16);
  }
  if (j < n) {
    const o = (<usize>j) << 2;
    for (let r: usize = 0; r < 4; r++) {
      row1(n - j, k, a + r * ar, ak, b + o, ldb, c + r * ldc + o, mode, bias + o, relu);
    }
  }
}

/** One row by `n` columns. */
function row1(
  n: i32, k: i32, a: usize, ak: usize, b: usize, ldb: usize, c: usize, mode: i32, bias: usize, relu: bool,
): void {
  let j: i32 = 0;
  for (; j + 16 <= n; j += 16) {
    const o = (<usize>j) << 2;
    let s0 = start4(c + o, bias + o, mode), s1 = start4(c + o + 16, bias + o + 16, mode);
    let s2 = start4(c + o + 32, bias + o + 32, mode), s3 = start4(c + o + 48, bias + o + 48, mode);
    let p = a, q = b + o;
    for (let l: i32 = 0; l < k; l++) {
      const x = v128.load32_splat(p);
      s0 = f32x4.add(s0, f32x4.mul(x, v128.load(q)));
      s1 = f32x4.add(s1, f32x4.mul(x, v128.load(q, 16)));
      s2 = f32x4.add(s2, f32x4.mul(x, v128.load(q, 32)));
      s3 = f32x4.add(s3, f32x4.mul(x, v128.load(q, 48)));
      p += ak;
      q += ldb;
    }
    v128.store(c + o, finish4(s0, relu));
    v128.store(c + o, finish4(s1, relu), 16);
    v128.store(c + o, finish4(s2, relu), 32);
    v128.store(c + o, finish4(s3, relu), 48);
  }
  for (; j + 4 <= n; j += 4) {
    const o = (<usize>j) << 2;
    let s = start4(c + o, bias + o, mode);
    let p = a, q = b + o;
    for (let l: i32 = 0; l < k; l++) {
      s = f32x4.add(s, f32x4.mul(v128.load32_splat(p), v128.load(q)));
      p += ak;
      q += ldb;
    }
    v128.store(c + o, finish4(s, relu));
  }
  for (; j < n; j++) {
    const o = (<usize>j) << 2;
    let s = start1(c + o, bias + o, mode);
    let p = a, q = b + o;
    for (let l: i32 = 0; l < k; l++) {
      s += load<f32>(p) * load<f32>(q);
      p += ak;
      q += ldb;
    }
    store<f32>(c + o, relu && !(s > 0) ? 0 : s);
  }
}

/** C = A B from `mode`'s start; strides in bytes. Inlined, so that `mode` and `relu` cost nothing in the loops. */
// @ts-ignore: decorator
@inline
function sweep(
  m: i32, n: i32, k: i32, a: usize, ar: usize, b: usize, ldb: usize, c: usize, ldc: usize, mode: i32, bias: usize, relu: bool,
): void {
  let i: i32 = 0;
  for (; i + 4 <= m; i += 4) {
    rows4(n, k, a, ar, 4, b, ldb, c, ldc, mode, bias, relu);
    a += ar << 2;
    c += ldc << 2;
  }
  for (; i < m; i++) {
    row1(n, k, a, 4, b, ldb, c, mode, bias, relu);
    a += ar;
    c += ldc;
  }
}

/** C = A B; strides in bytes. */
export function product(m: i32, n: i32, k: i32, a: usize, ar: usize, b: usize, ldb: usize, c: usize, ldc: usize): void {
  sweep(m, n, k, a, ar, b, ldb, c, ldc, ZERO, 0, false);
}

/** C += A B; strides in bytes. */
function productSum(m: i32, n: i32, k: i32, a: usize, ar: usize, b: usize, ldb: usize, c: usize, ldc: usize): void {
  sweep(m, n, k, a, ar, b, ldb, c, ldc, SUM, 0, false);
}

export function gemmNN(
  m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32, accumulate: i32,
): void {
  const sa = (<usize>lda) << 2, sb = (<usize>ldb) << 2, sc = (<usize>ldc) << 2;
  if (accumulate) productSum(m, n, k, a, sa, b, sb, c, sc);
  else product(m, n, k, a, sa, b, sb, c, sc);
}

export function linear(
  rows: i32, inputs: i32, outputs: i32, x: usize, ldx: i32, w: usize, ldw: i32, bias: usize, y: usize, ldy: i32, relu: i32,
): void {
  const sx = (<usize>ldx) << 2, sw = (<usize>ldw) << 2, sy = (<usize>ldy) << 2;
  if (relu) sweep(rows, outputs, inputs, x, sx, w, sw, y, sy, BIAS, bias, true);
  else sweep(rows, outputs, inputs, x, sx, w, sw, y, sy, BIAS, bias, false);
}

/** y[width, rows] = x[rows, width]^T, ldy floats between rows of y. */
export function transpose(rows: i32, width: i32, x: usize, ldx: usize, y: usize, ldy: usize): void {
  let r: i32 = 0;
  for (; r + 4 <= rows; r += 4) {
    const x0 = x + <usize>r * ldx, x1 = x0 + ldx, x2 = x1 + ldx, x3 = x2 + ldx;
    const out = y + ((<usize>r) << 2);
    let c: i32 = 0;
    for (; c + 4 <= width; c += 4) {
      const o = (<usize>c) << 2;
      const r0 = v128.load(x0 + o), r1 = v128.load(x1 + o), r2 = v128.load(x2 + o), r3 = v128.load(x3 + o);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const t2 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      const at = out + <usize>c * ldy;
      v128.store(at, v128.shuffle<f32>(t0, t1, 0, 1, 4, 5));
      v128.store(at + ldy, v128.shuffle<f32>(t0, t1, 2, 3, 6, 7));
      v128.store(at + 2 * ldy, v128.shuffle<f32>(t2, t3, 0, 1, 4, 5));
      v128.store(at + 3 * ldy, v128.shuffle<f32>(t2, t3, 2, 3, 6, 7));
    }
    for (; c < width; c++) {
      for (let i: usize = 0; i < 4; i++) {
        store<f32>(out + <usize>c * ldy + (i << 2), load<f32>(x0 + i * ldx + ((<usize>c) << 2)));
      }
    }
  }
  for (; r < rows; r++) {
    for (let c: i32 = 0; c < width; c++) {
      store<f32>(y + <usize>c * ldy + ((<usize>r) << 2), load<f32>(x + <usize>r * ldx + ((<usize>c) << 2)));
    }
  }
}

/** Floats of B that are transposed at a time: the first-level cache holds them while the rows pass. */
const PANEL: i32 = 16384;

/** B is transposed panel by panel into scratch, then each is an ordinary product. */
export function gemmNT(
  m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32, accumulate: i32,
): void {
  const sa = (<usize>lda) << 2, sb = (<usize>ldb) << 2, sc = (<usize>ldc) << 2;
  const panel = max(8, (PANEL / max(k, 1)) & ~7), step = (<usize>panel) << 2;
  for (let j: i32 = 0; j < n; j += panel) {
    const columns = min(panel, n - j);
    transpose(columns, k, b + <usize>j * sb, sb, scratch, step);
    const out = c + ((<usize>j) << 2);
    if (accumulate) productSum(m, columns, k, a, sa, scratch, step, out, sc);
    else product(m, columns, k, a, sa, scratch, step, out, sc);
  }
}

/** C (+)= A^T B for a block of k; strides in bytes. */
// @ts-ignore: decorator
@inline
function sweepT(m: i32, n: i32, k: i32, a: usize, sa: usize, b: usize, sb: usize, c: usize, sc: usize, mode: i32): void {
  let i: i32 = 0;
  for (; i + 4 <= m; i += 4) {
    rows4(n, k, a + ((<usize>i) << 2), 4, sa, b, sb, c + <usize>i * sc, sc, mode, 0, false);
  }
  for (; i < m; i++) {
    row1(n, k, a + ((<usize>i) << 2), sa, b, sb, c + <usize>i * sc, mode, 0, false);
  }
}

/**
 * C += A^T B; strides in bytes. Blocks of k keep both operands in cache; the running sums rest in C between blocks, which
 * changes no bit.
 */
export function productT(m: i32, n: i32, k: i32, a: usize, sa: usize, b: usize, sb: usize, c: usize, sc: usize): void {
  for (let from: i32 = 0; from < k; from += BLOCK) {
    sweepT(m, n, min(BLOCK, k - from), a, sa, b, sb, c, sc, SUM);
    a += <usize>BLOCK * sa;
    b += <usize>BLOCK * sb;
  }
}

export function gemmTN(
  m: i32, n: i32, k: i32, a: usize, lda: i32, b: usize, ldb: i32, c: usize, ldc: i32, accumulate: i32,
): void {
  const sc = (<usize>ldc) << 2;
  if (!accumulate) for (let i: i32 = 0; i < m; i++) memory.fill(c + <usize>i * sc, 0, (<usize>n) << 2);
  productT(m, n, k, a, (<usize>lda) << 2, b, (<usize>ldb) << 2, c, sc);
}
