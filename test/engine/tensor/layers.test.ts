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
