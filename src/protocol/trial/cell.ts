/** One contender's plan for one moment: a line of a trial's cells.jsonl. */
import type { EpisodeStep } from "../run.ts";

export interface CellRow {
  /** Index in the trial's list; the first is the baseline. */
  readonly contender: number;
  /** Name of the moment. */
  readonly moment: string;
  /** From 0: the same question asked again. */
  readonly repeat: number;
  /** Category ids, as in the source data. */
  readonly plan: EpisodeStep["plan"];
  /** Why the stand-in planned, and the beginning of what the model had answered. */
  readonly unusable?: { readonly cause: string; readonly reply: string };
  /** Categories of the plan that no slate before has shown; share of them that the last slate showed. */
  readonly newCategories: number;
  readonly overlapWithLastSlate: number;
  /** Expected reward of the oracle's slate and of the best one inside the plan, and the steps that one costs by repeating. */
  readonly oracle: number;
  readonly inPlan: number;
  readonly stepsLost: number;
  /** Of the answer; absent where it was kept, or nobody was asked. */
  readonly latencyMs?: number;
  readonly tokens?: number;
}
