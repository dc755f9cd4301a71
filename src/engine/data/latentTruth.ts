/**
 * The ground truth of synthetic data: one formula that generates the log and that the `latent` response model
 * (docs/method.md, section 3) simulates with.
 *
 * logit(click) = bias + userBias + itemBias + userFactors . itemFactors + affinity[user, c] - satiation * exposure[c],
 * the last two averaged over the item's categories c.
 */
import type { ItemIndex, LatentTruth, Lists, UserIndex } from "./dataset.ts";

/**
 * What a synthetic user can do with an item, the click first. With one uniform per item the feedback is nested: who
 * likes an item has viewed it long, and who views it long has clicked.
 */
export const latentFeedbackTypes = ["is_click", "long_view", "is_like"] as const;

/** userFactors . itemFactors */
export function factorMatch({ dim, userFactors, itemFactors }: LatentTruth, user: UserIndex, item: ItemIndex): number {
  let sum = 0;
  for (let d = 0; d < dim; d++) {
    sum += (userFactors[user * dim + d] as number) * (itemFactors[item * dim + d] as number);
  }
  return sum;
}

/**
 * The click logit of an item given what the user was shown before.
 * @param exposure [categories], kept with `expose`
 */
export function latentLogit(
  truth: LatentTruth,
  itemCategories: Lists,
  user: UserIndex,
  item: ItemIndex,
  exposure: Float64Array,
): number {
  const start = itemCategories.offsets[item] as number;
  const end = itemCategories.offsets[item + 1] as number;
  let categoryTerm = 0;
  for (let k = start; k < end; k++) {
    const c = itemCategories.values[k] as number;
    categoryTerm += (truth.affinity[user * exposure.length + c] as number) - truth.satiation * (exposure[c] as number);
  }
  const intercept = truth.bias + (truth.userBias[user] as number) + (truth.itemBias[item] as number);
  return intercept + factorMatch(truth, user, item) + categoryTerm / (end - start);
}

/** Records that an item was shown: earlier exposures fade, its categories gain one each. In place. */
export function expose(truth: LatentTruth, itemCategories: Lists, item: ItemIndex, exposure: Float64Array): void {
  for (let c = 0; c < exposure.length; c++) exposure[c] = (exposure[c] as number) * truth.satiationDecay;
  const end = itemCategories.offsets[item + 1] as number;
  for (let k = itemCategories.offsets[item] as number; k < end; k++) {
    const c = itemCategories.values[k] as number;
    exposure[c] = (exposure[c] as number) + 1;
  }
}
