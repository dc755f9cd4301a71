/** The return that stands beside a run: its prompt's, where a model reads one and was asked; else its policy's. */
import type { RunRecord } from "../run.ts";

export interface RunScore {
  readonly rCum: number;
  readonly tInt: number;
  /**
   * - `prompt`: by the plans of the model that reads it
   * - `policy`: the model was left out, the planner without one planned
   * - `run`: as the run itself plans, without a model
   * - `training`: means of training, no evaluation
   */
  readonly of: "prompt" | "policy" | "run" | "training";
  /** Where they are fewer than an evaluation's. */
  readonly visits?: number;
}

/** Undefined before the first evaluation. */
export function scoreOf({ summary, experiment }: Pick<RunRecord, "summary" | "experiment">): RunScore | undefined {
  if (!summary) return undefined;
  const { rCum, tInt, planner, model } = summary;
  if (planner === undefined) return { rCum, tInt, of: "training" };
  const { enabled, provider } = experiment.planner;
  if (!enabled || provider === "offline") return { rCum, tInt, of: "run" };
  if (model) return { rCum: model.rCum, tInt: model.tInt, of: "prompt", visits: model.visits };
  return { rCum, tInt, of: planner === "model" ? "prompt" : "policy" };
}
