/** What every table is read against: random is 0, the oracle 1; between them what plans alone give, and what needs no user. */
import { asksModel } from "../../protocol/asksModel.ts";
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
  const { planner } = experiment;
  const plans = new OfflinePlanner({ dataset, interest, ...planner });
  const roundRobin = new OfflinePlanner({ dataset, interest, ...planner, strategy: "round-robin" });
  // As the run's own policy is planned for; a model's stand-in plans anew at every step.
  const inPlan = { planner: plans, replanEvery: asksModel(planner) ? 1 : planner.replanEvery };
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
    ["random-in-plan", { ...inPlan, policy: policyOf("random") }],
    // Over a policy that has learned nothing.
    ["round-robin", { planner: roundRobin, policy: policyOf("ppo") }],
    [
      "not-personalised",
      { ...(planner.enabled ? inPlan : { planner: undefined }), policy: policyOf("not-personalised") },
    ],
    ["oracle", { planner: undefined, policy: policyOf("greedy") }],
  ];
}

/** The two that a normalised score lies between. */
export function scaleContenders(
  experiment: Experiment,
  world: World,
  engine: TensorEngine,
): Readonly<Record<"random" | "oracle", Contender>> {
  const contenders = new Map(referenceContenders(experiment, world, engine));
  return { random: contenders.get("random") as Contender, oracle: contenders.get("oracle") as Contender };
}
