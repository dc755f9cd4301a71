import { exp, log, sigmoid } from "../../math/elementary.ts";
import type { Kernels } from "../kernels.ts";
import { each, index, type PlainMemory, put } from "./plainMemory.ts";

/** Subnormal numbers are slow; a moment this small has no effect. */
const flushed = (moment: number): number => (Math.abs(moment) >= 1e-30 ? moment : 0);

/** The loss of the response model, gradient reduction and Adam. */
export function trainingKernels(
  memory: PlainMemory,
): Pick<Kernels, "bceWithLogits" | "sumShards" | "sumSquares" | "adam" | "interpolate"> {
  return {
    bceWithLogits: (
      rows,
      width,
      logits,
      ldl,
      labels,
      observed,
      negativeWeight,
      rowWeights,
      scale,
      dlogits,
      lddl,
      loss,
    ) => {
      const { floats: f, integers, doubles } = memory;
      const bit = (bits: number, r: number, c: number) => ((integers[bits / 4 + r] as number) >> c) & 1;
      each(rows, width, (r, c) => {
        const gradient = index(dlogits, lddl, r, c);
        f[gradient] = 0;
        if (bit(observed, r, c) === 0) return;
        const label = bit(labels, r, c);
        const z = f[index(logits, ldl, r, c)] as number;
        const own = rowWeights === 0 ? 1 : (f[rowWeights / 4 + r] as number);
        const weight = label === 1 ? own : own * (f[negativeWeight / 4 + c] as number);
        const cost = Math.max(label === 1 ? -z : z, 0) + log(1 + exp(-Math.abs(z)));
        doubles[loss / 8 + c] = (doubles[loss / 8 + c] as number) + weight * cost;
        f[gradient] = weight * (sigmoid(z) - label) * Math.fround(scale);
      });
    },
    sumShards: (count, shards, x, stride, out) => {
      const f = memory.floats;
      for (let i = 0; i < count; i++) {
        let sum = 0;
        for (let s = 0; s < shards; s++) sum += f[index(x, stride, s, i)] as number;
        f[out / 4 + i] = sum;
      }
    },
    sumSquares: (count, x, out) => {
      let sum = 0;
      for (const value of memory.floats.subarray(x / 4, x / 4 + count)) sum += value * value;
      memory.doubles[out / 8] = sum;
    },
    adam: (count, values, gradient, m, v, gradScale, rate, beta1, beta2, epsilon, correction1, correction2) => {
      const f = memory.floats;
      for (let i = 0; i < count; i++) {
        const g = (f[gradient / 4 + i] as number) * gradScale;
        const m1 = flushed(beta1 * (f[m / 4 + i] as number) + (1 - beta1) * g);
        const v1 = flushed(beta2 * (f[v / 4 + i] as number) + (1 - beta2) * g * g);
        put(f, values / 4 + i, (-rate * correction1 * m1) / (Math.sqrt(v1 * correction2) + epsilon), 1);
        f[m / 4 + i] = m1;
        f[v / 4 + i] = v1;
        f[gradient / 4 + i] = 0;
      }
    },
    interpolate: (count, tau, x, y) => {
      const f = memory.floats;
      for (let i = 0; i < count; i++) {
        put(f, y / 4 + i, tau * ((f[x / 4 + i] as number) - (f[y / 4 + i] as number)), 1);
      }
    },
  };
}
