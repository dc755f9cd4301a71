import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { Adam } from "../../../src/engine/tensor/optimizer.ts";
import { ParameterLayout, ParameterStore } from "../../../src/engine/tensor/parameters.ts";
import { difference, normals, wasm } from "./support.ts";

const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-5, clipNorm: 0.5 };
const none = { kind: "constant", scale: 0 } as const;

/** A network of two dense groups, one longer than a range of work, and a table. */
function network(): { layout: ParameterLayout; names: string[] } {
  const layout = new ParameterLayout();
  layout.table("table", "encoder", 50, none);
  layout.dense("first", "encoder", 20_011, none);
  layout.dense("second", "value", 37, none);
  return { layout, names: layout.parameters.map(({ name }) => name) };
}

describe("Adam", () => {
  it("follows the formula for every group at its own rate, clipped by the global norm over all shards", async () => {
    const engine = await wasm();
    const { layout } = network();
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
    const { layout } = network();
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

describe("parameters", () => {
  it("put dense ones first, whatever the order of creation, each on a line of its own", () => {
    const { layout, names } = network();
    expect(names).toEqual(["first", "second", "table"]);
    for (const { offset } of layout.parameters) expect(offset % 16).toBe(0);
    expect(layout.parameters.map(({ offset }) => offset)).toEqual([0, 20_016, 20_064]);
    expect([layout.denseLength, layout.length]).toEqual([20_064, 20_128]);
  });

  it("start from a stream of their own name", async () => {
    const engine = await wasm();
    const started = (more: boolean): Float32Array => {
      const layout = new ParameterLayout();
      if (more) layout.dense("before", "value", 5, { kind: "normal", scale: 1 });
      const weight = layout.dense("weight", "value", 1000, { kind: "uniform", scale: 0.25 });
      const store = new ParameterStore(engine.memory, layout, 1);
      store.initialize(9, "policy");
      return store.values.slice(weight.offset, weight.offset + weight.length);
    };
    const values = started(false);
    expect(started(true)).toEqual(values);
    const stream = new RandomStream(9, "policy", "weight");
    expect(values).toEqual(Float32Array.from({ length: 1000 }, () => 0.25 * (2 * stream.uniform() - 1)));
    expect(Math.max(...values)).toBeLessThan(0.25);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-0.25);
  });
});

describe("a layout", () => {
  it("finds parameters and parts by name, wherever they were made", () => {
    const layout = new ParameterLayout();
    layout.dense("before", "encoder", 3, none);
    layout.table("value.table", "value", 7, none);
    layout.dense("value.0.weight", "value", 20, none);
    layout.dense("value.0.bias", "value", 5, none);
    layout.dense("values", "value", 5, none);
    expect(layout.parameter("value.0.bias")).toMatchObject({ offset: 48, length: 5, kind: "dense" });
    expect(layout.part("value.0")).toEqual({ offset: 16, length: 48 });
    expect(() => layout.parameter("bias")).toThrow(/no parameter bias/);
    expect(() => layout.part("action")).toThrow(/no part action/);
  });

  it("refuses a part with something else in between", () => {
    const layout = new ParameterLayout();
    layout.dense("value.0", "value", 16, none);
    layout.dense("action.0", "action", 16, none);
    layout.dense("value.1", "value", 16, none);
    expect(() => layout.part("value")).toThrow(/do not lie end to end/);
  });
});

describe("tapes", () => {
  it("grow while they are recorded and keep what they hold", async () => {
    const engine = await wasm();
    const tape = engine.tape();
    const sum = engine.memory.floats(engine.memory.reserve(8).address, 2);
    sum[1] = 1;
    for (let i = 0; i < 3000; i++) tape.kernels.addRows(1, 1, sum.byteOffset + 4, 1, sum.byteOffset, 1);
    engine.run([tape]);
    expect(sum[0]).toBe(3000);
    tape.clear();
    engine.run([tape]);
    expect(sum[0]).toBe(3000);
    tape.dispose();
  });
});
