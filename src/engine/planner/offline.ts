/** Planners that need no model: deterministic, from the request alone. Also what an unusable reply falls back to. */
import type { OfflineStrategy } from "../../protocol/experiment/models.ts";
import { type CategoryIndex, categoriesOf, type Dataset } from "../data/dataset.ts";
import { type InterestRanking, lastSlateCategories } from "../simulator/interest.ts";
import type { Session } from "../simulator/session.ts";
import { LessonReader } from "./lessonReader.ts";
import type { Plan, Planner, PlanRequest, ShownReflection } from "./planner.ts";

export interface OfflinePlannerOptions {
  readonly dataset: Dataset;
  readonly interest: InterestRanking;
  readonly strategy: OfflineStrategy;
  readonly categoriesPerPlan: number;
}

export class OfflinePlanner implements Planner {
  private readonly reader: LessonReader;

  constructor(private options: OfflinePlannerOptions) {
    this.reader = new LessonReader(options.dataset);
  }

  /** Takes effect with the next plan. */
  configure(changes: Pick<OfflinePlannerOptions, "strategy" | "categoriesPerPlan">): void {
    const { strategy, categoriesPerPlan } = changes;
    this.options = { ...this.options, strategy, categoriesPerPlan };
  }

  async plan(requests: readonly PlanRequest[]): Promise<readonly Plan[]> {
    return requests.map(({ session, reflections }) => this.planFor(session, reflections));
  }

  /** One session's plan, at once. */
  planFor(session: Session, reflections: readonly ShownReflection[] = []): Plan {
    return { categories: this.choose(session, reflections), source: "offline", unknownIds: 0, invalidReplies: 0 };
  }

  state(): null {
    return null;
  }

  /** A plan follows from its request; there is nothing to restore. */
  restore(): void {}

  private choose(session: Session, reflections: readonly ShownReflection[]): readonly CategoryIndex[] {
    const { dataset, interest, strategy, categoriesPerPlan } = this.options;
    switch (strategy) {
      case "round-robin":
        return takeTurns(interest.items.served, session, categoriesPerPlan);
      case "least-recently-used":
        return avoidLastSlate(
          dataset,
          session,
          longestUnseen(dataset, interest.items.served, session),
          categoriesPerPlan,
        );
      case "top-interest":
        return avoidLastSlate(dataset, session, interest.rank(session), categoriesPerPlan);
      case "lessons": {
        const ranking = this.reader.rank(session, reflections, interest.items.served);
        return avoidLastSlate(dataset, session, ranking, categoriesPerPlan);
      }
    }
  }
}

/**
 * The next `count` categories in turn, from a start of the session's own. At most half of all, so that a plan shares
 * nothing with the one before it.
 */
function takeTurns(served: readonly CategoryIndex[], session: Session, count: number): readonly CategoryIndex[] {
  const size = Math.min(count, Math.max(2, Math.floor(served.length / 2)), served.length);
  const start = (session.key + session.steps.length * size) % served.length;
  return Array.from({ length: size }, (_, i) => served[(start + i) % served.length] as CategoryIndex);
}

/** Never shown first, then the ones shown longest ago; the logged history counts. Ties: lower index. */
function longestUnseen(dataset: Dataset, served: readonly CategoryIndex[], session: Session): readonly CategoryIndex[] {
  const lastShown = new Int32Array(dataset.categories.length).fill(-1);
  let time = 0;
  const see = (item: number): void => {
    for (const category of categoriesOf(dataset, item)) lastShown[category] = time;
    time++;
  };
  session.history.items.forEach(see);
  for (const step of session.steps) step.items.forEach(see);
  return [...served].sort((a, b) => (lastShown[a] as number) - (lastShown[b] as number) || a - b);
}

/**
 * The best `count` of a ranking without the categories of the last slate, so that no quit rule that looks one slate
 * back meets a repeat. Where fewer than two are left, the ranking goes on with the last slate's.
 */
function avoidLastSlate(
  dataset: Dataset,
  session: Session,
  ranking: readonly CategoryIndex[],
  count: number,
): readonly CategoryIndex[] {
  const avoided = lastSlateCategories(dataset, session);
  const fresh = ranking.filter((category) => !avoided.has(category));
  if (fresh.length >= 2) return fresh.slice(0, count);
  return [...fresh, ...ranking.filter((category) => avoided.has(category))].slice(0, count);
}
