/** Layer normalisation, also of embedding vectors that are then summed. */
import { addTo, sum4 } from "./lanes";

const EPSILON: f32 = 1e-5;

/** Mean and 1 / standard deviation of the row last measured by `measure`; every thread has its own. */
let mean: f32 = 0;
let inverse: f32 = 0;

// @ts-ignore: decorator
@inline
function measure(width: i32, x: usize): void {
  let lanes = f32x4.splat(0);
  let c: i32 = 0;
  for (; c + 4 <= width; c += 4) lanes = f32x4.add(lanes, v128.load(x + ((<usize>c) << 2)));
  let sum = sum4(lanes);
  for (; c < width; c++) sum += load<f32>(x + ((<usize>c) << 2));
  const average = sum / <f32>width;
  const average4 = f32x4.splat(average);
  lanes = f32x4.splat(0);
  for (c = 0; c + 4 <= width; c += 4) {
    const d = f32x4.sub(v128.load(x + ((<usize>c) << 2)), average4);
    lanes = f32x4.add(lanes, f32x4.mul(d, d));
  }
  sum = sum4(lanes);
  for (; c < width; c++) {
    const d = load<f32>(x + ((<usize>c) << 2)) - average;
    sum += d * d;
  }
  mean = average;
  inverse = 1 / sqrt(sum / <f32>width + EPSILON);
}

export function layerNorm(
  rows: i32, width: i32, x: usize, ldx: i32, residual: usize, ldr: i32, gamma: usize, beta: usize, y: usize, ldy: i32, stats: usize,
): void {
  for (let r: i32 = 0; r < rows; r++) {
    if (residual) {
      addTo(width, residual, x);
      residual += (<usize>ldr) << 2;
    }
    measure(width, x);
    store<f32>(stats, mean);
    store<f32>(stats, inverse, 4);
    const mean4 = f32x4.splat(mean), inverse4 = f32x4.splat(inverse);
    let c: i32 = 0;
    for (; c + 4 <= width; c += 4) {
      const o = (<usize>c) << 2;
      const normed = f32x4.mul(f32x4.sub(v128.load(x + o), mean4), inverse4);
      v128.store(y + o, f32x4.add(f32x4.mul(normed, v128.load(gamma + o)), v128.load(beta + o)));
    }
    for (; c < width; c++) {
      const o = (<usize>c) << 2;
      store<f32>(y + o, (load<f32>(x + o) - mean) * inverse * load<f32>(gamma + o) + load<f32>(beta + o));
    }
    stats += 8;
    x += (<usize>ldx) << 2;
    y += (<usize>ldy) << 2;
  }
}

/**
 * dx (+)= inverse (g - mean(g) - normed mean(g normed)), g = dy gamma; dgamma += dy normed, dbeta += dy.
 */
// @ts-ignore: decorator
@inline
function rowBackward(
  width: i32, x: usize, gamma: usize, average: f32, scale: f32, dy: usize, dx: usize, accumulate: bool,
  dgamma: usize, dbeta: usize,
): void {
  const mean4 = f32x4.splat(average), inverse4 = f32x4.splat(scale);
  let g4 = f32x4.splat(0), gn4 = f32x4.splat(0);
  let c: i32 = 0;
  for (; c + 4 <= width; c += 4) {
    const o = (<usize>c) << 2;
    const d = v128.load(dy + o);
    const normed = f32x4.mul(f32x4.sub(v128.load(x + o), mean4), inverse4);
    const dn = f32x4.mul(d, normed);
    const gain = v128.load(gamma + o);
    g4 = f32x4.add(g4, f32x4.mul(d, gain));
    gn4 = f32x4.add(gn4, f32x4.mul(dn, gain));
    v128.store(dgamma + o, f32x4.add(v128.load(dgamma + o), dn));
    v128.store(dbeta + o, f32x4.add(v128.load(dbeta + o), d));
  }
  let g = sum4(g4), gn = sum4(gn4);
  for (; c < width; c++) {
    const o = (<usize>c) << 2;
    const d = load<f32>(dy + o);
    const dn = d * ((load<f32>(x + o) - average) * scale);
    g += d * load<f32>(gamma + o);
    gn += dn * load<f32>(gamma + o);
    store<f32>(dgamma + o, load<f32>(dgamma + o) + dn);
    store<f32>(dbeta + o, load<f32>(dbeta + o) + d);
  }
  g /= <f32>width;
  gn /= <f32>width;
  g4 = f32x4.splat(g);
  gn4 = f32x4.splat(gn);
  for (c = 0; c + 4 <= width; c += 4) {
    const o = (<usize>c) << 2;
    const normed = f32x4.mul(f32x4.sub(v128.load(x + o), mean4), inverse4);
    const gained = f32x4.mul(v128.load(dy + o), v128.load(gamma + o));
    const d = f32x4.mul(f32x4.sub(f32x4.sub(gained, g4), f32x4.mul(normed, gn4)), inverse4);
    v128.store(dx + o, accumulate ? f32x4.add(v128.load(dx + o), d) : d);
  }
  for (; c < width; c++) {
    const o = (<usize>c) << 2;
    const normed = (load<f32>(x + o) - average) * scale;
    const d = (load<f32>(dy + o) * load<f32>(gamma + o) - g - normed * gn) * scale;
    store<f32>(dx + o, accumulate ? load<f32>(dx + o) + d : d);
  }
}

