/** KuaiRec's fully observed small matrix as the response model: a click is the recorded truth (section 3, `matrix`). */
import type { ClickMatrix, Dataset, UserIndex } from "../data/dataset.ts";
import { isSet } from "./bits.ts";
import { audienceRows, categoryRows, sideBySide } from "./itemEncodings.ts";
import type { ItemEncodings, ResponseModel } from "./responseModel.ts";

/**
 * Probabilities are 0 or 1 as recorded and do not depend on what was shown before. Item encodings are half audience
 * (who clicks the item), half categories.
 */
export class MatrixResponseModel implements ResponseModel {
  readonly kind = "matrix";
  readonly feedbackTypes: readonly string[];
  readonly itemEncodings: ItemEncodings;
  private readonly users: Int32Array;

  constructor(
    private readonly dataset: Dataset,
    private readonly matrix: ClickMatrix,
    slots: number,
  ) {
    this.feedbackTypes = dataset.feedbackTypes.slice(0, 1);
    this.itemEncodings = sideBySide(audienceRows(dataset, matrix), categoryRows(dataset));
    this.users = new Int32Array(slots);
  }

  open(slot: number, user: UserIndex): void {
    if (slot >= this.users.length) throw new RangeError(`slot ${slot} of ${this.users.length}`);
    this.users[slot] = user;
  }

  predict(slots: readonly number[], slates: Int32Array, out: Float32Array): void {
    const slateSize = slates.length / slots.length;
    for (let i = 0; i < slates.length; i++) {
      const user = this.users[slots[Math.floor(i / slateSize)] as number] as number;
      out[i] = this.clicked(user, slates[i] as number);
    }
  }

  append(): void {}

  predictAll(slot: number, _feedbackType: number, out: Float32Array): void {
    const user = this.users[slot] as number;
    for (let item = 0; item < this.dataset.items; item++) out[item] = this.clicked(user, item);
  }

  dispose(): void {}

  private clicked(user: UserIndex, item: number): number {
    return isSet(this.matrix.bits, user * this.dataset.items + item) ? 1 : 0;
  }
}
