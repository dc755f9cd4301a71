/** The policies that learn, by their names in the experiment document (docs/method.md, sections 6 and 9). */
import type { Experiment } from "../../protocol/experiment.ts";
import type { MetricDefinition } from "../../protocol/metrics.ts";
import type { LearnerOptions, Policy } from "./policy.ts";
import { createA2cPolicy, createPpoPolicy } from "./ppo.ts";

type PolicyKind = Experiment["policy"]["kind"];

/** What belongs to one kind of policy that learns. */
export interface LearnerDefinition {
  /** Group of the metric catalogue that its diagnostics belong to. */
  readonly metrics: MetricDefinition["group"];
  readonly create: (options: LearnerOptions) => Policy;
}

/** A further learner is one more entry. */
export const learners = {
  ppo: { metrics: "PPO", create: createPpoPolicy },
  a2c: { metrics: "PPO", create: createA2cPolicy },
} as const satisfies { readonly [kind in PolicyKind]?: LearnerDefinition };

export type LearnerKind = keyof typeof learners;

export function learns(kind: PolicyKind): kind is LearnerKind {
  return Object.hasOwn(learners, kind);
}
