import type { StateEncoderShape, StateSequence } from "../../../src/engine/encoder/stateEncoder.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";

/** A policy network small enough to check by hand, with widths that are no multiples of the register tile. */
export const sizes = { action: [24, 20, 12, 5], value: [24, 10, 1] };

export const shape: StateEncoderShape = {
  items: { names: ["a", "b"], sizes: [3, 4], values: Int32Array.from({ length: 40 }, (_, i) => (i * 7) % 3) },
  itemCount: 20,
  users: { names: ["c"], sizes: [2], values: Int32Array.from({ length: 6 }, (_, i) => i % 2) },
  userCount: 6,
  feedbackWidth: 3,
  idEmbedding: 8,
  encoding: 8,
  heads: 4,
  feedForward: 12,
  layers: 2,
  positions: 24,
};

export function sequences(count: number, length: number, outputs: StateSequence["outputs"]): StateSequence[] {
  const stream = new RandomStream(5, "sequences", length);
  return Array.from({ length: count }, (_, s) => ({
    user: s % shape.userCount,
    items: Int32Array.from({ length }, () => stream.integer(shape.itemCount)),
    feedback: Float32Array.from({ length: length * shape.feedbackWidth }, () => stream.integer(2)),
    outputs,
  }));
}

/** Room for the sequences of one shard. */
export const capacity = { tokens: 200, outputs: 200, sequences: 10 };
