/**
 * The best slate that somebody who knows the response model and the quit rule would serve (docs/method.md, section 9).
 * Greedy per position: expected reward, the slate's correlation penalty included.
 */
import type { QuitRule } from "../../protocol/experiment/simulator.ts";
import type { Dataset } from "../data/dataset.ts";
import { slateCorrelations } from "../simulator/correlation.ts";
import { repeats, type ServedBefore } from "../simulator/quitRule.ts";
import type { ItemEncodings } from "../simulator/responseModel.ts";
import type { CategoryMask } from "../simulator/session.ts";

/** Candidates kept per primary category, in slates: enough to fill one although others must be passed over. */
const SLATES_PER_CATEGORY = 2;

export interface SlateSearchOptions {
  readonly dataset: Dataset;
  readonly itemEncodings: ItemEncodings;
  readonly slateSize: number;
  /** The correlation penalty in force, in units of an item's value. */
  readonly penalty: number;
}

/** Items worth a place in one slate, higher mask levels first, then higher values. */
export interface Shortlist {
  readonly items: readonly number[];
  /** Parallel to `items`. */
  readonly levels: readonly number[];
  readonly values: readonly number[];
}

export interface FoundSlate {
  readonly items: readonly number[];
  /** Expected reward: mean value after the correlation penalty. */
  readonly value: number;
}

export class SlateSearch {
  private readonly primary: Int32Array;
  private readonly prefixSum: Float64Array;

  constructor(private readonly options: SlateSearchOptions) {
    const { offsets, values } = options.dataset.itemCategories;
    this.primary = Int32Array.from({ length: options.dataset.items }, (_, i) => values[offsets[i] as number] as number);
    this.prefixSum = new Float64Array(options.itemEncodings.dim);
  }

  /** The best items of every primary category. @param values [items] expected reward of a click-alone slate place */
  shortlist(values: Float32Array, mask: CategoryMask | undefined): Shortlist {
    const { dataset, slateSize } = this.options;
    const kept = SLATES_PER_CATEGORY * slateSize;
    const best: number[][] = dataset.categories.map(() => []);
    const level = (item: number): number => mask?.[item] ?? 0;
    const lead = (a: number, b: number): number => level(a) - level(b) || (values[a] as number) - (values[b] as number);
    for (let item = 0; item < dataset.items; item++) {
      if (mask?.[item] === 0) continue;
      const list = best[this.primary[item] as number] as number[];
      if (list.length === kept && lead(item, list[kept - 1] as number) <= 0) continue;
      let place = list.length < kept ? list.push(item) - 1 : kept - 1;
      for (; place > 0 && lead(item, list[place - 1] as number) > 0; place--) list[place] = list[place - 1] as number;
      list[place] = item;
    }
    const items = best.flat().sort((a, b) => lead(b, a) || a - b);
    return { items, levels: items.map(level), values: items.map((item) => values[item] as number) };
  }

  /**
   * Fills the slate position by position with the item that adds most and does not make it a repeat; where every item
   * would, the quit rule is set aside. A lower mask level is used only when the higher one is used up.
   * @param spared a primary category to leave out where there is a choice
   */
  fill(shortlist: Shortlist, rule: QuitRule, before: ServedBefore, spared?: number): FoundSlate {
    const { slateSize } = this.options;
    const slate: number[] = [];
    this.prefixSum.fill(0);
    let total = 0;
    while (slate.length < slateSize) {
      const next =
        this.best(shortlist, slate, spared, (extended) => !repeats(rule, this.lists, before, extended)) ??
        this.best(shortlist, slate, spared, () => true) ??
        this.best(shortlist, slate, undefined, () => true);
      if (!next) throw new RangeError(`fewer than ${slateSize} items are allowed`);
      slate.push(next.item);
      total += next.gain;
      this.addToPrefix(next.item);
    }
    return {
      items: slate,
      value: (this.options.itemEncodings.centred ? this.worth(slate, shortlist) : total) / slateSize,
    };
  }

  /** Summed value after the correlation penalty; where encodings are centred, what places gained one by one is only near it. */
  private worth(slate: readonly number[], { items, values }: Shortlist): number {
    const { itemEncodings, penalty } = this.options;
    const correlations = new Float64Array(slate.length);
    slateCorrelations(itemEncodings, Int32Array.from(slate), correlations);
    return slate.reduce((sum, item, i) => {
      return sum + (values[items.indexOf(item)] as number) - penalty * (correlations[i] as number);
    }, 0);
  }

  primaryCategory(item: number): number {
    return this.primary[item] as number;
  }

  private get lists() {
    return this.options.dataset.itemCategories;
  }

  /** Of the highest level's unused items the one that adds most to the slate's summed value. */
  private best(
    { items, levels, values }: Shortlist,
    slate: readonly number[],
    spared: number | undefined,
    allowed: (extended: readonly number[]) => boolean,
  ): { readonly item: number; readonly gain: number } | undefined {
    const { penalty, slateSize, itemEncodings } = this.options;
    // Joining i pairs with itself once, unless encodings are centred, and with each earlier item twice (section 4, step 2).
    const share = penalty / slateSize;
    const own = itemEncodings.centred ? 0 : 1;
    const mostSaved = itemEncodings.centred ? 0 : share * (2 * slate.length - 1);
    const level = levels[items.findIndex((item) => !slate.includes(item))];
    let best: { item: number; gain: number } | undefined;
    for (let c = 0; c < items.length && (levels[c] as number) >= (level ?? 0); c++) {
      const value = values[c] as number;
      const item = items[c] as number;
      if (slate.includes(item)) continue;
      if (best && value + mostSaved <= best.gain) break;
      if (this.primary[item] === spared) continue;
      const gain = value - share * (own + 2 * this.likeness(item));
      if ((!best || gain > best.gain) && allowed([...slate, item])) best = { item, gain };
    }
    return best;
  }

  /** Sum of cosines with the items chosen so far; where encodings are centred, none earns anything by being unlike them. */
  private likeness(item: number): number {
    const { dim, values, centred } = this.options.itemEncodings;
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += (values[item * dim + d] as number) * (this.prefixSum[d] as number);
    return centred ? Math.max(0, sum) : sum;
  }

  private addToPrefix(item: number): void {
    const { dim, values } = this.options.itemEncodings;
    for (let d = 0; d < dim; d++) {
      this.prefixSum[d] = (this.prefixSum[d] as number) + (values[item * dim + d] as number);
    }
  }
}
