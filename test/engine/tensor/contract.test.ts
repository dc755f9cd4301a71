import { beforeAll, describe, expect, it } from "vitest";
import { ReferencePolicy } from "../../../bench/referencePolicy.ts";
import { CausalEncoder } from "../../../src/engine/tensor/layers/causalEncoder.ts";
import { matrix } from "../../../src/engine/tensor/layers/matrix.ts";
import { pack } from "../../../src/engine/tensor/layers/packing.ts";
import { plan } from "../../../src/engine/tensor/memory.ts";
import { ParameterLayout, ParameterStore } from "../../../src/engine/tensor/parameters.ts";
import type { TensorEngine } from "../../../src/engine/tensor/tensorEngine.ts";
import { capacity, sequences, shape, sizes } from "./network.ts";
import { normals, place, wasm } from "./support.ts";

const bits = (values: Float32Array): Int32Array => new Int32Array(values.slice().buffer);

describe("rows depend on their own inputs only", () => {
  let engine: TensorEngine;
  beforeAll(async () => {
    engine = await wasm();
  });

  /** Computes y [23, outputs] from x [23, 19] in calls of `size` rows. */
  function inCalls(size: number, outputs: number, call: (rows: number, x: number, y: number) => void): Int32Array {
    const x = place(engine, normals(23 * 19, "x"));
    const y = place(engine, new Float32Array(23 * outputs));
    for (let r = 0; r < 23; r += size)
      call(Math.min(size, 23 - r), x.address + r * 19 * 4, y.address + r * outputs * 4);
    return bits(y.view);
  }

  it.each([1, 2, 3, 5, 8])("in calls of %i rows", (size) => {
    const w = place(engine, normals(19 * 41, "w")).address;
    const b = place(engine, normals(41, "b")).address;
    const stats = place(engine, normals(46)).address;
    const k = engine.kernels;
    const linear = (rows: number, x: number, y: number) => k.linear(rows, 19, 41, x, 19, w, 41, b, y, 41, 1);
    const transposed = (rows: number, x: number, y: number) => k.gemmNT(rows, 41, 19, x, 19, w, 19, y, 41, 0);
    const norm = (rows: number, x: number, y: number) => k.layerNorm(rows, 19, x, 19, 0, 0, w, b, y, 19, stats);
    expect(inCalls(size, 41, linear)).toEqual(inCalls(23, 41, linear));
    expect(inCalls(size, 41, transposed)).toEqual(inCalls(23, 41, transposed));
    expect(inCalls(size, 19, norm)).toEqual(inCalls(23, 19, norm));
  });

  it("sums a weight gradient in row order, in one call or in many", () => {
    const x = place(engine, normals(150 * 19, "x")).address;
    const dy = place(engine, normals(150 * 21, "dy")).address;
    const whole = place(engine, new Float32Array(19 * 21));
    const cut = place(engine, new Float32Array(19 * 21));
    engine.kernels.gemmTN(19, 21, 150, x, 19, dy, 21, whole.address, 21, 1);
    for (let r = 0; r < 150; r += 7) {
      const rows = Math.min(7, 150 - r);
      engine.kernels.gemmTN(19, 21, rows, x + r * 19 * 4, 19, dy + r * 21 * 4, 21, cut.address, 21, 1);
    }
    expect(bits(cut.view)).toEqual(bits(whole.view));
  });

  it("encodes a sequence with the same bits in one pass, beside others, and token by token from the cache", () => {
    const layout = new ParameterLayout();
    const encoder = new CausalEncoder(layout, "history", "encoder", { ...shape, dim: 16, positions: 60 });
    const store = new ParameterStore(engine.memory, layout, 1);
    store.initialize(3);
    const w = plan(engine.memory, (arena) => encoder.workspace(arena, 120, 120)).value;
    const items = matrix(place(engine, normals(120 * 16, "items")).address, 16);
    const rows = Int32Array.from({ length: 120 }, (_, i) => (i * 13) % 120);
    const feedback = Float32Array.from({ length: 120 * shape.feedbackWidth }, (_, i) => (i * 7) % 2);
    engine.memory.integers(w.itemRows, 120).set(rows);
    engine.memory.floats(w.feedback, feedback.length).set(feedback);
    const row = (i: number) => bits(engine.memory.floats(w.output.address + i * encoder.width * 4, encoder.width));

    encoder.forward(
      engine.kernels,
      store.weights,
      w,
      pack(engine.memory, w, [
        { length: 53, outputs: "all" },
        { length: 60, outputs: "all" },
      ]),
      items,
    );
    const whole = Array.from({ length: 53 }, (_, i) => row(i));

    encoder.forward(
      engine.kernels,
      store.weights,
      w,
      pack(engine.memory, w, [{ length: 53, outputs: [7, 30, 52] }]),
      items,
    );
    expect([row(0), row(1), row(2)]).toEqual([whole[7], whole[30], whole[52]]);

    const cache = encoder.cache(engine.memory, 2);
    let position = 0;
    for (const count of [1, 6, 30, 5, 1, 10]) {
      const now = rows.slice(position, position + count);
      engine.memory.integers(w.itemRows, count + 1).set([rows[0] as number, ...now]);
      engine.memory.integers(w.positions, count + 1).set([0, ...now.map((_, i) => position + i)]);
      const types = shape.feedbackWidth;
      engine.memory.floats(w.feedback, (count + 1) * types).set(feedback.subarray(0, types));
      engine.memory
        .floats(w.feedback, (count + 1) * types)
        .set(feedback.subarray(position * types, (position + count) * types), types);
      const extensions = [
        { slot: 1, position: 0, count: 1 },
        { slot: 0, position, count },
      ];
      encoder.extend(engine.kernels, store.weights, w, cache, extensions, items);
      position += count;
      expect(row(1), `after ${position} tokens`).toEqual(whole[position - 1]);
      expect(row(0)).toEqual(whole[0]);
    }
    expect(position).toBe(53);
  });
});

describe("workers", () => {
  it("do not change a bit of three training steps, whatever their number", async () => {
    const weights: Int32Array[] = [];
    for (const workers of [0, 1, 2, 3]) {
      const engine = await wasm(workers);
      const policy = new ReferencePolicy(engine, shape, capacity, sizes);
      for (let step = 0; step < 3; step++) {
        policy.gradients([...sequences(11, 19, [5, 18]), ...sequences(9, 12 + step, "all")]);
        expect(policy.adamStep()).toBeGreaterThan(0);
      }
      weights.push(bits(policy.store.values));
      await engine.dispose();
    }
    for (const other of weights.slice(1)) expect(other).toEqual(weights[0]);
  });
});
