/** Sums over a row: four running lanes, then (0 + 1) + (2 + 3), then what is left over. The order depends on the width only. */

// @ts-ignore: decorator
@inline
export function sum4(x: v128): f32 {
  return (f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1)) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** Dot product of two rows. */
// @ts-ignore: decorator
@inline
export function dot(width: i32, x: usize, y: usize): f32 {
  let lanes = f32x4.splat(0);
  let c: i32 = 0;
  for (; c + 4 <= width; c += 4) {
    const o = (<usize>c) << 2;
    lanes = f32x4.add(lanes, f32x4.mul(v128.load(x + o), v128.load(y + o)));
  }
  let sum = sum4(lanes);
  for (; c < width; c++) sum += load<f32>(x + ((<usize>c) << 2)) * load<f32>(y + ((<usize>c) << 2));
  return sum;
}

/** y += a x. */
// @ts-ignore: decorator
@inline
export function axpy(width: i32, a: f32, x: usize, y: usize): void {
  const a4 = f32x4.splat(a);
  let c: i32 = 0;
  for (; c + 4 <= width; c += 4) {
    const o = (<usize>c) << 2;
    v128.store(y + o, f32x4.add(v128.load(y + o), f32x4.mul(a4, v128.load(x + o))));
  }
  for (; c < width; c++) {
    const o = (<usize>c) << 2;
    store<f32>(y + o, load<f32>(y + o) + a * load<f32>(x + o));
  }
}

/** y = a x. */
// @ts-ignore: decorator
@inline
export function scaled(width: i32, a: f32, x: usize, y: usize): void {
  const a4 = f32x4.splat(a);
  let c: i32 = 0;
  for (; c + 4 <= width; c += 4) {
    const o = (<usize>c) << 2;
    v128.store(y + o, f32x4.mul(a4, v128.load(x + o)));
  }
  for (; c < width; c++) store<f32>(y + ((<usize>c) << 2), a * load<f32>(x + ((<usize>c) << 2)));
}

/** y += x. */
// @ts-ignore: decorator
@inline
export function addTo(width: i32, x: usize, y: usize): void {
  let c: i32 = 0;
  for (; c + 4 <= width; c += 4) {
    const o = (<usize>c) << 2;
    v128.store(y + o, f32x4.add(v128.load(y + o), v128.load(x + o)));
  }
  for (; c < width; c++) {
    const o = (<usize>c) << 2;
    store<f32>(y + o, load<f32>(y + o) + load<f32>(x + o));
  }
}
