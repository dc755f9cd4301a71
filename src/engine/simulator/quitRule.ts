/** When a simulated user loses patience (docs/method.md, section 4). Pure: what a session remembers is passed in. */
import type { QuitRule } from "../../protocol/experiment/simulator.ts";
import type { CategoryIndex, ItemIndex, Lists } from "../data/dataset.ts";
import type { SessionEnd } from "./session.ts";

type TemperRule = Extract<QuitRule, { rule: "temper" }>;
type WindowRule = Extract<QuitRule, { rule: "window" }>;

/** Items in rank order; a prefix of a slate is one too. */
export type Slate = ArrayLike<ItemIndex>;

/** The slates served before, oldest first: a session's `steps` fit. */
export type ServedBefore = readonly { readonly items: Slate }[];

export interface QuitVerdict {
  /** The slate repeats categories in the sense of the rule. */
  readonly repeated: boolean;
  /** Temper left, or turns left under the window rule. */
  readonly patience: number;
  /**
   * Temper to hand in at the session's next step. The window rule passes it on untouched, so that a rule changed live
   * finds it again; undefined until the temper rule first judges the session.
   */
  readonly temper: number | undefined;
  readonly ended: SessionEnd | undefined;
}

/**
 * Judges the slate a session is served after `before`.
 * @param temper what the previous verdict handed out; undefined at the session's first step
 */
export function judgeSlate(
  rule: QuitRule,
  itemCategories: Lists,
  before: ServedBefore,
  slate: Slate,
  temper: number | undefined,
): QuitVerdict {
  const repeated = repeats(rule, itemCategories, before, slate);
  if (rule.rule === "temper") {
    const left = (temper ?? rule.initialTemper) - rule.stepCost - (repeated ? rule.repeatCost : 0);
    return { repeated, patience: left, temper: left, ended: left < 1 ? "quit" : undefined };
  }
  const turnsLeft = Math.max(0, rule.maxTurns - before.length - 1);
  const ended = repeated ? "quit" : turnsLeft === 0 ? "turn-limit" : undefined;
  return { repeated, patience: turnsLeft, temper, ended };
}

/**
 * Whether a slate repeats categories by the rule. A slate whose prefix repeats repeats as well, so a slate can be built
 * position by position without ever repeating.
 */
export function repeats(rule: QuitRule, itemCategories: Lists, before: ServedBefore, slate: Slate): boolean {
  return rule.rule === "temper"
    ? repeatsPreviousSlates(rule, itemCategories, before, slate)
    : exceedsWindow(rule, itemCategories, before, slate);
}

/** Repeat: at least `threshold` equal categories with one and the same of the last `window` slates. */
function repeatsPreviousSlates(rule: TemperRule, lists: Lists, before: ServedBefore, slate: Slate): boolean {
  for (let s = Math.max(0, before.length - rule.window); s < before.length; s++) {
    const previous = (before[s] as { items: Slate }).items;
    const equal =
      rule.comparison === "position"
        ? equalPositions(rule, lists, previous, slate)
        : commonCategories(rule, lists, previous, slate);
    if (equal >= rule.threshold) return true;
  }
  return false;
}

/** Slate positions whose item has a category of the item at the same position of the other slate. */
function equalPositions(rule: TemperRule, lists: Lists, previous: Slate, slate: Slate): number {
  const length = Math.min(previous.length, slate.length);
  let equal = 0;
  for (let i = 0; i < length; i++) {
    const earlier = previous[i] as number;
    const end = endOf(rule, lists, earlier);
    for (let c = lists.offsets[earlier] as number; c < end; c++) {
      if (hasCategory(rule, lists, slate[i] as number, lists.values[c] as number)) {
        equal++;
        break;
      }
    }
  }
  return equal;
}

/** Distinct categories that occur in both slates. */
function commonCategories(rule: TemperRule, lists: Lists, previous: Slate, slate: Slate): number {
  let common = 0;
  for (let i = 0; i < slate.length; i++) {
    const item = slate[i] as number;
    const end = endOf(rule, lists, item);
    for (let c = lists.offsets[item] as number; c < end; c++) {
      const category = lists.values[c] as number;
      if (occurrences(rule, lists, slate, 0, i, category) > 0) continue;
      if (occurrences(rule, lists, previous, 0, previous.length, category) > 0) common++;
    }
  }
  return common;
}

/**
 * The slate is read as so many recommendations in rank order: an item's category may occur at most `maxRepeats` times
 * among the `window` items recommended just before it, the ones higher in its own slate included.
 */
function exceedsWindow(rule: WindowRule, lists: Lists, before: ServedBefore, slate: Slate): boolean {
  for (let i = 0; i < slate.length; i++) {
    const item = slate[i] as number;
    const end = endOf(rule, lists, item);
    for (let c = lists.offsets[item] as number; c < end; c++) {
      if (timesInWindow(rule, lists, before, slate, i, lists.values[c] as number) > rule.maxRepeats) return true;
    }
  }
  return false;
}

function timesInWindow(
  rule: WindowRule,
  lists: Lists,
  before: ServedBefore,
  slate: Slate,
  position: number,
  category: CategoryIndex,
): number {
  let times = occurrences(rule, lists, slate, Math.max(0, position - rule.window), position, category);
  let remembered = rule.window - position;
  for (let s = before.length - 1; s >= 0 && remembered > 0; s--) {
    const { items } = before[s] as { items: Slate };
    times += occurrences(rule, lists, items, Math.max(0, items.length - remembered), items.length, category);
    remembered -= items.length;
  }
  return times;
}

/** Items of `slate[from .. to)` that have the category. */
function occurrences(
  rule: QuitRule,
  lists: Lists,
  slate: Slate,
  from: number,
  to: number,
  category: CategoryIndex,
): number {
  let times = 0;
  for (let i = from; i < to; i++) if (hasCategory(rule, lists, slate[i] as number, category)) times++;
  return times;
}

function hasCategory(rule: QuitRule, lists: Lists, item: ItemIndex, category: CategoryIndex): boolean {
  const end = endOf(rule, lists, item);
  for (let c = lists.offsets[item] as number; c < end; c++) if (lists.values[c] === category) return true;
  return false;
}

/** End of the item's compared categories: the first one only, or all. */
function endOf(rule: QuitRule, lists: Lists, item: ItemIndex): number {
  return rule.categories === "primary" ? (lists.offsets[item] as number) + 1 : (lists.offsets[item + 1] as number);
}
