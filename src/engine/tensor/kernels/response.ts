/** The response model's scorer and loss. */
import { exp64, log64, sigmoid64 } from "./elementary";
import { axpy, dot, scaled } from "./lanes";

export function groupDots(
  rows: i32, groups: i32, width: i32, a: usize, lda: i32, b: usize, ldb: i32, scale: f32, out: usize, ldo: i32,
): void {
  const bytes = (<usize>width) << 2;
  for (let r: i32 = 0; r < rows; r++) {
    for (let g: usize = 0; g < <usize>groups; g++) store<f32>(out + (g << 2), scale * dot(width, a + g * bytes, b));
    a += (<usize>lda) << 2;
    b += (<usize>ldb) << 2;
    out += (<usize>ldo) << 2;
  }
}

export function groupDotsBackward(
  rows: i32, groups: i32, width: i32, a: usize, lda: i32, b: usize, ldb: i32, scale: f32, dout: usize, lddo: i32,
  da: usize, ldda: i32, db: usize, lddb: i32, accumulate: i32,
): void {
  const bytes = (<usize>width) << 2;
  for (let r: i32 = 0; r < rows; r++) {
    if (!accumulate) memory.fill(db, 0, bytes);
    for (let g: usize = 0; g < <usize>groups; g++) {
      const d = scale * load<f32>(dout + (g << 2));
      scaled(width, d, b, da + g * bytes);
      axpy(width, d, a + g * bytes, db);
    }
    a += (<usize>lda) << 2;
    b += (<usize>ldb) << 2;
    dout += (<usize>lddo) << 2;
    da += (<usize>ldda) << 2;
    db += (<usize>lddb) << 2;
  }
}

/** Loss of a logit z: log(1 + e^-z) for a positive, log(1 + e^z) for a negative, without overflow. */
export function bceWithLogits(
  rows: i32, width: i32, logits: usize, ldl: i32, labels: usize, observed: usize, negativeWeight: usize, rowWeights: usize,
  scale: f32, dlogits: usize, lddl: i32, loss: usize,
): void {
  for (let r: i32 = 0; r < rows; r++) {
    const bits = load<i32>(labels), known = load<i32>(observed);
    const own: f64 = rowWeights ? <f64>load<f32>(rowWeights + ((<usize>r) << 2)) : 1;
    for (let f: i32 = 0; f < width; f++) {
      const o = (<usize>f) << 2;
      if (!((known >> f) & 1)) {
        store<f32>(dlogits + o, 0);
        continue;
      }
      const positive = ((bits >> f) & 1) != 0;
      const z = <f64>load<f32>(logits + o);
      const weight: f64 = positive ? own : own * <f64>load<f32>(negativeWeight + o);
      const wrong = positive ? -z : z;
      const cost = max<f64>(wrong, 0) + log64(1 + exp64(-abs(z)));
      const sum = loss + ((<usize>f) << 3);
      store<f64>(sum, load<f64>(sum) + weight * cost);
      const slope = sigmoid64(z) - (positive ? 1 : 0);
      store<f32>(dlogits + o, <f32>(weight * slope * <f64>scale));
    }
    labels += 4;
    observed += 4;
    logits += (<usize>ldl) << 2;
    dlogits += (<usize>lddl) << 2;
  }
}