export function layerNormBackward(
  rows: i32, width: i32, x: usize, ldx: i32, gamma: usize, stats: usize, dy: usize, lddy: i32, dx: usize, lddx: i32,
  accumulate: i32, dgamma: usize, dbeta: usize,
): void {
  for (let r: i32 = 0; r < rows; r++) {
    rowBackward(width, x, gamma, load<f32>(stats), load<f32>(stats, 4), dy, dx, accumulate != 0, dgamma, dbeta);
    stats += 8;
    x += (<usize>ldx) << 2;
    dy += (<usize>lddy) << 2;
    dx += (<usize>lddx) << 2;
  }
}

/** sum += (vector - mean) * inverse. */
// @ts-ignore: decorator
@inline
function addNormed(width: i32, vector: usize, sum: usize): void {
  const mean4 = f32x4.splat(mean), inverse4 = f32x4.splat(inverse);
  let c: i32 = 0;
  for (; c + 4 <= width; c += 4) {
    const o = (<usize>c) << 2;
    const normed = f32x4.mul(f32x4.sub(v128.load(vector + o), mean4), inverse4);
    v128.store(sum + o, f32x4.add(v128.load(sum + o), normed));
  }
  for (; c < width; c++) {
    const o = (<usize>c) << 2;
    store<f32>(sum + o, load<f32>(sum + o) + (load<f32>(vector + o) - mean) * inverse);
  }
}

export function embedSum(
  rows: i32, perRow: i32, width: i32, ids: usize, columns: usize, table: usize, gamma: usize, beta: usize, y: usize, ldy: i32,
): void {
  const bytes = (<usize>width) << 2;
  const shifts = <f32>perRow;
  for (let r: i32 = 0; r < rows; r++) {
    const own = columns + ((<usize>(load<i32>(ids) * perRow)) << 2);
    memory.fill(y, 0, bytes);
    for (let f: usize = 0; f < <usize>perRow; f++) {
      const vector = table + <usize>load<i32>(own + (f << 2)) * bytes;
      measure(width, vector);
      addNormed(width, vector, y);
    }
    for (let o: usize = 0; o < bytes; o += 4) {
      store<f32>(y + o, load<f32>(y + o) * load<f32>(gamma + o) + shifts * load<f32>(beta + o));
    }
    ids += 4;
    y += (<usize>ldy) << 2;
  }
}

export function embedSumBackward(
  rows: i32, perRow: i32, width: i32, ids: usize, columns: usize, table: usize, gamma: usize, dy: usize, lddy: i32,
  dgamma: usize, dbeta: usize, dvectors: usize, touched: usize,
): void {
  const bytes = (<usize>width) << 2;
  for (let r: i32 = 0; r < rows; r++) {
    const own = columns + ((<usize>(load<i32>(ids) * perRow)) << 2);
    for (let f: usize = 0; f < <usize>perRow; f++) {
      const row = load<i32>(own + (f << 2));
      const vector = table + <usize>row * bytes;
      measure(width, vector);
      rowBackward(width, vector, gamma, mean, inverse, dy, dvectors, false, dgamma, dbeta);
      store<i32>(touched, row);
      dvectors += bytes;
      touched += 4;
    }
    ids += 4;
    dy += (<usize>lddy) << 2;
  }
}
