/** What a user clicked before the visit and what users in general click, as prompts show it: the offline planner's numbers. */
import type { CategoryItems } from "../data/categoryItems.ts";
import { type CategoryIndex, categoriesOf, type Dataset } from "../data/dataset.ts";
import { generalClickRates, historyInterest } from "../simulator/interest.ts";
import type { Session } from "../simulator/session.ts";
import { type CategoryEntry, type CategoryWording, categoryEntries } from "./categoryWords.ts";
import { type CategoryCounts, mostClicked } from "./shownSlates.ts";

/** Rates are whole per cent. */
export type GeneralEntry = CategoryEntry & { readonly rate: number; readonly items: number };
export type ProfileEntry = CategoryCounts & { readonly rate: number };

/** The same for every request of an experiment. */
export interface GeneralKnowledge {
  /** One per candidate category, in their order. */
  readonly entries: readonly GeneralEntry[];
  /** By the candidate's id: its general click rate in whole per cent. */
  readonly rates: ReadonlyMap<number, number>;
}

/** @param items what can be served under a category */
export function generalKnowledge(
  dataset: Dataset,
  items: CategoryItems,
  candidates: readonly CategoryIndex[],
  wording: CategoryWording,
): GeneralKnowledge {
  const shares = generalClickRates(dataset);
  const { members } = items;
  const words = categoryEntries(dataset, wording);
  const entries = candidates.map((category) => ({
    ...(words[category] as CategoryEntry),
    rate: percent(shares[category] as number),
    items: (members[category] as Int32Array).length,
  }));
  return { entries, rates: new Map(entries.map(({ id, rate }) => [id, rate])) };
}

/** The logged history by candidate category, most clicked first. An item counts in each of its categories. */
export function profileOf(
  dataset: Dataset,
  session: Session,
  { rates }: GeneralKnowledge,
  wording: CategoryWording,
): readonly ProfileEntry[] {
  const counts = new Map<CategoryIndex, { shown: number; clicked: number }>();
  const interest = historyInterest(dataset, session);
  session.history.items.forEach((item, i) => {
    for (const category of categoriesOf(dataset, item)) {
      const count = counts.get(category) ?? { shown: 0, clicked: 0 };
      count.shown++;
      count.clicked += interest[i] as number;
      counts.set(category, count);
    }
  });
  const words = categoryEntries(dataset, wording);
  return [...counts]
    .map(([category, { shown, clicked }]) => ({
      ...(words[category] as CategoryEntry),
      shown,
      clicked,
      rate: percent(clicked / shown),
    }))
    .filter(({ id }) => rates.has(id))
    .sort(mostClicked);
}

const percent = (share: number): number => Math.round(100 * share);
