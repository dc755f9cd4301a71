import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { ReferencePolicy } from "../../../bench/referencePolicy.ts";
import { TfjsPolicy } from "../../../bench/tfjsPolicy.ts";
import { capacity, sequences, shape, sizes } from "./network.ts";
import { difference, plain, wasm } from "./support.ts";

describe("layers", () => {
  beforeAll(async () => {
    await tf.setBackend("cpu");
  });

  it.each([
    ["wasm", "windows", [sequences(9, 19, [18])]],
    ["plain", "windows", [sequences(9, 19, [18])]],
    ["wasm", "sequences of different lengths", [sequences(5, 19, [4, 11, 18]), sequences(4, 8, "all")]],
  ] as const)("give TensorFlow.js's gradients of a whole policy (%s, %s)", async (backend, _, batches) => {
    const engine = await (backend === "wasm" ? wasm() : plain());
    const ours = new ReferencePolicy(engine, shape, capacity, sizes);
    const theirs = new TfjsPolicy(tf, ours.store, shape, sizes);
    const batch = batches.flat();
    const loss = ours.gradients(batch);
    const expected = theirs.gradients(batch);
    expect(loss).toBeCloseTo(expected.loss, 5);
    const gradients = ours.gradientsByName();
    expect([...gradients.keys()].sort()).toEqual([...expected.gradients.keys()].sort());
    for (const [name, gradient] of gradients) {
      expect(difference(gradient, expected.gradients.get(name) as Float32Array), name).toBeLessThan(1e-5);
    }
    // A gradient that is zero everywhere would agree with anything.
    for (const [name, gradient] of gradients)
      expect(
        gradient.some((g) => Math.abs(g) > 1e-6),
        name,
      ).toBe(true);
  });
});
