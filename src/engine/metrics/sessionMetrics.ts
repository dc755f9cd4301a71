/** How varied what was served is (docs/method.md, section 12): pure functions over served slates and plans. */
import type { MetricName } from "../../protocol/run.ts";
import { type CategoryIndex, categoriesOf, type Dataset, type ItemIndex, primaryCategory } from "../data/dataset.ts";
import { log } from "../math/elementary.ts";
import { itemCosine } from "../simulator/correlation.ts";
import type { ItemEncodings } from "../simulator/responseModel.ts";
import type { Session } from "../simulator/session.ts";

/** A slate in rank order, and the one its session was served before it. */
export interface ServedSlate {
  readonly items: readonly ItemIndex[];
  readonly previous?: readonly ItemIndex[];
}

export interface DiversityContext {
  readonly dataset: Dataset;
  readonly itemEncodings: ItemEncodings;
  /** [items] -ln popularity (`itemNovelty`) */
  readonly novelty: Float64Array;
}

export type DiversityMetric = Extract<
  MetricName,
  | "coverage"
  | "categoryCoverage"
  | "ild"
  | "categoryEntropy"
  | "gini"
  | "overlapAligned"
  | "overlapAny"
  | "mcd"
  | "novelty"
>;

/** The slate a session was served at a step; without one, the last. */
export function servedSlate(session: Session, step = session.steps.length - 1): ServedSlate {
  const served = session.steps[step];
  if (!served) throw new RangeError(`step ${step} of ${session.steps.length}`);
  const previous = session.steps[step - 1];
  return { items: served.items, ...(previous && { previous: previous.items }) };
}

/** Every slate of a session. */
export function servedSlates(session: Session): readonly ServedSlate[] {
  return session.steps.map((_, step) => servedSlate(session, step));
}

/** All diversity metrics of some slates; nothing for none. */
export function diversityOf(
  slates: readonly ServedSlate[],
  { dataset, itemEncodings, novelty }: DiversityContext,
): Readonly<Partial<Record<DiversityMetric, number>>> {
  if (slates.length === 0) return {};
  const exposures = itemExposures(slates, dataset.items);
  const categories = categoryExposures(slates, dataset);
  return {
    coverage: coverage(exposures),
    categoryCoverage: categoryCoverage(slates, dataset),
    ild: intraListDiversity(slates, itemEncodings),
    categoryEntropy: entropy(categories),
    gini: gini(exposures),
    overlapAligned: overlapAligned(slates, dataset),
    overlapAny: overlapAny(slates, dataset),
    mcd: dominatingShare(categories),
    novelty: meanNovelty(slates, novelty),
  };
}

/** [items] how often each was recommended. */
export function itemExposures(slates: readonly ServedSlate[], items: number): Float64Array {
  const exposures = new Float64Array(items);
  for (const slate of slates) for (const item of slate.items) exposures[item] = (exposures[item] as number) + 1;
  return exposures;
}

/** [categories] how often each was recommended as an item's primary category. */
export function categoryExposures(slates: readonly ServedSlate[], dataset: Dataset): Float64Array {
  const exposures = new Float64Array(dataset.categories.length);
  for (const slate of slates) {
    for (const item of slate.items) {
      const category = primaryCategory(dataset, item);
      exposures[category] = (exposures[category] as number) + 1;
    }
  }
  return exposures;
}

/** Share of entries that occurred at all. */
export function coverage(exposures: Float64Array): number {
  return exposures.reduce((seen, times) => seen + (times > 0 ? 1 : 0), 0) / exposures.length;
}

/** Share of all categories that some recommended item has, primary or not. */
export function categoryCoverage(slates: readonly ServedSlate[], dataset: Dataset): number {
  const seen = new Set(slates.flatMap(({ items }) => items.flatMap((item) => [...categoriesOf(dataset, item)])));
  return seen.size / dataset.categories.length;
}

/** Mean over slates of the mean 1 - cos over pairs of different items; 0 for slates of one item. */
export function intraListDiversity(slates: readonly ServedSlate[], encodings: ItemEncodings): number {
  return mean(slates, ({ items }) => {
    let sum = 0;
    for (let i = 0; i < items.length; i++) {
      for (let j = 0; j < i; j++) sum += 1 - itemCosine(encodings, items[i] as number, items[j] as number);
    }
    const pairs = (items.length * (items.length - 1)) / 2;
    return pairs === 0 ? 0 : sum / pairs;
  });
}

/** -sum p ln p, in nats. */
export function entropy(exposures: Float64Array): number {
  const total = sumOf(exposures);
  return exposures.reduce((sum, times) => (times > 0 ? sum - (times / total) * log(times / total) : sum), 0);
}

/** Gini coefficient: 0 when all entries are equal, (n - 1) / n when one has everything. */
export function gini(exposures: Float64Array): number {
  const sorted = exposures.slice().sort();
  const n = sorted.length;
  const weighted = sorted.reduce((sum, times, rank) => sum + (2 * (rank + 1) - n - 1) * times, 0);
  return weighted / (n * sumOf(sorted));
}

/** Share of slates with an item whose primary category stood at the same position of the slate before. */
export function overlapAligned(slates: readonly ServedSlate[], dataset: Dataset): number {
  return mean(slates, ({ items, previous }) => {
    const repeats = items.some((item, i) => {
      const earlier = previous?.[i];
      return earlier !== undefined && primaryCategory(dataset, item) === primaryCategory(dataset, earlier);
    });
    return repeats ? 1 : 0;
  });
}

/** Share of slates that have a primary category in common with the slate before. */
export function overlapAny(slates: readonly ServedSlate[], dataset: Dataset): number {
  return mean(slates, ({ items, previous }) => {
    const earlier = new Set(previous?.map((item) => primaryCategory(dataset, item)));
    return items.some((item) => earlier.has(primaryCategory(dataset, item))) ? 1 : 0;
  });
}

/**
 * Majority category domination: the share of recommendations that fall into the dominating categories, which are the
 * most frequent ones until their cumulative share reaches 0.8.
 */
export function dominatingShare(exposures: Float64Array): number {
  const total = sumOf(exposures);
  let dominating = 0;
  for (const times of exposures.slice().sort().reverse()) {
    if (dominating >= 0.8 * total) break;
    dominating += times;
  }
  return dominating / total;
}

/** Mean -ln popularity of the recommended items. */
export function meanNovelty(slates: readonly ServedSlate[], novelty: Float64Array): number {
  return mean(slates, ({ items }) => mean(items, (item) => novelty[item] as number));
}

/**
 * [items] -ln of each item's share of the logged interactions. One interaction is added to every item, so that an item
 * nobody has met has a finite novelty.
 */
export function itemNovelty(dataset: Dataset): Float64Array {
  const seen = new Float64Array(dataset.items).fill(1);
  for (const item of dataset.log.items) seen[item] = (seen[item] as number) + 1;
  const total = sumOf(seen);
  return seen.map((times) => -log(times / total));
}

/** Overlap of two plans: common categories / all categories of both; 1 for two empty ones. */
export function jaccard(a: readonly CategoryIndex[], b: readonly CategoryIndex[]): number {
  const first = new Set(a);
  const all = new Set([...a, ...b]);
  const common = new Set(b.filter((category) => first.has(category)));
  return all.size === 0 ? 1 : common.size / all.size;
}

function mean<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((sum, value) => sum + of(value), 0) / values.length;
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
