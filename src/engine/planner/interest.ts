/**
 * What a session tells about a user's taste by category: an estimated click rate, and how recently each category was
 * shown. Everything is computed from the session itself, so a plan never depends on other users.
 */
import { type CategoryIndex, categoriesOf, type Dataset } from "../data/dataset.ts";
import { log } from "../math/elementary.ts";
import type { Session } from "../simulator/session.ts";

/** Exposures that the population's click rate of a category counts for, next to the user's own. */
const PRIOR_EXPOSURES = 3;
/** How fast an exposure fades per item shown since. */
const FADING = 0.85;
/** Log-odds lost per recent exposure. */
const TEDIUM = 0.4;

/** Ranks categories for one user by interest blended with recency. */
export class InterestRanking {
  /** [categories] click rate of the category in the log */
  private readonly clickRates: Float64Array;
  /** Categories that have items; the others can never be served. */
  readonly served: readonly CategoryIndex[];

  constructor(private readonly dataset: Dataset) {
    this.clickRates = loggedClickRates(dataset);
    const items = new Int32Array(dataset.categories.length);
    for (const category of dataset.itemCategories.values) items[category] = (items[category] as number) + 1;
    this.served = [...items.keys()].filter((category) => (items[category] as number) > 0);
  }

  /** Served categories, the user's next best first: high click rate, and not shown lately. Ties: lower index. */
  rank(session: Session): readonly CategoryIndex[] {
    const scores = this.scores(session);
    return [...this.served].sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  }

  /** [categories] log-odds of a click, less the tedium of recent exposures. */
  private scores(session: Session): Float64Array {
    const categories = this.dataset.categories.length;
    const clicks = new Float64Array(categories);
    const shown = new Float64Array(categories);
    const recent = new Float64Array(categories);
    const see = (item: number, feedback: number): void => {
      for (let c = 0; c < categories; c++) recent[c] = (recent[c] as number) * FADING;
      for (const category of categoriesOf(this.dataset, item)) {
        shown[category] = (shown[category] as number) + 1;
        clicks[category] = (clicks[category] as number) + (feedback & 1);
        recent[category] = (recent[category] as number) + 1;
      }
    };
    session.history.items.forEach((item, i) => {
      see(item, session.history.feedback[i] as number);
    });
    for (const step of session.steps)
      step.items.forEach((item, i) => {
        see(item, step.feedback[i] as number);
      });
    return clicks.map((clicked, c) => {
      const prior = PRIOR_EXPOSURES * (this.clickRates[c] as number);
      const odds = (clicked + prior) / ((shown[c] as number) - clicked + PRIOR_EXPOSURES - prior);
      return log(odds) - TEDIUM * (recent[c] as number);
    });
  }
}

/** Click rate by category over the whole log, drawn towards the overall rate by ten exposures; never 0 or 1. */
function loggedClickRates(dataset: Dataset): Float64Array {
  const clicks = new Float64Array(dataset.categories.length);
  const shown = new Float64Array(dataset.categories.length);
  const { items, feedback } = dataset.log;
  let allClicks = 1;
  for (let row = 0; row < items.length; row++) {
    const clicked = (feedback[row] as number) & 1;
    allClicks += clicked;
    for (const category of categoriesOf(dataset, items[row] as number)) {
      shown[category] = (shown[category] as number) + 1;
      clicks[category] = (clicks[category] as number) + clicked;
    }
  }
  const overall = allClicks / (items.length + 2);
  return clicks.map((clicked, c) => (clicked + 10 * overall) / ((shown[c] as number) + 10));
}

/** The categories of the items the session was served last; empty before its first slate. */
export function lastSlateCategories(dataset: Dataset, session: Session): ReadonlySet<CategoryIndex> {
  const last = session.steps.at(-1);
  return new Set(last?.items.flatMap((item) => [...categoriesOf(dataset, item)]));
}
