import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { ReferencePolicy } from "../../../bench/referencePolicy.ts";
import { TfjsPolicy } from "../../../bench/tfjsPolicy.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";
import type { StateEncoderShape, StateSequence } from "../../../src/engine/tensor/stateEncoder.ts";
import { difference, plain, wasm } from "./support.ts";

const sizes = { action: [24, 20, 12, 5], value: [24, 10, 1] };

const shape: StateEncoderShape = {
  items: { names: ["a", "b"], sizes: [3, 4], values: Int32Array.from({ length: 40 }, (_, i) => (i * 7) % 3) },
  itemCount: 20,
  users: { names: ["c"], sizes: [2], values: Int32Array.from({ length: 6 }, (_, i) => i % 2) },
  userCount: 6,
  feedbackTypes: 3,
  idEmbedding: 8,
  encoding: 8,
  heads: 4,
  feedForward: 12,
  layers: 2,
  positions: 24,
};

function sequences(count: number, length: number, outputs: StateSequence["outputs"]): StateSequence[] {
  const stream = new RandomStream(5, "sequences", length);
  return Array.from({ length: count }, (_, s) => ({
    user: s % shape.userCount,
    items: Int32Array.from({ length }, () => stream.integer(shape.itemCount)),
    feedback: Float32Array.from({ length: length * shape.feedbackTypes }, () => stream.integer(2)),
    outputs,
  }));
}

const capacity = { tokens: 200, outputs: 200, sequences: 10 };

describe("layers", () => {
  beforeAll(async () => {
    await tf.setBackend("cpu");
  });

  it.each(["wasm", "plain"] as const)("give TensorFlow.js's gradients of a whole policy (%s)", async (backend) => {
    const engine = await (backend === "wasm" ? wasm() : plain());
    const ours = new ReferencePolicy(engine, shape, capacity, sizes);
    const theirs = new TfjsPolicy(ours.store, shape, sizes);
    const batch = sequences(9, 19, [18]);
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
