/** From scores to a slate: the K best items that the plan allows (docs/method.md, section 5). */
import { LerlError } from "../errors.ts";
import type { CategoryMask } from "../simulator/session.ts";

/** Mask level of an item that the plan allows. */
const ALLOWED = 2;

/** How an item outside the plan is kept out (section 10, `excludedItems`). */
export type Exclusion = "infinity" | "zero";

/**
 * The slate of one user, best first: distinct items, higher mask levels before lower ones, then higher scores, ties by
 * lower index. With `infinity` a level-0 item is never served. With `zero` an item outside the plan merely scores 0,
 * as in the authors' code, and therefore beats an allowed item of negative score.
 *
 * @param scores [items]
 * @param out receives the slate; its length is K
 * @throws LerlError `policy.not-finite` when scores are NaN; Error when fewer than K items may be served
 */
export function topSlate(
  scores: Float32Array,
  mask: CategoryMask | undefined,
  exclusion: Exclusion,
  out: Int32Array,
): void {
  const size = out.length;
  const bestScores = new Float64Array(size);
  const bestLevels = new Uint8Array(size);
  let filled = 0;
  for (let item = 0; item < scores.length; item++) {
    let level = mask ? (mask[item] as number) : ALLOWED;
    let score = scores[item] as number;
    if (exclusion === "zero") {
      if (level < ALLOWED) score = 0;
      level = ALLOWED;
    } else if (level === 0) {
      continue;
    }
    if (Number.isNaN(score)) throw notFinite();
    // Items come in index order, so an equal rank keeps the earlier one in front.
    let place = filled;
    while (
      place > 0 &&
      (level > (bestLevels[place - 1] as number) ||
        (level === bestLevels[place - 1] && score > (bestScores[place - 1] as number)))
    ) {
      place--;
    }
    if (place >= size) continue;
    const last = Math.min(filled, size - 1);
    for (let i = last; i > place; i--) {
      bestScores[i] = bestScores[i - 1] as number;
      bestLevels[i] = bestLevels[i - 1] as number;
      out[i] = out[i - 1] as number;
    }
    bestScores[place] = score;
    bestLevels[place] = level;
    out[place] = item;
    if (filled < size) filled++;
  }
  if (filled < size) {
    throw new Error(`The mask leaves ${filled} items for a slate of ${size}; a mask must allow a whole slate.`);
  }
}

function notFinite(): LerlError {
  return new LerlError(
    "policy.not-finite",
    "The policy's scores are not numbers any more: training has diverged. Lower ppo.learningRates or ppo.maxGradientNorm and start again from an earlier checkpoint.",
  );
}
