/** Makes the policy an experiment names. */
import { availableParallelism } from "node:os";
import type { QuitRule } from "../../protocol/experiment/simulator.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { createBaseline, knowsTruth } from "../policy/baselines/registry.ts";
import { learners, learns } from "../policy/learners.ts";
import type { Policy } from "../policy/policy.ts";
import { correlationPenaltyInForce } from "../simulator/correlation.ts";
import { rewardPerFeedback } from "../simulator/reward.ts";
import { TensorEngine } from "../tensor/tensorEngine.ts";
import { loadTfjs } from "../tensor/tfjs/availability.ts";
import type { World } from "./world.ts";

/** More threads than this wait for one another longer than they compute. */
const MOST_THREADS = 4;

/**
 * The numeric engine of a run, shared by everything in it that computes. With the backend `tfjs`, TensorFlow.js computes
 * the updates of a policy that learns and our kernels all the rest.
 *
 * @throws InputError `policy.tfjs-missing`
 */
export async function createTensorEngine({ policy }: Experiment, purpose: "learn" | "use"): Promise<TensorEngine> {
  const threads = policy.workers === 0 ? Math.min(MOST_THREADS, availableParallelism()) : policy.workers;
  const tfjs = policy.backend === "tfjs" && purpose === "learn" ? await loadTfjs() : undefined;
  return TensorEngine.create({ backend: policy.backend === "plain" ? "plain" : "wasm", workers: threads - 1, tfjs });
}

export interface PolicySetting {
  /** As the run began with it: its quit rule lays out the network, whatever live changes make of it since. */
  readonly experiment: Experiment;
  readonly world: World;
  readonly engine: TensorEngine;
  /** Sessions acted on at once. */
  readonly slots: number;
  /** The quit rule in force: what an oracle knows. */
  readonly quitRule: () => QuitRule;
}

export function createPolicy({ experiment, world, engine, slots, quitRule }: PolicySetting): Policy {
  const { dataset, interest, responseModels, fidelity } = world;
  const { kind } = experiment.policy;
  if (learns(kind)) return learners[kind].create({ engine, dataset, experiment, slots });
  const { simulator, seed } = experiment;
  return createBaseline(kind, {
    dataset,
    interest,
    responseModels,
    slots,
    seed,
    users: world.users,
    historyLength: simulator.historyLength,
    quitRule,
    slateSize: simulator.slateSize,
    rewards: rewardPerFeedback(world.feedbackTypes, simulator.rewardWeights),
    penalty: correlationPenaltyInForce(simulator.correlationPenalty, fidelity("correlation")),
  });
}

/**
 * A policy as another world meets it: what knows the truth knows the one of the world it is in. It is asked once, at the
 * first evaluation, for what holds in all of them; what that takes goes with the engine.
 */
export function policyIn(setting: Omit<PolicySetting, "slots">, policy: Policy): Pick<Policy, "evaluator"> {
  if (!knowsTruth(setting.experiment.policy.kind)) return policy;
  let there: Policy | undefined;
  return {
    evaluator: (slots) => {
      there ??= createPolicy({ ...setting, slots: 1 });
      return there.evaluator(slots);
    },
  };
}
