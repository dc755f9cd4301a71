/** Turns served steps into the rows of episodes.jsonl: plans, items and feedback by the names of the source data. */
import * as z from "zod";
import { type Episode, type EpisodeStep, episodePlanSchema } from "../../protocol/run.ts";
import { categoriesOf, type Dataset } from "../data/dataset.ts";
import type { PlanInForce, ServedStep } from "../serving/stepper.ts";
import { type Session, type SessionEnd, type SessionStep, sessionScores } from "../simulator/session.ts";

/** Sessions under way, by slot: what each step was planned with. A checkpoint keeps it. */
export const episodePlansSchema = z.record(z.string(), z.array(episodePlanSchema));
export type EpisodePlans = z.output<typeof episodePlansSchema>;

export const episodeId = (session: Session): string => `s${session.slot}-${session.number}`;

export class EpisodeRecorder {
  private plans: EpisodePlans = {};

  constructor(
    private readonly dataset: Dataset,
    private readonly feedbackTypes: readonly string[],
  ) {}

  /** Notes one step; the whole episode when the session ended with it. */
  record({ result, plan }: ServedStep, iteration: number): Episode | undefined {
    const { session, finished } = result;
    const plans = this.plans[session.slot] ?? [];
    this.plans[session.slot] = plans;
    plans.push(this.describePlan(plan));
    if (!finished) return undefined;
    delete this.plans[session.slot];
    return this.episode(session, finished.ended, plans, iteration);
  }

  state(): EpisodePlans {
    return this.plans;
  }

  restore(state: EpisodePlans): void {
    this.plans = structuredClone(state);
  }

  private episode(
    session: Session,
    ended: SessionEnd,
    plans: readonly EpisodeStep["plan"][],
    iteration: number,
  ): Episode {
    return {
      id: episodeId(session),
      iteration,
      slot: session.slot,
      user: this.dataset.userIds[session.user] ?? String(session.user),
      historyLength: session.history.items.length,
      click: this.feedbackTypes[0] ?? "",
      steps: session.steps.map((step, i) => this.step(step, plans[i] ?? NO_PLAN)),
      ...sessionScores(session),
      ended,
    };
  }

  private step(step: SessionStep, plan: EpisodeStep["plan"]): EpisodeStep {
    return {
      plan,
      items: step.items.map((item) => this.dataset.itemIds[item] ?? String(item)),
      itemCategories: step.items.map((item) => this.categoryIds(categoriesOf(this.dataset, item))),
      feedback: step.feedback.map((bits) => this.feedbackTypes.filter((_, f) => (bits >> f) & 1)),
      probabilities: step.probabilities.map((p) => Math.round(p * 1e4) / 1e4),
      reward: step.reward,
      repeated: step.repeated,
      patience: step.patience,
    };
  }

  private describePlan({ categories, source, callId, reflections, made }: PlanInForce): EpisodeStep["plan"] {
    return {
      categories: this.categoryIds(categories),
      source,
      reflections,
      ...(callId !== undefined && { callId }),
      ...(made && made.source !== "offline" && { invalidReplies: made.invalidReplies }),
      ...(made?.unusable && { unusable: made.unusable }),
    };
  }

  private categoryIds(categories: Iterable<number>): number[] {
    return Array.from(categories, (category) => this.dataset.categories[category]?.id ?? category);
  }
}

const NO_PLAN: EpisodeStep["plan"] = { categories: [], source: "none", reflections: [] };
