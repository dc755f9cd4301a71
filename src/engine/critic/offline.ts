/** The critic without a model: one factual sentence from a session's statistics, worth reading for a planner. */
import { type CategoryIndex, categoriesOf, type Dataset } from "../data/dataset.ts";
import { type FinishedSession, type Session, sessionScores } from "../simulator/session.ts";
import type { Critic, WrittenReflection } from "./critic.ts";

/** Section 8: a reflection stays under 20 words. */
const MOST_WORDS = 19;

interface CategoryRecord {
  readonly category: CategoryIndex;
  readonly shown: number;
  readonly clicks: number;
}

export class OfflineCritic implements Critic {
  constructor(private readonly dataset: Dataset) {}

  async reflect(finished: readonly FinishedSession[]): Promise<readonly WrittenReflection[]> {
    return finished.map((one) => this.reflectOn(one));
  }

  /** One session's reflection, at once: the fallback of critics that ask a model. */
  reflectOn({ session }: FinishedSession): WrittenReflection {
    return { text: session.steps.length === 0 ? "" : this.describe(session), source: "offline" };
  }

  private describe(session: Session): string {
    const { tInt } = sessionScores(session);
    const repeats = session.steps.filter((step) => step.repeated).length;
    const records = recordsByCategory(this.dataset, session);
    const best = records.find(({ clicks }) => clicks > 0);
    const worst = records.at(-1) as CategoryRecord;
    const pace =
      repeats === 0
        ? `${tInt} steps without repeats`
        : `${repeats} ${repeats === 1 ? "repeat" : "repeats"} in ${tInt} steps`;
    const advice = repeats === 0 ? "keep rotating" : "rotate more";
    if (!best) {
      return firstThatFits([
        `${pace}, nothing clicked: avoid ${this.name(worst)} (0/${worst.shown}), try others.`,
        `${pace}, nothing clicked: try other categories.`,
      ]);
    }
    const favour = `favour ${this.name(best)} (${best.clicks}/${best.shown} clicked)`;
    const over = best === worst ? "" : ` over ${this.name(worst)} (${worst.clicks}/${worst.shown})`;
    return firstThatFits([
      `${pace}: ${favour}${over}; ${advice}.`,
      `${pace}: ${favour}; ${advice}.`,
      `${pace}; ${advice}.`,
    ]);
  }

  private name({ category }: CategoryRecord): string {
    return this.dataset.categories[category]?.name ?? String(category);
  }
}

/** The session's categories, the best clicked first. Three exposures with one click are added to each: one is little. */
function recordsByCategory(dataset: Dataset, session: Session): readonly CategoryRecord[] {
  const shown = new Map<CategoryIndex, number>();
  const clicks = new Map<CategoryIndex, number>();
  for (const step of session.steps) {
    step.items.forEach((item, i) => {
      for (const category of categoriesOf(dataset, item)) {
        shown.set(category, (shown.get(category) ?? 0) + 1);
        clicks.set(category, (clicks.get(category) ?? 0) + ((step.feedback[i] as number) & 1));
      }
    });
  }
  const rate = (record: CategoryRecord): number => (record.clicks + 1) / (record.shown + 3);
  return [...shown]
    .map(([category, times]) => ({ category, shown: times, clicks: clicks.get(category) ?? 0 }))
    .sort((a, b) => rate(b) - rate(a) || b.shown - a.shown || a.category - b.category);
}

function firstThatFits(sentences: readonly string[]): string {
  const words = (text: string): number => text.split(/\s+/).length;
  return sentences.find((sentence) => words(sentence) <= MOST_WORDS) ?? (sentences.at(-1) as string);
}
