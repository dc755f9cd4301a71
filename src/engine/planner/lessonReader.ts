/**
 * A reader of lessons: plans by the last slates and by the reflections it is shown, and knows nothing else of the user or
 * of the feed. What it earns beside a reader without lessons is what the lessons carry (docs/method.md, section 2).
 */
import { type CategoryIndex, type Dataset, primaryCategory } from "../data/dataset.ts";
import { log } from "../math/elementary.ts";
import type { Session } from "../simulator/session.ts";
import { type CategoryCount, visitCounts } from "../simulator/visitCounts.ts";
import type { ShownReflection } from "./planner.ts";

/** Slates of the visit that it looks back on, as planner prompts do. */
const SLATES = 5;
/** Exposures that all lessons together count for in what one says of a category. */
const LESSON_PRIOR = 3;
/** Exposures that the lessons count for beside the visit's own. */
const VISIT_PRIOR = 3;
/** Exposures that a category counts for which a lesson names without numbers. */
const WORD = 2;
/** Log-odds lost per recent exposure, which fades by the item: lessons ask for rotation. */
const TEDIUM = 0.4;
const FADING = 0.85;
/** Click rate of a feed of which nothing is known. */
const UNKNOWN = 0.5;
const COUNTS = /^\s*[([]?(\d+)\s*\/\s*(\d+)/;
const AGAINST = /\b(?:avoid|over|less|fewer|without|skip|not|never|drop|stop)\b[^.;:]*$/i;
/** Lessons kept read. */
const READ = 10_000;

export class LessonReader {
  /** Lower case, the longest first: a name may hold another. */
  private readonly names: readonly (readonly [name: string, category: CategoryIndex])[];
  private readonly read = new Map<string, ReadonlyMap<CategoryIndex, CategoryCount>>();

  constructor(private readonly dataset: Dataset) {
    this.names = dataset.categories
      .map(({ name }, category) => [name.toLowerCase(), category] as const)
      .filter(([name]) => name !== "")
      .sort(([a], [b]) => b.length - a.length);
  }

  /** The served categories by estimated click rate, the best first; of equal ones, each step begins elsewhere. */
  rank(
    session: Session,
    reflections: readonly ShownReflection[],
    served: readonly CategoryIndex[],
  ): readonly CategoryIndex[] {
    const lessons = added(reflections.map(({ text }) => this.marks(text)));
    const { shown: allShown, clicked: allClicked } = sum(lessons.values());
    const usual = allShown === 0 ? UNKNOWN : allClicked / allShown;
    const own = visitCounts(this.dataset, session.steps.slice(-SLATES));
    const recent = recentExposures(this.dataset, session);
    const worth = new Map(
      served.map((category) => {
        const learned = rate(lessons.get(category), LESSON_PRIOR, usual);
        const expected = rate(own.get(category), VISIT_PRIOR, learned);
        return [category, logOdds(expected) - TEDIUM * (recent.get(category) ?? 0)];
      }),
    );
    const start = (session.key + session.steps.length * SLATES) % Math.max(1, served.length);
    const inTurn = [...served.slice(start), ...served.slice(0, start)];
    return inTurn.sort((a, b) => (worth.get(b) as number) - (worth.get(a) as number));
  }

  /** What a lesson says of categories: its own numbers where it gives them, else a word for or against. */
  marks(text: string): ReadonlyMap<CategoryIndex, CategoryCount> {
    const known = this.read.get(text);
    if (known) return known;
    // Some letters are longer in lower case: places are places in this, not in the text.
    const lower = text.toLowerCase();
    let rest = lower;
    const found: ReadonlyMap<CategoryIndex, CategoryCount>[] = [];
    for (const [name, category] of this.names) {
      for (let at = rest.indexOf(name); at >= 0; at = rest.indexOf(name, at + name.length)) {
        const end = at + name.length;
        if (isLetter(rest[at - 1]) || isLetter(rest[end])) continue;
        found.push(new Map([[category, mark(lower.slice(0, at), lower.slice(end))]]));
        rest = rest.slice(0, at) + " ".repeat(name.length) + rest.slice(end);
      }
    }
    if (this.read.size >= READ) this.read.clear();
    const marks = added(found);
    this.read.set(text, marks);
    return marks;
  }
}

/** Exposures of the visit, each faded by the items shown since. */
function recentExposures(dataset: Dataset, { steps }: Session): ReadonlyMap<CategoryIndex, number> {
  const recent = new Map<CategoryIndex, number>();
  let weight = 1;
  for (const item of steps.flatMap(({ items }) => items).reverse()) {
    const category = primaryCategory(dataset, item);
    recent.set(category, (recent.get(category) ?? 0) + weight);
    weight *= FADING;
  }
  return recent;
}

const logOdds = (share: number): number => log((share + 0.01) / (1.01 - share));

function mark(before: string, after: string): CategoryCount {
  const [, clicked, shown] = COUNTS.exec(after) ?? [];
  // No more were clicked than shown: "24/7" is no count.
  if (Number(clicked) <= Number(shown)) return { shown: Number(shown), clicked: Number(clicked) };
  return { shown: WORD, clicked: AGAINST.test(before) ? 0 : WORD };
}

function rate(count: CategoryCount | undefined, prior: number, expected: number): number {
  const { shown, clicked } = count ?? { shown: 0, clicked: 0 };
  return (clicked + prior * expected) / (shown + prior);
}

function added(maps: readonly ReadonlyMap<CategoryIndex, CategoryCount>[]): ReadonlyMap<CategoryIndex, CategoryCount> {
  const totals = new Map<CategoryIndex, CategoryCount>();
  for (const [category, count] of maps.flatMap((map) => [...map])) {
    totals.set(category, sum([count, totals.get(category) ?? { shown: 0, clicked: 0 }]));
  }
  return totals;
}

function sum(counts: Iterable<CategoryCount>): CategoryCount {
  let shown = 0;
  let clicked = 0;
  for (const count of counts) {
    shown += count.shown;
    clicked += count.clicked;
  }
  return { shown, clicked };
}

const isLetter = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}]/u.test(character);
