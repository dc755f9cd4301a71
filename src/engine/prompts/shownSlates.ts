/** Slates as prompts show them: by primary category, what was shown and what was clicked. */
import { type Category, type Dataset, type History, primaryCategory } from "../data/dataset.ts";
import type { SessionStep } from "../simulator/session.ts";

/** Section 10, `plannerSees`: whether a planner is told what the ids mean. */
export type CategoryLabels = "names" | "ids";

export type CategoryEntry = { readonly id: number; readonly name: string; readonly label: string };
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

export function categoryEntry({ id, name }: Category, labels: CategoryLabels): CategoryEntry {
  if (labels === "ids" || name === "") return { id, name: String(id), label: String(id) };
  const clean = oneLine(name);
  return { id, name: clean, label: `${id} (${clean})` };
}

export function candidateCategories(dataset: Dataset, labels: CategoryLabels): readonly CategoryEntry[] {
  return dataset.categories.map((category) => categoryEntry(category, labels));
}

/** @param first number of the first of these steps within its session, from 1 */
export function sessionSlates(
  dataset: Dataset,
  steps: readonly SessionStep[],
  first: number,
  labels: CategoryLabels,
): readonly SlateEntry[] {
  return steps.map((step, i) => slateEntry(dataset, step.items, step.feedback, first + i, step.repeated, labels));
}

/** The last `items` logged interactions, cut into slates of `slateSize`, oldest first. */
export function loggedSlates(
  dataset: Dataset,
  history: History,
  items: number,
  slateSize: number,
  labels: CategoryLabels,
): readonly SlateEntry[] {
  const slates: SlateEntry[] = [];
  for (let from = Math.max(0, history.items.length - items); from < history.items.length; from += slateSize) {
    const shown = history.items.subarray(from, from + slateSize);
    slates.push(slateEntry(dataset, shown, history.feedback.subarray(from, from + slateSize), 0, false, labels));
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

/** Data on one line, without control characters: it cannot look like a heading of the prompt's own. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
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
  labels: CategoryLabels,
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
  const categories = [...counts].map(([category, count]) => ({
    ...categoryEntry(dataset.categories[category] ?? { id: category, name: "" }, labels),
    ...count,
  }));
  return { step, size: items.length, clicks, repeated, categories };
}
