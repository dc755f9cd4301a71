/** What every evaluation is read against, measured on the same users and click uniforms (docs/metrics.md). */
export const referencePolicies = ["random", "random-in-plan", "round-robin", "not-personalised", "oracle"] as const;
export type ReferencePolicy = (typeof referencePolicies)[number];

/** For people: "not personalised". */
export const referenceLabel = (policy: ReferencePolicy): string => policy.replaceAll("-", " ");
