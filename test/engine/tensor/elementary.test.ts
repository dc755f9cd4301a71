import { beforeAll, describe, expect, it } from "vitest";
import { exp, log, sigmoid, tanh } from "../../../src/engine/math/elementary.ts";
import type { TensorEngine } from "../../../src/engine/tensor/tensorEngine.ts";
import { place, wasm } from "./support.ts";

describe("elementary functions of the kernels", () => {
  let engine: TensorEngine;
  beforeAll(async () => {
    engine = await wasm();
  });

  const twins = { exp, log, tanh, sigmoid };
  const inputs = {
    exp: Array.from({ length: 4001 }, (_, i) => (i - 2000) / 25),
    log: Array.from({ length: 4001 }, (_, i) => 1e-30 * 1.035 ** i),
    tanh: Array.from({ length: 4001 }, (_, i) => (i - 2000) / 150),
    sigmoid: Array.from({ length: 4001 }, (_, i) => (i - 2000) / 25),
  };

  it.each(["exp", "log", "tanh", "sigmoid"] as const)("%s is the float32 nearest to the float64 one", (name) => {
    const x = place(engine, inputs[name]);
    const y = place(engine, new Float32Array(x.view.length));
    engine.kernels[name](x.view.length, x.address, y.address);
    expect(y.view).toEqual(Float32Array.from(x.view, (value) => twins[name](value)));
  });

  it("softmax weights are right from scores that are equal to scores far apart", () => {
    // One query of one head with q = 1: scores are the keys themselves, and values of 1 at key j read weight j.
    for (const spread of [0, 1e-3, 1, 30, 200]) {
      const keys = Array.from({ length: 8 }, (_, j) => (spread * j) / 8);
      const column = (values: readonly number[]) => ({ address: place(engine, values).address, ld: 1 });
      const out = place(engine, [0, 0, 0]);
      const segments = engine.memory.reserve(20);
      engine.memory.integers(segments.address, 5).set([0, 8, 0, 1, 8]);
      const stats = out.address + 4;
      engine.kernels.attention({
        plan: { count: 1, segments: segments.address, limits: segments.address + 16 },
        heads: 1,
        headDim: 1,
        matrices: {
          query: column([1]),
          key: column(keys),
          value: column(keys.map((_, j) => (j === 5 ? 1 : 0))),
          output: { address: out.address, ld: 1 },
        },
        stats,
      });
      const weights = keys.map((key) => Math.exp(key - (keys[7] as number)));
      const expected = (weights[5] as number) / weights.reduce((a, b) => a + b);
      expect(Math.abs((out.view[0] as number) - expected) / expected, `spread ${spread}`).toBeLessThan(1e-5);
    }
  });

  it("dropout keeps the right share, keeps the mean, and cuts like the rows do", () => {
    const x = place(engine, new Float32Array(1000 * 50).fill(1));
    engine.kernels.dropout(1000, 50, x.address, 50, 0.1, 42, 0);
    const kept = x.view.filter((value) => value > 0);
    expect(Math.abs(kept.length / 50_000 - 0.9)).toBeLessThan(0.005);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / Math.fround(1 - Math.fround(0.1)))]));
    const cut = place(engine, new Float32Array(1000 * 50).fill(1));
    engine.kernels.dropout(300, 50, cut.address, 50, 0.1, 42, 0);
    engine.kernels.dropout(700, 50, cut.address + 300 * 50 * 4, 50, 0.1, 42, 300);
    expect(cut.view).toEqual(x.view);
    const other = place(engine, new Float32Array(1000 * 50).fill(1));
    engine.kernels.dropout(1000, 50, other.address, 50, 0.1, 43, 0);
    expect(other.view).not.toEqual(x.view);
  });
});
