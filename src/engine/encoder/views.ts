/** Which part of a token sequence the encoder reads (docs/method.md, section 5). */
import { feedbackVectors, type StateSequence } from "./stateEncoder.ts";
import type { TokenSequence } from "./tokenSequence.ts";

/**
 * A view of a session with `tokens` tokens is the start token followed by the tokens after `origin(tokens)`. Views with
 * one origin are prefixes of one another, so one causal pass serves all of them.
 */
export interface Views {
  /** Longest view, in tokens. */
  readonly positions: number;
  readonly origin: (tokens: number) => number;
  /** Feedback vectors depend on the view as a whole (the authors' reshaping), so no two views share a pass. */
  readonly reshaped: boolean;
}

/** Views of up to `positions` tokens from the sequence's start; a longer one starts anew, keeping `kept` tokens at first. */
export function viewsFromStart(positions: number, kept: number): Views {
  const stride = positions - 1 - kept;
  return {
    positions,
    origin: (tokens) => Math.max(0, Math.ceil((tokens - positions) / stride)) * stride,
    reshaped: false,
  };
}

/** Views of the last `window` tokens. */
export function slidingViews(window: number): Views {
  return { positions: 1 + window, origin: (tokens) => Math.max(0, tokens - 1 - window), reshaped: false };
}

/**
 * The view of a sequence up to `tokens`, with its state read after each of `reads` (token counts that share its origin).
 * @param width of a token's vector: its feedback bits, then its note
 * @param start the encoder's start entity
 */
export function viewSequence(
  { reshaped, origin }: Views,
  sequence: TokenSequence,
  tokens: number,
  reads: readonly number[],
  width: number,
  start: number,
): StateSequence {
  const from = origin(tokens);
  const items = sequence.items.slice(from, tokens);
  items[0] = start;
  const bits = sequence.feedback.slice(from, tokens);
  bits[0] = 0;
  const types = width - sequence.noteWidth;
  const vectors = feedbackVectors(bits, types);
  if (reshaped) reshape(vectors, types);
  const feedback = sequence.noteWidth === 0 ? vectors : sideBySide(vectors, types, sequence, from);
  return { user: sequence.user, items, feedback, outputs: reads.map((read) => read - from - 1) };
}

/** [tokens, types] and the notes of the tokens from `from` on, row by row. */
function sideBySide(vectors: Float32Array, types: number, { notes, noteWidth }: TokenSequence, from: number) {
  const width = types + noteWidth;
  const tokens = vectors.length / types;
  const joined = new Float32Array(tokens * width);
  for (let i = 0; i < tokens; i++) {
    joined.set(vectors.subarray(i * types, (i + 1) * types), i * width);
    // The first token stands for the start, whatever it hides.
    if (i > 0) joined.set(notes.subarray((from + i) * noteWidth, (from + i + 1) * noteWidth), i * width + types);
  }
  return joined;
}

/**
 * The reference concatenates the feedback types along time and then cuts the result into vectors: entry (i, f) becomes
 * element i * types + f of [type 0 over time, type 1 over time, ...]. The start token is no part of it.
 * @param vectors of a view's tokens, the start token first: [tokens, types]
 */
export function reshape(vectors: Float32Array, types: number): void {
  const stacked = vectors.slice(types);
  const length = stacked.length / types;
  for (let k = 0; k < stacked.length; k++) {
    const type = Math.floor(k / length);
    const time = k % length;
    vectors[types + k] = stacked[time * types + type] as number;
  }
}
