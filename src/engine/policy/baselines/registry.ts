/** The policies without a network, by their names in the experiment document (docs/method.md, section 9). */
import type { Experiment, QuitRule } from "../../../protocol/experiment.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { InterestRanking } from "../../planner/interest.ts";
import type { ResponseModelFactory } from "../../simulator/responseModel.ts";
import type { Policy } from "../policy.ts";
import { EpsilonGreedyPolicy } from "./epsilonGreedy.ts";
import { GreedyPolicy } from "./greedy.ts";
import { LinUcbPolicy } from "./linUcb.ts";
import { LookaheadPolicy } from "./lookahead.ts";
import { PopularityPolicy } from "./popularity.ts";
import { RandomPolicy } from "./random.ts";

export type BaselineKind = Exclude<Experiment["policy"]["kind"], "ppo" | "a2c">;

/** What an oracle knows. */
export interface OracleDependencies {
  readonly dataset: Dataset;
  readonly slateSize: number;
  /** The oracle follows its sessions in models of its own. */
  readonly responseModels: ResponseModelFactory;
  /** The rule in force, asked at every step. */
  readonly quitRule: () => QuitRule;
  /** [feedbackTypes] reward of each feedback type (`rewardPerFeedback`) */
  readonly rewards: Float64Array;
  /** The correlation penalty in force (`correlationPenaltyInForce`). */
  readonly penalty: number;
}

export interface BaselineDependencies extends OracleDependencies {
  readonly interest: InterestRanking;
  readonly seed: number;
  /** Sessions in parallel. */
  readonly slots: number;
}

export function createBaseline(kind: BaselineKind, dependencies: BaselineDependencies): Policy {
  const { dataset, slateSize, interest, seed, slots } = dependencies;
  switch (kind) {
    case "random":
      return new RandomPolicy(dataset.items, slateSize, seed);
    case "popularity":
      return new PopularityPolicy(dataset, slateSize);
    case "greedy":
      return new GreedyPolicy(dependencies, slots);
    case "lookahead":
      return new LookaheadPolicy(dependencies);
    case "epsilon-greedy":
      return new EpsilonGreedyPolicy(dataset, slateSize, seed);
    case "linucb":
      return new LinUcbPolicy(dataset, interest, slateSize);
  }
}
