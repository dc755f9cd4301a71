/**
 * What the encoder reads of a session: one token per interaction, logged ones first, then the served slates in rank
 * order, and in front a start token so that a user without a history has a state too (docs/method.md, section 5).
 */
import type { History, UserIndex } from "../data/dataset.ts";

/** Item of the start token; its item encoding and its feedback are zero. */
export const START = -1;

/** A growing token sequence. Tokens never change once appended. */
export class TokenSequence {
  /** Tokens so far, the start token included. */
  length = 1;
  private itemValues: Int32Array;
  private feedbackValues: Uint8Array;

  constructor(
    readonly user: UserIndex,
    history: History,
  ) {
    this.itemValues = new Int32Array(1 + history.items.length + 128);
    this.feedbackValues = new Uint8Array(this.itemValues.length);
    this.itemValues[0] = START;
    this.itemValues.set(history.items, 1);
    this.feedbackValues.set(history.feedback, 1);
    this.length += history.items.length;
  }

  /** Item of every token, START first. */
  get items(): Int32Array {
    return this.itemValues.subarray(0, this.length);
  }

  /** Feedback bits of every token. */
  get feedback(): Uint8Array {
    return this.feedbackValues.subarray(0, this.length);
  }

  append(items: ArrayLike<number>, feedback: ArrayLike<number>): void {
    const needed = this.length + items.length;
    if (needed > this.itemValues.length) {
      const grown = new Int32Array(2 * needed);
      grown.set(this.itemValues);
      this.itemValues = grown;
      const grownFeedback = new Uint8Array(2 * needed);
      grownFeedback.set(this.feedbackValues);
      this.feedbackValues = grownFeedback;
    }
    this.itemValues.set(items, this.length);
    this.feedbackValues.set(feedback, this.length);
    this.length = needed;
  }
}
