import type { Address, AttentionPlan } from "../kernels.ts";
import type { Arena, LinearMemory } from "../memory.ts";

/** Inputs of packed sequences: sequences laid end to end, one row per token. */
export interface PackedBuffers {
  readonly tokens: number;
  readonly outputs: number;
  /** int32 [tokens], written by the caller: the row of the token's item encoding. */
  readonly itemRows: Address;
  /** float32 [tokens, feedbackWidth], written by the caller. */
  readonly feedback: Address;
  /** int32 [tokens]: position in the sequence, counted from 0; written by `pack`, or by the caller before `extend`. */
  readonly positions: Address;
  /** int32 [outputs]: packed rows of the tokens whose output is asked for. */
  readonly outputRows: Address;
  /** int32 [tokens, 4], [tokens]: segments and limits of full layers (AttentionPlan). */
  readonly segments: Address;
  readonly limits: Address;
  /** The same for the last layer. */
  readonly askedSegments: Address;
  readonly askedLimits: Address;
}

export function packedBuffers(arena: Arena, tokens: number, outputs: number, feedbackWidth: number): PackedBuffers {
  return {
    tokens,
    outputs,
    itemRows: arena.integers(tokens),
    feedback: arena.floats(tokens * feedbackWidth),
    positions: arena.integers(tokens),
    outputRows: arena.integers(outputs),
    segments: arena.integers(tokens * 4),
    limits: arena.integers(tokens),
    askedSegments: arena.integers(tokens * 4),
    askedLimits: arena.integers(outputs),
  };
}

/** One sequence of a batch. */
export interface PackedSequence {
  readonly length: number;
  /** Ascending positions whose output is asked for, at least one; `all` for every position. */
  readonly outputs: readonly number[] | "all";
}

/** What `pack` laid out. */
export interface PackedBatch {
  readonly tokens: number;
  readonly outputs: number;
  /** Tokens of the longest sequence. */
  readonly longest: number;
  /** Every token's output is asked for: outputs are the tokens, in order. */
  readonly allAsked: boolean;
  readonly fullPlan: AttentionPlan;
  readonly askedPlan: AttentionPlan;
}

/** Writes positions, segments and output rows of `sequences` into the buffers. */
export function pack(memory: LinearMemory, buffers: PackedBuffers, sequences: readonly PackedSequence[]): PackedBatch {
  const positions = memory.integers(buffers.positions, buffers.tokens);
  const limits = memory.integers(buffers.limits, buffers.tokens);
  const segments = memory.integers(buffers.segments, buffers.tokens * 4);
  const outputRows = memory.integers(buffers.outputRows, buffers.outputs);
  const askedLimits = memory.integers(buffers.askedLimits, buffers.outputs);
  const askedSegments = memory.integers(buffers.askedSegments, buffers.tokens * 4);
  let tokens = 0;
  let outputs = 0;
  sequences.forEach((sequence, s) => {
    const { length } = sequence;
    const asked = sequence.outputs === "all" ? length : sequence.outputs.length;
    if (tokens + length > buffers.tokens || outputs + asked > buffers.outputs) {
      throw new RangeError(
        `packed sequences exceed the workspace: ${buffers.tokens} tokens, ${buffers.outputs} outputs`,
      );
    }
    segments.set([tokens, length, tokens, length], s * 4);
    askedSegments.set([tokens, length, outputs, asked], s * 4);
    for (let i = 0; i < length; i++) {
      positions[tokens + i] = i;
      limits[tokens + i] = i + 1;
    }
    for (let i = 0; i < asked; i++) {
      const position = sequence.outputs === "all" ? i : (sequence.outputs[i] as number);
      outputRows[outputs + i] = tokens + position;
      askedLimits[outputs + i] = position + 1;
    }
    tokens += length;
    outputs += asked;
  });
  const count = sequences.length;
  return {
    tokens,
    outputs,
    longest: sequences.reduce((most, { length }) => Math.max(most, length), 0),
    allAsked: outputs === tokens,
    fullPlan: { count, segments: buffers.segments, limits: buffers.limits },
    askedPlan: { count, segments: buffers.askedSegments, limits: buffers.askedLimits },
  };
}
