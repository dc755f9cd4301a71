import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { ParameterLayout, ParameterStore } from "../../../src/engine/tensor/parameters.ts";
import { parameterLayout, wasm } from "./support.ts";

const none = { kind: "constant", scale: 0 } as const;

describe("parameters", () => {
  it("put dense ones first, whatever the order of creation, each on a line of its own", () => {
    const { layout, names } = parameterLayout();
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
