/**
 * The click loss (docs/method.md, section 6): the hyper-action's scores w . e_i + b are read as logits of the clicks on the
 * slate that was served. Its gradient reaches the item encodings, which the policy's own loss knows no way to.
 */
import type { TokenSequence } from "../encoder/tokenSequence.ts";
import { exp, log } from "../math/elementary.ts";
import type { Transition } from "./rollout.ts";

/** What a transition's action led to: the items served, and what is to be foreseen of each. */
export function servedClicks(sequence: TokenSequence, { tokens, nextTokens, probabilities }: Transition) {
  const items = Array.from(sequence.items.subarray(tokens, nextTokens));
  const clicks = Array.from(sequence.feedback.subarray(tokens, nextTokens), (bits) => bits & 1);
  return { items, labels: probabilities ?? clicks };
}

/** A hyper-action's mean, [encoding + 1]: w, then b. */
export interface ScoredSlate {
  readonly mean: Float32Array;
  /** [items, encoding] */
  readonly encodings: Float32Array;
  /** Rows of the slate's items in `encodings`. */
  readonly rows: readonly number[];
  /** What to foresee, by item: 1 a click, 0 none, or the probability of one. */
  readonly labels: readonly number[];
}

/**
 * Mean binary cross-entropy of the slate, in nats. `scale` times its gradient is added to `dmean` (like `mean`) and
 * `dencodings` (like `encodings`).
 */
export function clickLoss(
  { mean, encodings, rows, labels }: ScoredSlate,
  scale: number,
  dmean: Float32Array,
  dencodings: Float32Array,
): number {
  const width = mean.length - 1;
  let loss = 0;
  rows.forEach((row, i) => {
    const label = labels[i] as number;
    const from = row * width;
    let logit = mean[width] as number;
    for (let d = 0; d < width; d++) logit += (mean[d] as number) * (encodings[from + d] as number);
    const decay = exp(-Math.abs(logit));
    loss += Math.max(logit, 0) - logit * label + log(1 + decay);
    const probability = logit >= 0 ? 1 / (1 + decay) : decay / (1 + decay);
    const gradient = ((probability - label) * scale) / rows.length;
    dmean[width] = (dmean[width] as number) + gradient;
    for (let d = 0; d < width; d++) {
      dmean[d] = (dmean[d] as number) + gradient * (encodings[from + d] as number);
      dencodings[from + d] = (dencodings[from + d] as number) + gradient * (mean[d] as number);
    }
  });
  return loss / rows.length;
}
