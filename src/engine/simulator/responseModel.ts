import type { History, UserIndex } from "../data/dataset.ts";

/** Unit-length encodings of all items, for the correlation penalty (section 4) and intra-list diversity (section 12). */
export interface ItemEncodings {
  readonly dim: number;
  /** [items, dim] */
  readonly values: Float32Array;
  /** Their mean was taken out, so that unrelated items have cosines around 0. */
  readonly centred?: boolean;
}

/**
 * What decides clicks. A slot holds one user's running session; a model keeps what it needs per slot.
 *
 * A result for one slot never depends on which other slots are asked in the same call, nor on how a session's tokens
 * were cut into calls: a model restored by `open` and the same `append` calls gives the same bits.
 */
export interface ResponseModel {
  readonly kind: "trained" | "matrix" | "latent";
  readonly feedbackTypes: readonly string[];
  readonly itemEncodings: ItemEncodings;
  /** Starts a session of `user`, who brings `history` along, in `slot` (in [0, slots)). */
  open(slot: number, user: UserIndex, history: History): void;
  /**
   * Probability of each feedback for every slate item given the history so far.
   * @param slates [slots, slateSize]
   * @param out [slots, slateSize, feedbackTypes]
   */
  predict(slots: readonly number[], slates: Int32Array, out: Float32Array): void;
  /** Appends served slates ([slots, slateSize]) and their feedback bits ([slots, slateSize]) to the histories. */
  append(slots: readonly number[], slates: Int32Array, feedback: Uint8Array): void;
  /** Probability of one feedback type for every item ([items]): what an oracle knows. */
  predictAll(slot: number, feedbackType: number, out: Float32Array): void;
  /** Gives back what its sessions hold; whoever had the model made calls it once, last. */
  dispose(): void;
}

/** Makes a model with room for `slots` sessions; whoever asks for one owns it. */
export type ResponseModelFactory = (slots: number) => ResponseModel;
