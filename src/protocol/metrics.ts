/** The metrics a run can log: names, units and definitions. Apart from run.ts so that the Studio page needs no schema library. */

export interface MetricDefinition {
  readonly label: string;
  readonly unit: string;
  readonly group: "Returns" | "Diversity" | "Plans" | "PPO" | "Models" | "Evaluation";
  /** Which way is better; none for diagnostics. */
  readonly better?: "higher" | "lower";
  /** Section 12 of docs/method.md, in one line. */
  readonly definition: string;
}

/** Every metric a run can log, by its key in metrics.jsonl (and timing.jsonl for group Models). */
export const metricCatalogue = {
  tInt: {
    label: "T_int",
    unit: "steps",
    group: "Returns",
    better: "higher",
    definition: "Mean steps of the sessions that ended.",
  },
  rCum: {
    label: "R_cum",
    unit: "reward",
    group: "Returns",
    better: "higher",
    definition: "Mean undiscounted return of the sessions that ended.",
  },
  rSin: {
    label: "R_sin",
    unit: "reward/step",
    group: "Returns",
    better: "higher",
    definition: "Mean of R_cum / T_int of the sessions that ended.",
  },
  reward: {
    label: "Reward",
    unit: "reward/step",
    group: "Returns",
    better: "higher",
    definition: "Mean reward of the iteration's steps.",
  },
  sessions: {
    label: "Sessions",
    unit: "sessions",
    group: "Returns",
    definition: "Sessions that ended in the iteration.",
  },
  coverage: {
    label: "Item coverage",
    unit: "share",
    group: "Diversity",
    better: "higher",
    definition: "Distinct items recommended / all items.",
  },
  categoryCoverage: {
    label: "Category coverage",
    unit: "share",
    group: "Diversity",
    better: "higher",
    definition: "Distinct categories recommended / all categories.",
  },
  ild: {
    label: "ILD",
    unit: "1 - cos",
    group: "Diversity",
    better: "higher",
    definition: "Mean pairwise 1 - cosine of item encodings within a slate.",
  },
  categoryEntropy: {
    label: "Category entropy",
    unit: "nats",
    group: "Diversity",
    better: "higher",
    definition: "-sum p ln p of the recommended primary categories.",
  },
  gini: {
    label: "Exposure Gini",
    unit: "0..1",
    group: "Diversity",
    better: "lower",
    definition: "Gini coefficient of item exposure over all items.",
  },
  overlapAligned: {
    label: "Overlap (aligned)",
    unit: "share",
    group: "Diversity",
    better: "lower",
    definition: "Share of steps that repeat a category at the same slate position.",
  },
  overlapAny: {
    label: "Overlap (any)",
    unit: "share",
    group: "Diversity",
    better: "lower",
    definition: "Share of steps that share a category with the slate before.",
  },
  mcd: {
    label: "MCD",
    unit: "share",
    group: "Diversity",
    better: "lower",
    definition:
      "Share of recommendations in the dominating categories (most frequent first until cumulative share 0.8).",
  },
  novelty: {
    label: "Novelty",
    unit: "nats",
    group: "Diversity",
    better: "higher",
    definition: "Mean -ln popularity of the recommended items.",
  },
  planSize: { label: "Plan size", unit: "categories", group: "Plans", definition: "Mean categories per plan." },
  planInvalid: {
    label: "Invalid replies",
    unit: "replies/plan",
    group: "Plans",
    better: "lower",
    definition: "Unusable replies per plan asked for.",
  },
  planThin: {
    label: "Thin plans",
    unit: "share",
    group: "Plans",
    better: "lower",
    definition: "Plans that allow fewer items than a slate.",
  },
  planEmpty: {
    label: "Empty plans",
    unit: "share",
    group: "Plans",
    better: "lower",
    definition: "Plans that allow nothing.",
  },
  planOverlap: {
    label: "Plan overlap",
    unit: "Jaccard",
    group: "Plans",
    definition: "Mean Jaccard overlap with the session's previous plan.",
  },
  poolSize: {
    label: "Pool size",
    unit: "reflections",
    group: "Plans",
    definition: "Reflections in the pool at the end of the iteration.",
  },
  poolScore: {
    label: "Pool score",
    unit: "reward",
    group: "Plans",
    definition: "Mean score of the reflections in the pool.",
  },
  policyLoss: { label: "Policy loss", unit: "", group: "PPO", definition: "Clipped surrogate objective, negated." },
  valueLoss: { label: "Value loss", unit: "", group: "PPO", definition: "Mean squared error of the value network." },
  entropy: { label: "Entropy", unit: "nats", group: "PPO", definition: "Entropy of the hyper-action's Gaussian." },
  approxKl: { label: "Approximate KL (k3)", unit: "nats", group: "PPO", definition: "Mean of (ratio - 1) - ln ratio." },
  oldApproxKl: { label: "Approximate KL (k1)", unit: "nats", group: "PPO", definition: "Mean of -ln ratio." },
  clipFraction: {
    label: "Clip fraction",
    unit: "share",
    group: "PPO",
    definition: "Share of ratios outside the clip range.",
  },
  explainedVariance: {
    label: "Explained variance",
    unit: "",
    group: "PPO",
    better: "higher",
    definition: "1 - Var(return - value) / Var(return).",
  },
  gradientNorm: {
    label: "Gradient norm",
    unit: "",
    group: "PPO",
    definition: "Global gradient norm before clipping, mean over steps.",
  },
  learningRate: { label: "Learning rate", unit: "", group: "PPO", definition: "Adam step size of the action network." },
  std: { label: "Action std", unit: "", group: "PPO", definition: "Mean standard deviation of the hyper-action." },
  evalTInt: {
    label: "T_int",
    unit: "steps",
    group: "Evaluation",
    better: "higher",
    definition: "T_int on the fixed evaluation users, mean action.",
  },
  evalRCum: {
    label: "R_cum",
    unit: "reward",
    group: "Evaluation",
    better: "higher",
    definition: "R_cum on the fixed evaluation users, mean action.",
  },
  evalRSin: {
    label: "R_sin",
    unit: "reward/step",
    group: "Evaluation",
    better: "higher",
    definition: "R_sin on the fixed evaluation users, mean action.",
  },
  evalNormalised: {
    label: "Normalised R_cum",
    unit: "0..1",
    group: "Evaluation",
    better: "higher",
    definition: "(R_cum - random) / (oracle - random) on the same users and click uniforms.",
  },
  llmCalls: {
    label: "Calls",
    unit: "calls",
    group: "Models",
    definition: "Requests answered by a model, cache left out.",
  },
  llmCallsPerUserStep: {
    label: "Calls per user step",
    unit: "calls",
    group: "Models",
    better: "lower",
    definition: "Planner calls / user steps.",
  },
  llmCacheHits: {
    label: "Cache hits",
    unit: "calls",
    group: "Models",
    definition: "Requests answered from the cache or by a request in flight.",
  },
  llmTokensIn: { label: "Tokens in", unit: "tokens", group: "Models", definition: "Prompt tokens." },
  llmTokensOut: { label: "Tokens out", unit: "tokens", group: "Models", definition: "Completion tokens." },
  llmLatencyP50: {
    label: "Latency p50",
    unit: "s",
    group: "Models",
    better: "lower",
    definition: "Median latency of calls.",
  },
  llmLatencyP95: {
    label: "Latency p95",
    unit: "s",
    group: "Models",
    better: "lower",
    definition: "95th percentile of the latency of calls.",
  },
  llmRetries: {
    label: "Retries",
    unit: "calls",
    group: "Models",
    better: "lower",
    definition: "Tries after the first.",
  },
  llmCut: {
    label: "Replies cut",
    unit: "replies",
    group: "Models",
    better: "lower",
    definition:
      "Replies that ended at their token limit; where the experiment or the prompt sets it, each is asked for once more with more room.",
  },
  llmTokensPerSecond: {
    label: "Tokens per second",
    unit: "tokens/s",
    group: "Models",
    better: "higher",
    definition: "Completion tokens / latency of the calls: the speed of one answer.",
  },
  llmErrors: {
    label: "Errors",
    unit: "calls",
    group: "Models",
    better: "lower",
    definition: "Requests that failed for good.",
  },
  llmCost: {
    label: "Cost",
    unit: "USD",
    group: "Models",
    better: "lower",
    definition: "Tokens times the price table.",
  },
  userStepsPerSecond: {
    label: "User steps per second",
    unit: "1/s",
    group: "Models",
    better: "higher",
    definition: "User steps of the iteration / its wall time.",
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metricCatalogue;
