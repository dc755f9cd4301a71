/**
 * What a session tells about a user's taste by category: an estimated click rate, and how recently each category was
 * shown. Everything is computed from the session itself, so a plan never depends on other users.
 */
import type { CategoryItems } from "../data/categoryItems.ts";
import { type CategoryIndex, categoriesOf, type Dataset } from "../data/dataset.ts";
import { trainingRows } from "../data/heldOut.ts";
import { perDataset } from "../data/perDataset.ts";
import { log } from "../math/elementary.ts";
import type { Session, SessionStep } from "./session.ts";

/** Exposures that the population's click rate of a category counts for, next to the user's own. */
const PRIOR_EXPOSURES = 3;
/** How fast an exposure fades per item shown since. */
const FADING = 0.85;
/** Exposures that the overall click rate counts for in a category's. */
const RATE_PRIOR = 10;
/** Log-odds gained per e-fold of items: the best of many items is better than the best of few. */
const CHOICE = 0.3;
/** Log-odds lost per recent exposure. */
const TEDIUM = 0.4;

export interface InterestProfile {
  /** [categories] estimated log-odds of a click */
  readonly logOdds: Float64Array;
  /** [categories] exposures, each faded by the items shown since */
  readonly recent: Float64Array;
}

/** Ranks categories for one user by interest blended with recency. */
export class InterestRanking {
  private readonly clickRates: Float64Array;

  constructor(
    private readonly dataset: Dataset,
    readonly items: CategoryItems,
  ) {
    this.clickRates = generalClickRates(dataset);
  }

  /** Served categories, the user's next best first: high click rate, and not shown lately. Ties: lower index. */
  rank(session: Session): readonly CategoryIndex[] {
    const { logOdds, recent } = this.profile(session);
    const { members, served } = this.items;
    const choice = members.map((items) => CHOICE * log(Math.max(1, items.length)));
    const scores = logOdds.map((odds, c) => odds + (choice[c] as number) - TEDIUM * (recent[c] as number));
    return [...served].sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  }

  /** The session read backwards, its logged history last. */
  profile(session: Session): InterestProfile {
    const categories = this.dataset.categories.length;
    const clicks = new Float64Array(categories);
    const shown = new Float64Array(categories);
    const recent = new Float64Array(categories);
    const { offsets, values } = this.dataset.itemCategories;
    let weight = 1;
    const see = (item: number, clicked: number): void => {
      for (let k = offsets[item] as number; k < (offsets[item + 1] as number); k++) {
        const category = values[k] as number;
        shown[category] = (shown[category] as number) + 1;
        clicks[category] = (clicks[category] as number) + clicked;
        recent[category] = (recent[category] as number) + weight;
      }
      weight *= FADING;
    };
    for (let t = session.steps.length - 1; t >= 0; t--) {
      const { items, feedback } = session.steps[t] as SessionStep;
      for (let i = items.length - 1; i >= 0; i--) see(items[i] as number, (feedback[i] as number) & 1);
    }
    const { items } = session.history;
    const interest = historyInterest(this.dataset, session);
    for (let i = items.length - 1; i >= 0; i--) see(items[i] as number, interest[i] as number);
    const logOdds = clicks.map((clicked, c) => {
      const prior = PRIOR_EXPOSURES * (this.clickRates[c] as number);
      return log((clicked + prior) / ((shown[c] as number) - clicked + PRIOR_EXPOSURES - prior));
    });
    return { logOdds, recent };
  }
}

/**
 * [categories] What users in general click: the share of a category's logged exposures with interest, over the users that
 * are not held out and all categories of an item, drawn towards the overall share. Never 0 or 1; the overall share where
 * nothing was logged.
 */
export const generalClickRates = perDataset((dataset): Float64Array => {
  const clicks = new Float64Array(dataset.categories.length);
  const shown = new Float64Array(dataset.categories.length);
  const { items } = dataset.log;
  const isTraining = trainingRows(dataset);
  let allClicks = 1;
  let rows = 2;
  for (let row = 0; row < items.length; row++) {
    if (!isTraining[row]) continue;
    rows++;
    const clicked = loggedInterest(dataset, row);
    allClicks += clicked;
    for (const category of categoriesOf(dataset, items[row] as number)) {
      shown[category] = (shown[category] as number) + 1;
      clicks[category] = (clicks[category] as number) + clicked;
    }
  }
  const overall = allClicks / rows;
  return clicks.map((clicked, c) => (clicked + RATE_PRIOR * overall) / ((shown[c] as number) + RATE_PRIOR));
});

/** [history] 1 for what interested its user, as `loggedInterest` says; the history is the end of the user's log. */
export function historyInterest(dataset: Dataset, { user, history }: Session): Uint8Array {
  const interest = new Uint8Array(history.items.length);
  const first = (dataset.log.offsets[user + 1] as number) - interest.length;
  for (let i = 0; i < interest.length; i++) interest[i] = loggedInterest(dataset, first + i);
  return interest;
}

/** 1 for a click; where the click was not recorded, for any other feedback than dislike. */
function loggedInterest({ log: { feedback, observed }, feedbackTypes }: Dataset, row: number): number {
  const bits = feedback[row] as number;
  if ((observed[row] as number) & 1) return bits & 1;
  const dislike = feedbackTypes.indexOf("is_hate");
  return (dislike < 0 ? bits : bits & ~(1 << dislike)) === 0 ? 0 : 1;
}

/** The categories of the items the session was served last; empty before its first slate. */
export function lastSlateCategories(dataset: Dataset, session: Session): ReadonlySet<CategoryIndex> {
  const last = session.steps.at(-1);
  return new Set(last?.items.flatMap((item) => [...categoriesOf(dataset, item)]));
}
