/**
 * exp, log, tanh from +, -, *, / and bit operations: the same bits on every machine. float64 versions follow
 * src/engine/math/elementary.ts; exp2x4 is a fast float32 one.
 */

const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const LOG2_E: f64 = 1.4426950408889634;
const SQRT2: f64 = 1.4142135623730951;

/** 1.5 * 2^23: adding it rounds a float32 to an integer, which then stands in the low bits. */
const ROUNDER: f32 = 12582912;

/** Exponent of 2 that stands for nothing: far below any sum's last bit, far above the slow subnormal numbers. */
const LEAST: f32 = -100;

/**
 * 2^x of four lanes for -100 <= x <= 126, relative error below 3e-7; smaller x give 2^-100. What attention is made of:
 * its scores are scaled to powers of 2.
 */
// @ts-ignore: decorator
@inline
export function exp2x4(x: v128): v128 {
  const clamped = f32x4.pmax(f32x4.splat(LEAST), x);
  const shifted = f32x4.add(clamped, f32x4.splat(ROUNDER));
  const r = f32x4.sub(clamped, f32x4.sub(shifted, f32x4.splat(ROUNDER)));
  // Near-minimax polynomial of 2^r on |r| <= 1/2: interpolation at the Chebyshev nodes.
  let p = f32x4.splat(0.0013390863314270973);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.009676031768321991));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.055503569543361664));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.2402210682630539));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.6931471824645996));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  // The exponent of a float32 begins at bit 23; adding n to p's multiplies by 2^n.
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/** e^x, relative error below 1e-15; 0 below -708 and Infinity above 709. */
export function exp64(x: f64): f64 {
  if (x != x) return x;
  if (x > 709) return Infinity;
  if (x < -708) return 0;
  const n = floor(x * LOG2_E + 0.5);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let sum: f64 = 1;
  for (let k: f64 = 13; k >= 1; k--) sum = 1 + (sum * r) / k;
  return sum * reinterpret<f64>((<i64>n + 1023) << 52);
}

/** Natural logarithm, relative error below 1e-15; -Infinity at 0, NaN below. */
export function log64(x: f64): f64 {
  if (!(x > 0)) return x == 0 ? -Infinity : NaN;
  if (x == Infinity) return x;
  let exponent: f64 = 0;
  let value = x;
  if (value < 2.2250738585072014e-308) {
    value *= 18014398509481984;
    exponent -= 54;
  }
  const bits = reinterpret<i64>(value);
  exponent += <f64>(((bits >>> 52) & 0x7ff) - 1023);
  let mantissa = reinterpret<f64>((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
  if (mantissa > SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const s2 = s * s;
  let sum: f64 = 0;
  for (let k: f64 = 23; k >= 3; k -= 2) sum = s2 * (1 / k + sum);
  return exponent * LN2_HIGH + (2 * s * (1 + sum) + exponent * LN2_LOW);
}

export function tanh64(x: f64): f64 {
  if (x > 20) return 1;
  if (x < -20) return -1;
  if (abs(x) < 1e-4) return x - (x * x * x) / 3;
  const e = exp64(2 * x);
  return (e - 1) / (e + 1);
}

export function sigmoid64(x: f64): f64 {
  if (x >= 0) return 1 / (1 + exp64(-x));
  const e = exp64(x);
  return e / (1 + e);
}

export function exp(count: i32, x: usize, y: usize): void {
  for (let i: i32 = 0; i < count; i++, x += 4, y += 4) store<f32>(y, <f32>exp64(load<f32>(x)));
}

export function log(count: i32, x: usize, y: usize): void {
  for (let i: i32 = 0; i < count; i++, x += 4, y += 4) store<f32>(y, <f32>log64(load<f32>(x)));
}

export function tanh(count: i32, x: usize, y: usize): void {
  for (let i: i32 = 0; i < count; i++, x += 4, y += 4) store<f32>(y, <f32>tanh64(load<f32>(x)));
}

export function sigmoid(count: i32, x: usize, y: usize): void {
  for (let i: i32 = 0; i < count; i++, x += 4, y += 4) store<f32>(y, <f32>sigmoid64(load<f32>(x)));
}
