/** A plan that is kept for several steps (docs/method.md, section 7, temporal abstraction). */
import type { CategoryIndex, Dataset } from "../data/dataset.ts";
import { lastSlateCategories } from "../simulator/interest.ts";
import type { Session } from "../simulator/session.ts";
import { FEWEST_CATEGORIES } from "./planParsing.ts";

/**
 * What a plan kept from an earlier step still offers: its categories without those of the last slate, so that a kept
 * plan does not repeat itself. Where fewer than two are left, the whole plan stands.
 */
export function keptCategories(
  dataset: Dataset,
  session: Session,
  planned: readonly CategoryIndex[],
): readonly CategoryIndex[] {
  const last = lastSlateCategories(dataset, session);
  const fresh = planned.filter((category) => !last.has(category));
  return fresh.length >= FEWEST_CATEGORIES ? fresh : planned;
}
