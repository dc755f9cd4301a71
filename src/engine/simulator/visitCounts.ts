/** What a visit showed and what was clicked, by primary category. */
import { type CategoryIndex, type Dataset, primaryCategory } from "../data/dataset.ts";
import type { SessionStep } from "./session.ts";

export interface CategoryCount {
  readonly shown: number;
  readonly clicked: number;
}

/** In the order of first showing. */
export function visitCounts(
  dataset: Dataset,
  steps: readonly SessionStep[],
): ReadonlyMap<CategoryIndex, CategoryCount> {
  const counts = new Map<CategoryIndex, CategoryCount>();
  for (const { items, feedback } of steps) {
    for (const [i, item] of items.entries()) {
      const category = primaryCategory(dataset, item);
      const { shown, clicked } = counts.get(category) ?? { shown: 0, clicked: 0 };
      counts.set(category, { shown: shown + 1, clicked: clicked + ((feedback[i] as number) & 1) });
    }
  }
  return counts;
}
