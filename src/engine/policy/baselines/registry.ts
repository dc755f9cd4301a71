/** The policies without a network, by their names in the experiment document (docs/method.md, section 9). */
import type { Experiment } from "../../../protocol/experiment.ts";
import type { InterestRanking } from "../../simulator/interest.ts";
import type { LearnerKind } from "../learners.ts";
import type { Policy } from "../policy.ts";
import { EpsilonGreedyPolicy } from "./epsilonGreedy.ts";
import { FixedRankingPolicy, NotPersonalisedPolicy } from "./fixedRanking.ts";
import { GreedyPolicy } from "./greedy.ts";
import { LinUcbPolicy } from "./linUcb.ts";
import { LookaheadPolicy } from "./lookahead.ts";
import { meanRewards, type Population } from "./meanRewards.ts";
import { PopularityPolicy } from "./popularity.ts";
import { RandomPolicy } from "./random.ts";
import type { OracleDependencies } from "./truth.ts";

export type BaselineKind = Exclude<Experiment["policy"]["kind"], LearnerKind>;

export interface BaselineDependencies extends OracleDependencies, Population {
  readonly interest: InterestRanking;
  readonly seed: number;
  /** Sessions in parallel. */
  readonly slots: number;
}

/** Whether a policy knows the response model of the world it is in. */
export const knowsTruth = (kind: Experiment["policy"]["kind"]): boolean =>
  ["greedy", "lookahead", "fixed-ranking", "not-personalised"].includes(kind);

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
    case "fixed-ranking":
      return new FixedRankingPolicy(meanRewards(dependencies, dependencies), slateSize);
    case "not-personalised":
      return new NotPersonalisedPolicy(meanRewards(dependencies, dependencies), dependencies);
    case "linucb":
      return new LinUcbPolicy(dataset, interest, slateSize);
  }
}
