/** What every table is read against: random is 0, the oracle 1, and round-robin planning is what a mask alone gives. */
import type { Experiment } from "../../protocol/experiment.ts";
import type { ReferencePolicy } from "../../protocol/run.ts";
import { OfflinePlanner } from "../planner/offline.ts";
import type { TensorEngine } from "../tensor/tensorEngine.ts";
import type { Contender } from "./contender.ts";
import { createPolicy } from "./policies.ts";
import type { World } from "./world.ts";

/**
 * The reference policies of an experiment (docs/method.md, section 9). They are drawn from the evaluation's seed, so that
 * every run in one setting is normalised by the same numbers.
 */
export function referenceContenders(
  experiment: Experiment,
  world: World,
  engine: TensorEngine,
): readonly (readonly [ReferencePolicy, Contender])[] {
  const { dataset, interest } = world;
  const { categoriesPerPlan } = experiment.planner;
  const roundRobin = new OfflinePlanner({ dataset, interest, strategy: "round-robin", categoriesPerPlan });
  const policyOf = (kind: Experiment["policy"]["kind"]) => (slots: number) =>
    createPolicy({
      experiment: { ...experiment, seed: experiment.evaluation.seed, policy: { ...experiment.policy, kind } },
      world,
      engine,
      slots,
      quitRule: () => experiment.simulator.quit,
    });
  return [
    ["random", { planner: undefined, policy: policyOf("random") }],
    // Over a policy that has learned nothing.
    ["round-robin", { planner: roundRobin, policy: policyOf("ppo") }],
    ["oracle", { planner: undefined, policy: policyOf("greedy") }],
  ];
}
