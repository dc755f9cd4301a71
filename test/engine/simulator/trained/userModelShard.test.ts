import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../../../../src/engine/data/dataset.ts";
import { type LoggedSequence, rowByRow } from "../../../../src/engine/simulator/trained/holdOut.ts";
import { UserModelNetwork } from "../../../../src/engine/simulator/trained/network.ts";
import { SHARDS } from "../../../../src/engine/simulator/trained/training.ts";
import { type UserModelParts, UserModelShard } from "../../../../src/engine/simulator/trained/userModelShard.ts";
import { ParameterStore } from "../../../../src/engine/tensor/parameters.ts";
import { TensorEngine } from "../../../../src/engine/tensor/tensorEngine.ts";
import { learnable } from "./learnable.ts";

const dataset = learnable();
let engine: TensorEngine;
let weights: number;

beforeAll(async () => {
  engine = await TensorEngine.create({ backend: "wasm", workers: 1 });
  weights = engine.memory.reserve(8).address;
  engine.memory.floats(weights, 2).set([0.7, 1.3]);
});
afterAll(() => engine.dispose());

/** A network that has learned nothing yet, the same each time. */
function fresh(reshaped: boolean, of: Dataset = dataset): UserModelParts {
  const network = new UserModelNetwork(of, 41);
  const store = new ParameterStore(engine.memory, network.layout, SHARDS);
  store.initialize(1, "user model");
  return { engine, network, store, features: network.states.placeFeatures(engine.memory), dataset: of, reshaped };
}

const packed: readonly LoggedSequence[] = [
  { user: 0, start: 0, end: 12, from: 0 },
  { user: 1, start: 30, end: 40, from: 36 },
];
const byRow = packed.flatMap((sequence) => rowByRow(dataset, sequence, 40));

/** The whole gradient of a loss over the sequences, computed in so many passes. */
function gradientOf({ network, store, ...parts }: UserModelParts, ...passes: readonly (readonly LoggedSequence[])[]) {
  const shard = new UserModelShard({ ...parts, network, store }, 0);
  const tapes = Array.from({ length: network.states.lookups }, () => engine.tape());
  for (const sequences of passes) {
    shard.record(sequences, { negativeWeight: weights, scale: 1, dropout: 0, key: 0 });
    engine.run([shard.tape]);
    network.states.scatter(tapes, store.gradient, [shard.work]);
    engine.run(tapes);
  }
  const { length, denseLength } = store.layout;
  const gradient = engine.memory.floats(store.gradient, length).slice();
  gradient.set(engine.memory.floats(store.shardGradient(0), denseLength));
  return gradient;
}

describe.each([
  { name: "packed sequences", reshaped: false, sequences: packed },
  { name: "reshaped feedback, row by row", reshaped: true, sequences: byRow },
])("the loss on $name", ({ reshaped, sequences }) => {
  it("has the gradient that finite differences give", () => {
    const parts = fresh(reshaped);
    const { network, store } = parts;
    const gradient = gradientOf(parts, sequences);
    const shard = new UserModelShard(parts, 0);
    const lossNow = (): number => {
      shard.record(sequences, { negativeWeight: weights, scale: 1, dropout: 0, key: 0 });
      engine.run([shard.tape]);
      return shard.losses.reduce((sum, loss) => sum + loss, 0);
    };
    for (const { name, offset, length: count } of network.layout.parameters) {
      const own = gradient.subarray(offset, offset + count);
      const expected = own.reduce((sum, g) => sum + Math.abs(g), 0);
      expect(expected, name).toBeGreaterThan(0);
      const kept = store.values.slice(offset, offset + count);
      const h = Math.min(1e-2, 0.05 / expected);
      const moved = (by: number) => {
        for (let i = 0; i < count; i++)
          store.values[offset + i] = (kept[i] as number) + by * Math.sign(own[i] as number);
        const loss = lossNow();
        store.values.set(kept, offset);
        return loss;
      };
      const slope = (moved(h) - moved(-h)) / (2 * h);
      expect(Math.abs(slope - expected) / expected, name).toBeLessThan(0.03);
    }
  });

  it("has the same gradient when it is computed in several passes", () => {
    const whole = gradientOf(fresh(reshaped), sequences);
    const parts = gradientOf(fresh(reshaped), sequences.slice(0, 1), sequences.slice(1));
    const largest = whole.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
    const apart = whole.reduce((most, g, i) => Math.max(most, Math.abs(g - (parts[i] as number))), 0);
    expect(apart).toBeLessThan(1e-5 * largest);
  });
});

describe("a reshaped row", () => {
  /** Logits of row 3 of user 0 where the first four rows have this feedback. */
  function logits(reshaped: boolean, bits: readonly number[]): number[] {
    const feedback = dataset.log.feedback.slice();
    feedback.set(bits);
    const shard = new UserModelShard(fresh(reshaped, { ...dataset, log: { ...dataset.log, feedback } }), 0);
    shard.record([{ user: 0, start: 0, end: 4, from: 3 }]);
    engine.run([shard.tape]);
    return [...shard.logits];
  }

  it("is predicted from the vectors that concatenating along time and cutting gives", () => {
    // Clicks 1 0 1 and likes 0 1 1; together 1 0 1 0 1 1, in pairs 10 10 11: bits 1, 1, 3.
    expect(logits(true, [1, 2, 3, 0])).toEqual(logits(false, [1, 1, 3, 0]));
    expect(logits(true, [1, 2, 3, 0])).not.toEqual(logits(false, [1, 2, 3, 0]));
    // The first like lies where the second vector's like is: clicks 0 0 0, likes 1 0 0 are 00 01 00.
    expect(logits(true, [2, 0, 0, 0])).toEqual(logits(false, [0, 2, 0, 0]));
  });

  it("tells its own prediction nothing of its response", () => {
    for (const response of [1, 2, 3]) expect(logits(true, [1, 2, 3, response])).toEqual(logits(true, [1, 2, 3, 0]));
    for (const first of [0, 2, 3]) expect(logits(true, [first, 2, 3, 0])).not.toEqual(logits(true, [1, 2, 3, 0]));
  });
});
