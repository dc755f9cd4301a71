/** Sequences of any lengths as TensorFlow.js wants them: rows of equal length, padded at their ends. */
import type { StateSequence } from "../stateEncoder.ts";

export interface PaddedSequences {
  readonly batch: number;
  /** Tokens of the longest sequence. */
  readonly length: number;
  /** Most outputs any sequence is asked for. */
  readonly queries: number;
  /** int32 [batch * length]; the start entity where there is no token. Causal attention never looks there. */
  readonly items: Int32Array;
  /** [batch * length, types]; 0 where there is no token. */
  readonly feedback: Float32Array;
  /** The padded row of each token, in packed order: [tokens]. */
  readonly tokenRows: Int32Array;
  /** [batch * queries]: position in its sequence that each query looks back from; padded by the sequence's last. */
  readonly limits: Int32Array;
  /** The padded query of each output, in packed order: [outputs]; and its sequence. */
  readonly outputRows: Int32Array;
  readonly outputSequences: Int32Array;
}

export function padded(sequences: readonly StateSequence[], types: number, start: number): PaddedSequences {
  const asked = sequences.map(({ items, outputs }) => (outputs === "all" ? [...items.keys()] : outputs));
  const batch = sequences.length;
  const length = Math.max(...sequences.map(({ items }) => items.length));
  const queries = Math.max(...asked.map((outputs) => outputs.length));
  const items = new Int32Array(batch * length).fill(start);
  const feedback = new Float32Array(batch * length * types);
  sequences.forEach((sequence, s) => {
    items.set(sequence.items, s * length);
    feedback.set(sequence.feedback, s * length * types);
  });
  const limits = new Int32Array(batch * queries);
  asked.forEach((outputs, s) => {
    limits.fill(outputs.at(-1) ?? 0, s * queries, (s + 1) * queries);
    limits.set(outputs, s * queries);
  });
  return {
    batch,
    length,
    queries,
    items,
    feedback,
    tokenRows: Int32Array.from(
      sequences.flatMap((sequence, s) => [...sequence.items.keys()].map((i) => s * length + i)),
    ),
    limits,
    outputRows: Int32Array.from(asked.flatMap((outputs, s) => outputs.map((_, i) => s * queries + i))),
    outputSequences: Int32Array.from(asked.flatMap((outputs, s) => outputs.map(() => s))),
  };
}
