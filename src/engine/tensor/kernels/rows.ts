/** Filling, moving and row-wise functions. */
import { addTo } from "./lanes";

export function fill(count: i32, x: usize, value: f32): void {
  if (value == 0) {
    memory.fill(x, 0, (<usize>count) << 2);
    return;
  }
  for (let i: i32 = 0; i < count; i++) store<f32>(x + ((<usize>i) << 2), value);
}

export function copyRows(rows: i32, width: i32, x: usize, ldx: i32, y: usize, ldy: i32): void {
  const bytes = (<usize>width) << 2;
  for (let r: i32 = 0; r < rows; r++) {
    memory.copy(y, x, bytes);
    x += (<usize>ldx) << 2;
    y += (<usize>ldy) << 2;
  }
}

export function addRows(rows: i32, width: i32, x: usize, ldx: i32, y: usize, ldy: i32): void {
  for (let r: i32 = 0; r < rows; r++) {
    addTo(width, x, y);
    x += (<usize>ldx) << 2;
    y += (<usize>ldy) << 2;
  }
}

export function gatherRows(
  rows: i32, width: i32, table: usize, ldt: i32, indices: usize, y: usize, ldy: i32, accumulate: i32,
): void {
  const bytes = (<usize>width) << 2;
  for (let r: i32 = 0; r < rows; r++) {
    const from = table + <usize>load<i32>(indices) * ((<usize>ldt) << 2);
    if (accumulate) addTo(width, from, y);
    else memory.copy(y, from, bytes);
    indices += 4;
    y += (<usize>ldy) << 2;
  }
}

export function scatterAddRows(
  rows: i32, width: i32, x: usize, ldx: i32, indices: usize, stride: i32, table: usize, ldt: i32,
): void {
  for (let r: i32 = 0; r < rows; r++) {
    addTo(width, x, table + <usize>load<i32>(indices) * ((<usize>ldt) << 2));
    indices += (<usize>stride) << 2;
    x += (<usize>ldx) << 2;
  }
}

export function columnSums(rows: i32, width: i32, x: usize, ldx: i32, out: usize): void {
  const step = (<usize>ldx) << 2;
  let c: i32 = 0;
  for (; c + 16 <= width; c += 16) {
    const o = (<usize>c) << 2;
    let s0 = v128.load(out + o), s1 = v128.load(out + o, 16), s2 = v128.load(out + o, 32), s3 = v128.load(out + o, 48);
    let p = x + o;
    for (let r: i32 = 0; r < rows; r++, p += step) {
      s0 = f32x4.add(s0, v128.load(p));
      s1 = f32x4.add(s1, v128.load(p, 16));
      s2 = f32x4.add(s2, v128.load(p, 32));
      s3 = f32x4.add(s3, v128.load(p, 48));
    }
    v128.store(out + o, s0);
    v128.store(out + o, s1, 16);
    v128.store(out + o, s2, 32);
    v128.store(out + o, s3, 48);
  }
  for (; c < width; c++) {
    const o = (<usize>c) << 2;
    let s = load<f32>(out + o);
    for (let r: i32 = 0; r < rows; r++) s += load<f32>(x + o + <usize>r * step);
    store<f32>(out + o, s);
  }
}

export function reluBackward(rows: i32, width: i32, y: usize, ldy: i32, dy: usize, lddy: i32): void {
  for (let r: i32 = 0; r < rows; r++) {
    let c: i32 = 0;
    for (; c + 4 <= width; c += 4) {
      const o = (<usize>c) << 2;
      const positive = f32x4.gt(v128.load(y + o), f32x4.splat(0));
      v128.store(dy + o, v128.and(v128.load(dy + o), positive));
    }
    for (; c < width; c++) {
      const o = (<usize>c) << 2;
      if (!(load<f32>(y + o) > 0)) store<f32>(dy + o, 0);
    }
    y += (<usize>ldy) << 2;
    dy += (<usize>lddy) << 2;
  }
}

/** The finaliser of MurmurHash3, four lanes. */
// @ts-ignore: decorator
@inline
function mix4(x: v128): v128 {
  let h = v128.xor(x, i32x4.shr_u(x, 16));
  h = i32x4.mul(h, i32x4.splat(0x85eb_ca6b));
  h = v128.xor(h, i32x4.shr_u(h, 13));
  h = i32x4.mul(h, i32x4.splat(0xc2b2_ae35));
  return v128.xor(h, i32x4.shr_u(h, 16));
}

/** The width is a multiple of 4 or the rest of a row is drawn from a last, partly used vector. */
export function dropout(rows: i32, width: i32, x: usize, ldx: i32, rate: f32, key: i32, firstRow: i32): void {
  const threshold = i32x4.splat(<i32>(rate * 16777216));
  const scale: f32 = 1 / (1 - rate);
  const scale4 = f32x4.splat(scale);
  for (let r: i32 = 0; r < rows; r++) {
    const rowKey = mix4(i32x4.splat(key + (firstRow + r) * <i32>0x9e37_79b1));
    for (let c: i32 = 0; c < width; c += 4) {
      const o = (<usize>c) << 2;
      const columns = i32x4.add(i32x4.splat(c), i32x4(0, 1, 2, 3));
      const bits = mix4(v128.xor(rowKey, i32x4.mul(columns, i32x4.splat(0x85eb_ca77))));
      const kept = i32x4.ge_s(i32x4.shr_u(bits, 8), threshold);
      if (c + 4 <= width) {
        v128.store(x + o, v128.and(f32x4.mul(v128.load(x + o), scale4), kept));
        continue;
      }
      for (let i: i32 = 0; c + i < width; i++) {
        const at = x + o + ((<usize>i) << 2);
        const keep = i == 0 ? i32x4.extract_lane(kept, 0) : i == 1 ? i32x4.extract_lane(kept, 1) : i32x4.extract_lane(kept, 2);
        store<f32>(at, keep ? load<f32>(at) * scale : 0);
      }
    }
    x += (<usize>ldx) << 2;
  }
}
