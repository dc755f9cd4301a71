/** What is evaluated, and by what rule a run's own policy becomes it. Every evaluation asks here. */
import { asksModel } from "../../protocol/asksModel.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { Lessons } from "../critic/lessons.ts";
import type { PoolConfig, PoolState } from "../critic/reflectionPool.ts";
import type { Planner, ShownReflection } from "../planner/planner.ts";
import type { Policy } from "../policy/policy.ts";
import type { Session } from "../simulator/session.ts";
import { frozenPool } from "./frozenPool.ts";
import type { Players } from "./players.ts";

/** A policy made for the evaluation's environment, under a planner or none. */
export interface Contender {
  readonly planner: Planner | undefined;
  readonly policy: (slots: number) => Policy;
  readonly sampleReflections?: (session: Session) => readonly ShownReflection[];
  readonly replanEvery?: number;
}

/**
 * Who plans where an experiment's policy is evaluated (docs/method.md, section 13): nobody, the planner without a model,
 * or the model. A planner that asks a model is asked in evaluations only where `evaluation.planner` is "same".
 */
export function evaluationPlanner({ planner, evaluation }: Experiment): "none" | "offline" | "model" {
  if (!planner.enabled) return "none";
  return asksModel(planner) && evaluation.planner === "same" ? "model" : "offline";
}

export interface ContenderParts {
  /** The document in force. */
  readonly experiment: Experiment;
  readonly players: Pick<Players, "planner" | "offlinePlanner">;
  readonly policy: Pick<Policy, "evaluator">;
  readonly pool: { readonly config: PoolConfig; readonly state: PoolState };
  readonly lessons: Lessons;
}

/** A run's policy as it is evaluated: its weights and its pool as they are now, mean action. */
export function contenderOf({ experiment, players, policy, pool, lessons }: ContenderParts): Contender {
  const standsIn = asksModel(experiment.planner) && evaluationPlanner(experiment) === "offline";
  return {
    planner: standsIn ? players.offlinePlanner : players.planner,
    // The stand-in plans anew at every step: its plans cost nothing.
    replanEvery: standsIn ? 1 : experiment.planner.replanEvery,
    policy: (slots) => policy.evaluator(slots),
    sampleReflections: frozenPool(pool.config, pool.state, lessons, experiment.evaluation.seed),
  };
}
