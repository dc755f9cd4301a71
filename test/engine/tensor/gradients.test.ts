import { beforeAll, describe, expect, it } from "vitest";
import type { Kernels } from "../../../src/engine/tensor/kernels.ts";
import { CausalEncoder } from "../../../src/engine/tensor/layers/causalEncoder.ts";
import { matrix } from "../../../src/engine/tensor/layers/matrix.ts";
import { Mlp } from "../../../src/engine/tensor/layers/mlp.ts";
import { pack } from "../../../src/engine/tensor/layers/packing.ts";
import { plan } from "../../../src/engine/tensor/memory.ts";
import { ParameterLayout, ParameterStore } from "../../../src/engine/tensor/parameters.ts";
import type { TensorEngine } from "../../../src/engine/tensor/tensorEngine.ts";
import { normals, place, placeIntegers, wasm } from "./support.ts";

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

/** The slope of `value` along `direction` at `x`, by central differences, beside what `gradient` says it is. */
function slopes(
  x: Float32Array,
  gradient: Float32Array,
  value: () => number,
  step = 2e-3,
): { measured: number; claimed: number } {
  const start = x.slice();
  // Along the gradient itself the slope is largest, so rounding disturbs it least.
  const length = Math.sqrt(dot(gradient, gradient));
  const direction = gradient.map((g, i) => g / length + (0.3 * Math.sin(i)) / Math.sqrt(x.length));
  const along = (t: number): number => {
    x.set(start.map((s, i) => s + t * (direction[i] as number)));
    return value();
  };
  const measured = (along(step) - along(-step)) / (2 * step);
  x.set(start);
  return { measured, claimed: dot(gradient, direction) };
}

function expectSlope({ measured, claimed }: { measured: number; claimed: number }): void {
  expect(Math.abs(measured - claimed) / Math.abs(claimed)).toBeLessThan(0.01);
}

describe("gradients against finite differences", () => {
  let engine: TensorEngine;
  let k: Kernels;
  beforeAll(async () => {
    engine = await wasm();
    k = engine.kernels;
  });

  it.each([
    ["all outputs", "all"],
    ["three outputs", [1, 8, 16]],
  ] as const)("causal encoder with dropout, %s", (_, outputs) => {
    const shape = { dim: 12, heads: 3, feedForward: 20, layers: 2, positions: 17, feedbackWidth: 2 };
    const layout = new ParameterLayout();
    const encoder = new CausalEncoder(layout, "history", "encoder", shape);
    const store = new ParameterStore(engine.memory, layout, 1);
    store.initialize(4);
    const w = plan(engine.memory, (arena) => encoder.workspace(arena, 40, 40)).value;
    const items = place(engine, normals(9 * 12, "items"));
    const ditems = place(engine, new Float32Array(9 * 12));
    engine.memory.integers(w.itemRows, 40).set(Array.from({ length: 40 }, (_, i) => (i * 4) % 9));
    engine.memory.floats(w.feedback, 80).set(normals(80, "feedback"));
    const batch = pack(
      engine.memory,
      w,
      [
        { length: 17, outputs },
        { length: 5, outputs: [4] },
      ].slice(0, outputs === "all" ? 1 : 2),
    );
    const seen = normals(batch.outputs * 24, "seen");
    const dropout = { rate: 0.2, key: 77, firstRow: 3 };
    const rows = matrix(items.address, 12);
    const value = () => {
      encoder.forward(k, store.weights, w, batch, rows, dropout);
      return dot(engine.memory.floats(w.output.address, seen.length), seen);
    };
    value();
    engine.memory.floats(w.gradient.address, seen.length).set(seen);
    encoder.backward(k, store.weights, store.shardGradient(0), w, batch, matrix(ditems.address, 12), dropout);
    const gradient = engine.memory.floats(store.shardGradient(0), layout.length).slice();
    expectSlope(slopes(store.values, gradient, value));
    expectSlope(slopes(items.view, ditems.view.slice(), value));
  });

  it("MLP with dropout", () => {
    const layout = new ParameterLayout();
    const mlp = new Mlp(layout, "action", "action", [7, 18, 11, 5]);
    const store = new ParameterStore(engine.memory, layout, 1);
    store.initialize(5);
    const w = plan(engine.memory, (arena) => mlp.workspace(arena, 13)).value;
    const x = place(engine, normals(13 * 7, "x"));
    const dx = place(engine, new Float32Array(13 * 7));
    const seen = place(engine, normals(13 * 5, "seen"));
    const dropout = { rate: 0.3, key: 5, firstRow: 0 };
    const value = () => {
      mlp.forward(k, store.weights, w, 13, matrix(x.address, 7), dropout);
      return dot(engine.memory.floats(w.output.address, 13 * 5), seen.view);
    };
    value();
    const dy = matrix(seen.address, 5);
    mlp.backward(
      k,
      store.weights,
      store.shardGradient(0),
      w,
      13,
      matrix(x.address, 7),
      dy,
      matrix(dx.address, 7),
      dropout,
    );
    expectSlope(slopes(store.values, engine.memory.floats(store.shardGradient(0), layout.length).slice(), value));
    expectSlope(slopes(x.view, dx.view.slice(), value));
  });

  it("scorer dots and their cross-entropy", () => {
    const [rows, types, width] = [6, 3, 10];
    const a = place(engine, normals(rows * types * width, "a"));
    const b = place(engine, normals(rows * width, "b"));
    const da = place(engine, new Float32Array(rows * types * width));
    const db = place(engine, new Float32Array(rows * width));
    const logits = place(engine, new Float32Array(rows * types)).address;
    const dlogits = place(engine, new Float32Array(rows * types)).address;
    const weights = place(engine, [0.5, 1.5, 0.25]).address;
    const ofRows = place(engine, [1, 0.5, 2, 1, 3, 0]).address;
    const labels = placeIntegers(engine, [0, 1, 2, 3, 5, 7]);
    const observed = placeIntegers(engine, [7, 7, 5, 3, 7, 7]);
    const loss = engine.memory.reserve(8 * types).address;
    const value = () => {
      const sums = engine.memory.doubles(loss, types).fill(0);
      k.groupDots(rows, types, width, a.address, types * width, b.address, width, 0.1, logits, types);
      k.bceWithLogits(rows, types, logits, types, labels, observed, weights, ofRows, 1, dlogits, types, loss);
      return sums.reduce((sum, x) => sum + x);
    };
    value();
    k.groupDotsBackward({
      rows,
      groups: types,
      width,
      a: matrix(a.address, types * width),
      b: matrix(b.address, width),
      scale: 0.1,
      dout: matrix(dlogits, types),
      da: matrix(da.address, types * width),
      db: matrix(db.address, width),
      accumulate: 0,
    });
    expectSlope(slopes(a.view, da.view.slice(), value, 1e-2));
    expectSlope(slopes(b.view, db.view.slice(), value, 1e-2));
  });
});
