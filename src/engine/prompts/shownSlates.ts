/** Slates as prompts show them: by primary category, what was shown and what was clicked. */
import { type Dataset, type History, primaryCategory } from "../data/dataset.ts";
import type { SessionStep } from "../simulator/session.ts";
import { type CategoryEntry, type CategoryWording, categoryEntries } from "./categoryWords.ts";

export type CategoryCounts = CategoryEntry & { readonly shown: number; readonly clicked: number };

export type SlateEntry = {
  /** From 1; 0 for interactions logged before the session. */
  readonly step: number;
  readonly size: number;
  readonly clicks: number;
  readonly repeated: boolean;
  readonly categories: readonly CategoryCounts[];
};

/** The click is the data set's first feedback type. */
const CLICK = 1;

/** @param first number of the first of these steps within its session, from 1 */
export function sessionSlates(
  dataset: Dataset,
  steps: readonly SessionStep[],
  first: number,
  wording: CategoryWording,
): readonly SlateEntry[] {
  return steps.map((step, i) => slateEntry(dataset, step.items, step.feedback, first + i, step.repeated, wording));
}

/** The last `items` logged interactions, cut into slates of `slateSize`, oldest first. */
export function loggedSlates(
  dataset: Dataset,
  history: History,
  items: number,
  slateSize: number,
  wording: CategoryWording,
): readonly SlateEntry[] {
  const slates: SlateEntry[] = [];
  for (let from = Math.max(0, history.items.length - items); from < history.items.length; from += slateSize) {
    const shown = history.items.subarray(from, from + slateSize);
    slates.push(slateEntry(dataset, shown, history.feedback.subarray(from, from + slateSize), 0, false, wording));
  }
  return slates;
}

/** Most clicked first, then least shown, then by id. */
export const mostClicked = (a: CategoryCounts, b: CategoryCounts): number =>
  b.clicked - a.clicked || a.shown - b.shown || a.id - b.id;

/** Slates taken together, most clicked first. */
export function interestsOf(slates: readonly SlateEntry[]): readonly CategoryCounts[] {
  const totals = new Map<number, CategoryCounts>();
  for (const { categories } of slates) {
    for (const entry of categories) {
      const before = totals.get(entry.id);
      totals.set(entry.id, {
        ...entry,
        shown: entry.shown + (before?.shown ?? 0),
        clicked: entry.clicked + (before?.clicked ?? 0),
      });
    }
  }
  return [...totals.values()].sort(mostClicked);
}

/** Two decimals: enough to compare scores by, few enough for equal prompts to be equal. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function slateEntry(
  dataset: Dataset,
  items: ArrayLike<number>,
  feedback: ArrayLike<number>,
  step: number,
  repeated: boolean,
  wording: CategoryWording,
): SlateEntry {
  const counts = new Map<number, { shown: number; clicked: number }>();
  let clicks = 0;
  for (let i = 0; i < items.length; i++) {
    const category = primaryCategory(dataset, items[i] as number);
    const count = counts.get(category) ?? { shown: 0, clicked: 0 };
    const clicked = (feedback[i] as number) & CLICK;
    count.shown++;
    count.clicked += clicked;
    clicks += clicked;
    counts.set(category, count);
  }
  const words = categoryEntries(dataset, wording);
  const categories = [...counts].map(([category, count]) => ({ ...(words[category] as CategoryEntry), ...count }));
  return { step, size: items.length, clicks, repeated, categories };
}
