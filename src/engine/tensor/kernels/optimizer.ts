/** Gradient reduction and Adam. */

export function sumShards(count: i32, shards: i32, x: usize, stride: i32, out: usize): void {
  const step = (<usize>stride) << 2;
  let i: i32 = 0;
  for (; i + 8 <= count; i += 8) {
    const o = (<usize>i) << 2;
    let p = x + o;
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0);
    for (let s: i32 = 0; s < shards; s++, p += step) {
      s0 = f32x4.add(s0, v128.load(p));
      s1 = f32x4.add(s1, v128.load(p, 16));
    }
    v128.store(out + o, s0);
    v128.store(out + o, s1, 16);
  }
  for (; i < count; i++) {
    const o = (<usize>i) << 2;
    let sum: f32 = 0;
    for (let s: i32 = 0; s < shards; s++) sum += load<f32>(x + o + <usize>s * step);
    store<f32>(out + o, sum);
  }
}

export function sumSquares(count: i32, x: usize, out: usize): void {
  let low = f64x2.splat(0), high = f64x2.splat(0);
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    const v = v128.load(x + ((<usize>i) << 2));
    const a = f64x2.promote_low_f32x4(v), b = f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 0));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const lanes = f64x2.add(low, high);
  let sum = f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1);
  for (; i < count; i++) {
    const v = <f64>load<f32>(x + ((<usize>i) << 2));
    sum += v * v;
  }
  store<f64>(out, sum);
}

/** Moments smaller than this become 0: a row that is no longer touched would decay into slow subnormal numbers. */
const NEGLIGIBLE: f32 = 1e-30;

// @ts-ignore: decorator
@inline
function flushed4(x: v128): v128 {
  return v128.and(x, f32x4.ge(f32x4.abs(x), f32x4.splat(NEGLIGIBLE)));
}

// @ts-ignore: decorator
@inline
function flushed(x: f32): f32 {
  return abs(x) >= NEGLIGIBLE ? x : 0;
}

export function adam(
  count: i32, values: usize, gradient: usize, m: usize, v: usize, gradScale: f32, rate: f32, beta1: f32, beta2: f32, epsilon: f32,
  correction1: f32, correction2: f32,
): void {
  const scale4 = f32x4.splat(gradScale), step4 = f32x4.splat(rate * correction1), epsilon4 = f32x4.splat(epsilon);
  const b1 = f32x4.splat(beta1), c1 = f32x4.splat(1 - beta1), b2 = f32x4.splat(beta2), c2 = f32x4.splat(1 - beta2);
  const correction4 = f32x4.splat(correction2);
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    const o = (<usize>i) << 2;
    const g = f32x4.mul(v128.load(gradient + o), scale4);
    const m1 = flushed4(f32x4.add(f32x4.mul(b1, v128.load(m + o)), f32x4.mul(c1, g)));
    const v1 = flushed4(f32x4.add(f32x4.mul(b2, v128.load(v + o)), f32x4.mul(f32x4.mul(c2, g), g)));
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(v1, correction4)), epsilon4);
    v128.store(values + o, f32x4.sub(v128.load(values + o), f32x4.div(f32x4.mul(step4, m1), root)));
    v128.store(m + o, m1);
    v128.store(v + o, v1);
    v128.store(gradient + o, f32x4.splat(0));
  }
  for (; i < count; i++) {
    const o = (<usize>i) << 2;
    const g = load<f32>(gradient + o) * gradScale;
    const m1 = flushed(beta1 * load<f32>(m + o) + (1 - beta1) * g);
    const v1 = flushed(beta2 * load<f32>(v + o) + (1 - beta2) * g * g);
    const root = sqrt(v1 * correction2) + epsilon;
    store<f32>(values + o, load<f32>(values + o) - (rate * correction1 * m1) / root);
    store<f32>(m + o, m1);
    store<f32>(v + o, v1);
    store<f32>(gradient + o, 0);
  }
}

export function interpolate(count: i32, tau: f32, x: usize, y: usize): void {
  const tau4 = f32x4.splat(tau);
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    const o = (<usize>i) << 2;
    const old = v128.load(y + o);
    v128.store(y + o, f32x4.add(old, f32x4.mul(tau4, f32x4.sub(v128.load(x + o), old))));
  }
  for (; i < count; i++) {
    const o = (<usize>i) << 2;
    const old = load<f32>(y + o);
    store<f32>(y + o, old + tau * (load<f32>(x + o) - old));
  }
}
