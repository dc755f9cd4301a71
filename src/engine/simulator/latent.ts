/** The synthetic data's own ground truth as the response model, for which an oracle policy exists (section 3). */
import type { Dataset, History, LatentTruth, UserIndex } from "../data/dataset.ts";
import { expose, latentFeedbackTypes, latentLogit } from "../data/latentTruth.ts";
import { sigmoid } from "../math/elementary.ts";
import { normaliseRows } from "./correlation.ts";
import { categoryRows, sideBySide } from "./itemEncodings.ts";
import type { ItemEncodings, ResponseModel } from "./responseModel.ts";

interface LatentSlot {
  user: UserIndex;
  /** [categories] recent exposures */
  readonly exposure: Float64Array;
}

export class LatentResponseModel implements ResponseModel {
  readonly kind = "latent";
  readonly feedbackTypes = latentFeedbackTypes;
  readonly itemEncodings: ItemEncodings;
  private readonly slots: readonly LatentSlot[];

  constructor(
    private readonly dataset: Dataset,
    private readonly truth: LatentTruth,
    slots: number,
  ) {
    this.itemEncodings = latentEncodings(dataset, truth);
    this.slots = Array.from({ length: slots }, () => ({
      user: 0,
      exposure: new Float64Array(dataset.categories.length),
    }));
  }

  open(slot: number, user: UserIndex, history: History): void {
    const opened = this.slot(slot);
    opened.user = user;
    opened.exposure.fill(0);
    for (const item of history.items) expose(this.truth, this.dataset.itemCategories, item, opened.exposure);
  }

  predict(slots: readonly number[], slates: Int32Array, out: Float32Array): void {
    const { feedbackShift } = this.truth;
    const types = feedbackShift.length;
    const slateSize = slates.length / slots.length;
    for (let i = 0; i < slates.length; i++) {
      const { user, exposure } = this.slot(slots[Math.floor(i / slateSize)] as number);
      const logit = latentLogit(this.truth, this.dataset.itemCategories, user, slates[i] as number, exposure);
      for (let f = 0; f < types; f++) out[i * types + f] = sigmoid(logit + (feedbackShift[f] as number));
    }
  }

  append(slots: readonly number[], slates: Int32Array): void {
    const slateSize = slates.length / slots.length;
    for (let i = 0; i < slates.length; i++) {
      const { exposure } = this.slot(slots[Math.floor(i / slateSize)] as number);
      expose(this.truth, this.dataset.itemCategories, slates[i] as number, exposure);
    }
  }

  predictAll(slot: number, feedbackType: number, out: Float32Array): void {
    const { user, exposure } = this.slot(slot);
    const { itemCategories, items } = this.dataset;
    const shift = this.truth.feedbackShift[feedbackType] as number;
    for (let item = 0; item < items; item++) {
      out[item] = sigmoid(latentLogit(this.truth, itemCategories, user, item, exposure) + shift);
    }
  }

  dispose(): void {}

  private slot(slot: number): LatentSlot {
    const found = this.slots[slot];
    if (!found) throw new RangeError(`slot ${slot} of ${this.slots.length}`);
    return found;
  }
}

/** Half taste, half subject: the cosine of two items is the mean of that of their factors and of their categories. */
function latentEncodings(dataset: Dataset, truth: LatentTruth): ItemEncodings {
  const factors = truth.itemFactors.slice();
  normaliseRows(factors, truth.dim);
  return sideBySide({ dim: truth.dim, values: factors }, categoryRows(dataset));
}
