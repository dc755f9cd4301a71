import { describe, expect, it } from "vitest";
import { Adam } from "../../../src/engine/tensor/optimizer.ts";
import { ParameterLayout, ParameterStore } from "../../../src/engine/tensor/parameters.ts";
import { difference, normals, parameterLayout, wasm } from "./support.ts";

const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-5, clipNorm: 0.5 };
const none = { kind: "constant", scale: 0 } as const;

describe("Adam", () => {
  it("follows the formula for every group at its own rate, clipped by the global norm over all shards", async () => {
    const engine = await wasm();
    const { layout } = parameterLayout();
    const store = new ParameterStore(engine.memory, layout, 3);
    const adam = new Adam(engine, store, options);
    store.values.set(normals(layout.length, "values"));
    const expected = Float64Array.from(store.values);
    const [m, v] = [new Float64Array(layout.length), new Float64Array(layout.length)];
    const rates = { encoder: 1e-2, value: 1e-1 };
    for (let t = 1; t <= 4; t++) {
      const gradient = new Float64Array(layout.length);
      const scale = t === 2 ? 1e-4 : 1;
      const put = (address: number, parameter: { offset: number; length: number }, name: string) => {
        const values = normals(parameter.length, name, t).map((x) => x * scale);
        engine.memory.floats(address + parameter.offset * 4, parameter.length).set(values);
        values.forEach((value, i) => {
          gradient[parameter.offset + i] = (gradient[parameter.offset + i] as number) + value;
        });
      };
      for (const parameter of layout.parameters) {
        if (parameter.name === "table") put(store.gradient, parameter, "table");
        else for (let s = 0; s < 3; s++) put(store.shardGradient(s), parameter, `${parameter.name} ${s}`);
      }
      const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
      expect(adam.step(rates) / norm).toBeCloseTo(1, 5);
      expect(norm > 0.5).toBe(t !== 2);
      for (const { group, offset, length } of layout.parameters) {
        for (let i = offset; i < offset + length; i++) {
          const g = (gradient[i] as number) * Math.min(1, 0.5 / norm);
          m[i] = 0.9 * (m[i] as number) + 0.1 * g;
          v[i] = 0.999 * (v[i] as number) + 0.001 * g * g;
          const step = (m[i] as number) / (1 - 0.9 ** t) / (Math.sqrt((v[i] as number) / (1 - 0.999 ** t)) + 1e-5);
          expected[i] = (expected[i] as number) - rates[group as keyof typeof rates] * step;
        }
      }
      expect(difference(store.values, expected)).toBeLessThan(1e-5);
    }
    expect(adam.steps).toBe(4);
    adam.dispose();
    store.dispose();
  });

  it("leaves a group without a rate alone and clears every gradient", async () => {
    const engine = await wasm();
    const { layout } = parameterLayout();
    const store = new ParameterStore(engine.memory, layout, 2);
    const adam = new Adam(engine, store, options);
    engine.memory.floats(store.gradient, layout.length).fill(1);
    engine.memory.floats(store.shardGradients, 2 * layout.denseLength).fill(1);
    adam.step({ value: 1 });
    for (const { group, offset, length } of layout.parameters) {
      const moved = store.values.subarray(offset, offset + length).some((value) => value !== 0);
      expect(moved, group).toBe(group === "value");
    }
    for (const { offset, length, name } of layout.parameters) {
      const summed = engine.memory.floats(store.gradient + offset * 4, length);
      expect(
        summed.every((g) => g === 0),
        name,
      ).toBe(true);
      if (name === "table") continue;
      for (const shard of [0, 1]) {
        const left = engine.memory.floats(store.shardGradient(shard) + offset * 4, length);
        expect(left.every((g) => g === 0)).toBe(true);
      }
    }
  });

  it("keeps moments of rows that are no longer touched out of the subnormal numbers", async () => {
    const engine = await wasm();
    const layout = new ParameterLayout();
    layout.dense("only", "encoder", 32, none);
    const store = new ParameterStore(engine.memory, layout, 1);
    const adam = new Adam(engine, store, options);
    engine.memory.floats(store.shardGradient(0), 32).fill(1e-3);
    for (let t = 0; t < 800; t++) adam.step({ encoder: 1e-3 });
    expect([...store.moments[0]]).toEqual(Array(32).fill(0));
  });
});
