/** Which lessons of the pool a plan is made with (docs/method.md, section 2). */
import { type Reflection, type ShownReflection, SUMMARY } from "../../protocol/run.ts";
import {
  type CategoryIndex,
  type Dataset,
  type History,
  historyOf,
  primaryCategory,
  type UserIndex,
} from "../data/dataset.ts";
import { oneLine } from "../prompts/categoryWords.ts";
import type { Session } from "../simulator/session.ts";
import type { ReflectionPool } from "./reflectionPool.ts";

/** Categories a summary names at most: the ones shown most. */
const SUMMARISED = 60;
/** Exposures that the overall click rate counts for where a summary ranks categories. */
const PRIOR = 10;
/** Clicks by category over a user's logged history, and their length as a vector. */
interface Taste {
  readonly clicks: ReadonlyMap<CategoryIndex, number>;
  readonly length: number;
}

export class Lessons {
  private indexes: ReadonlyMap<string, UserIndex> | undefined;
  /** Of users on whom there is a lesson. */
  private readonly tastes = new Map<string, Taste>();

  /** @param historyLength logged interactions that a user brings along */
  constructor(
    private readonly dataset: Dataset,
    private readonly historyLength: number,
  ) {}

  /** What a plan for the session is shown; the pool counts it. */
  draw(pool: ReflectionPool, session: Session): readonly ShownReflection[] {
    const { show, sampling, shuffle } = pool.config;
    if (show === "counts") return [...pool.pinned(), ...summaryOf(this.dataset, pool.reflections)];
    if (sampling !== "similarity" || shuffle) return pool.sample();
    const taste = tasteOf(this.dataset, session.history);
    return pool.nearest((user) => cosine(taste, this.tasteOf(user)));
  }

  private tasteOf(user: string): Taste {
    this.indexes ??= new Map(this.dataset.userIds.map((id, index) => [id, index]));
    const index = this.indexes.get(user);
    const known = this.tastes.get(user);
    if (known || index === undefined) return known ?? { clicks: new Map(), length: 0 };
    const taste = tasteOf(this.dataset, historyOf(this.dataset, index, this.historyLength));
    this.tastes.set(user, taste);
    return taste;
  }
}

/** All visits of the pool in one line; empty before the first. */
export function summaryOf(dataset: Dataset, reflections: readonly Reflection[]): readonly ShownReflection[] {
  const heard = reflections.filter(({ muted, visit }) => !muted && visit !== undefined);
  if (heard.length === 0) return [];
  const totals = new Map<number, { shown: number; clicked: number }>();
  for (const [id, shown, clicked] of heard.flatMap(({ visit = [] }) => visit)) {
    const total = totals.get(id) ?? { shown: 0, clicked: 0 };
    totals.set(id, { shown: total.shown + shown, clicked: total.clicked + clicked });
  }
  const names = new Map(dataset.categories.map(({ id, name }) => [id, oneLine(name)]));
  const counted = [...totals].map(([id, total]) => ({ id, name: names.get(id) || String(id), ...total }));
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  const overall = sum(counted.map(({ clicked }) => clicked)) / sum(counted.map(({ shown }) => shown));
  const rate = ({ shown, clicked }: { shown: number; clicked: number }): number =>
    (clicked + PRIOR * overall) / (shown + PRIOR);
  const entries = counted
    .sort((a, b) => b.shown - a.shown || a.id - b.id)
    .slice(0, SUMMARISED)
    .sort((a, b) => rate(b) - rate(a) || a.id - b.id)
    .map(({ name, clicked, shown }) => `${name} ${clicked}/${shown}`);
  const text = `Clicked of shown in ${heard.length} ${heard.length === 1 ? "visit" : "visits"}, the best first: ${entries.join(", ")}.`;
  return [{ id: SUMMARY, text, score: sum(heard.map(({ score }) => score)) / heard.length }];
}

function tasteOf(dataset: Dataset, { items, feedback }: History): Taste {
  const clicks = new Map<CategoryIndex, number>();
  for (const [i, item] of items.entries()) {
    if (((feedback[i] as number) & 1) === 0) continue;
    const category = primaryCategory(dataset, item);
    clicks.set(category, (clicks.get(category) ?? 0) + 1);
  }
  let squares = 0;
  for (const count of clicks.values()) squares += count * count;
  return { clicks, length: Math.sqrt(squares) };
}

/** 0 where a user has clicked nothing. */
function cosine(a: Taste, b: Taste): number {
  if (a.length === 0 || b.length === 0) return 0;
  let product = 0;
  for (const [category, count] of a.clicks) product += count * (b.clicks.get(category) ?? 0);
  return product / (a.length * b.length);
}
