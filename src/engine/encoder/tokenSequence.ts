/**
 * What the encoder reads of a session: one token per interaction, logged ones first, then the served slates in rank
 * order, and in front a start token so that a user without a history has a state too (docs/method.md, section 5).
 */
import type { History } from "../data/dataset.ts";

/** Item of the start token; its item encoding and its feedback are zero. */
export const START = -1;

/** A growing token sequence. Tokens never change once appended. */
export class TokenSequence {
  /** Tokens so far, the start token included. */
  length = 1;
  private itemValues: Int32Array;
  private feedbackValues: Uint8Array;
  private noteValues: Float32Array;

  /** @param noteWidth numbers that each token carries beside its item and feedback: 0 in all that were logged */
  constructor(
    /** The user, or the unknown one with the user's features (`StateEncoderShape.unknownUser`). */
    readonly user: number,
    history: History,
    readonly noteWidth = 0,
  ) {
    const room = 1 + history.items.length;
    this.itemValues = new Int32Array(room);
    this.feedbackValues = new Uint8Array(room);
    this.noteValues = new Float32Array(room * noteWidth);
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

  /** [length, noteWidth] */
  get notes(): Float32Array {
    return this.noteValues.subarray(0, this.length * this.noteWidth);
  }

  /** @param note of each of the tokens: [noteWidth] */
  append(items: ArrayLike<number>, feedback: ArrayLike<number>, note: ArrayLike<number> = []): void {
    if (note.length !== this.noteWidth) throw new RangeError(`a note of ${note.length} numbers, not ${this.noteWidth}`);
    const needed = this.length + items.length;
    if (needed > this.itemValues.length) this.makeRoom(2 * needed);
    this.itemValues.set(items, this.length);
    this.feedbackValues.set(feedback, this.length);
    for (let token = this.length; token < needed; token++) this.noteValues.set(note, token * this.noteWidth);
    this.length = needed;
  }

  private makeRoom(tokens: number): void {
    const { itemValues, feedbackValues, noteValues } = this;
    this.itemValues = new Int32Array(tokens);
    this.itemValues.set(itemValues);
    this.feedbackValues = new Uint8Array(tokens);
    this.feedbackValues.set(feedbackValues);
    this.noteValues = new Float32Array(tokens * this.noteWidth);
    this.noteValues.set(noteValues);
  }
}
