/** The policy, its updates, and what measures them. Section numbers refer to docs/method.md. */
import * as z from "zod";
import { count, flag, real } from "./fields.ts";

/** Section 5. */
export const policySchema = z.strictObject({
  kind: z
    .enum([
      "ppo",
      "a2c",
      "random",
      "popularity",
      "greedy",
      "lookahead",
      "epsilon-greedy",
      "linucb",
      "fixed-ranking",
      "not-personalised",
    ])
    .default("ppo")
    .meta({
      description:
        "What picks the items inside the plan. fixed-ranking and not-personalised know what an item earns on average, greedy and lookahead what it earns with the user; the others know nothing that the log does not tell.",
    }),
  layout: z
    .enum(["packed", "windowed"])
    .default("packed")
    .meta({ description: "packed: one causal sequence per session; windowed: the last items anew at each step." }),
  idEmbedding: count("Width of the id embeddings.", 16, 4, 256),
  encoding: count("Width of item and user encodings.", 32, 8, 256),
  heads: count("Attention heads.", 4, 1, 16),
  feedForward: count("Width of the feed-forward layers.", 64, 8, 1024),
  layers: count("Transformer layers.", 3, 1, 12),
  hidden: z
    .array(z.int().min(4).max(4096))
    .min(1)
    .max(4)
    .default([256, 64])
    .meta({ description: "Hidden layers of the action and value networks." }),
  initialStd: real("Initial standard deviation of the hyper-action.", 0.8, 0.001, 10),
  clickLoss: real(
    "Weight of a loss beside PPO's that reads the policy's scores as logits of the clicks on what was served, and so teaches item encodings what is clicked. 0: none, as in the paper.",
    0,
    0,
    1000,
  ),
  clickLabels: z.enum(["clicks", "truth"]).default("clicks").meta({
    description:
      "What the click loss is to foresee. clicks: what users did; truth: the simulator's own click probabilities, which no recommender knows: what the same network could reach.",
  }),
  warmStart: count(
    "Passes over the log that fit the policy to its clicks before training. 0: none, as in the paper.",
    0,
    0,
    100,
  ),
  tableScale: real(
    "Initial spread of the item and user embeddings: one step turns smaller ones further.",
    1,
    0.001,
    10,
  ),
  state: z.enum(["history", "session"]).default("history").meta({
    description:
      "What the policy sees of a visit. history: items and feedback, as in the paper; session: also which of them belong to the visit under way, its step, and the patience left.",
  }),
  backend: z.enum(["wasm", "plain", "tfjs"]).default("wasm").meta({
    description:
      "What computes. wasm: our kernels; plain: their readable twin, slow; tfjs: TensorFlow.js computes the updates and has to be installed (see lerl doctor).",
  }),
  workers: count(
    "Threads that share an update; the result does not depend on it. 0: one per core, at most 4.",
    0,
    0,
    64,
  ),
});

/** Section 6. */
export const ppoSchema = z.strictObject({
  gamma: real("Discount of future rewards.", 0.9, 0, 1),
  lambda: real("GAE weight; 0 gives the one-step TD advantage.", 0.95, 0, 1),
  clip: real("Clip range of the probability ratio.", 0.2, 0.01, 10),
  valueCoefficient: real("Weight of the value loss.", 0.5, 0, 10),
  entropyCoefficient: real("Weight of the entropy bonus.", 0.001, 0, 1),
  epochs: count("Passes over a rollout per update.", 4, 1, 50),
  minibatch: count("Transitions per gradient step (packed: whole sessions up to about this many).", 64, 1, 65_536),
  learningRates: z
    .strictObject({
      action: real("Adam step size of the action network.", 1e-4, 0, 1),
      value: real("Adam step size of the value network.", 1e-3, 0, 1),
      encoder: real("Adam step size of the state encoder.", 1e-4, 0, 1),
      std: real("Adam step size of the log standard deviation.", 1e-5, 0, 1),
    })
    .prefault({}),
  maxGradientNorm: real("Gradients are scaled down to this global norm.", 0.5, 0.001, 1000),
  normaliseAdvantage: flag("Give advantages zero mean and unit variance per update.", true),
  anneal: flag("Lower the learning rates linearly to zero over the run.", false),
  dropout: real(
    "Dropout during updates. The paper's networks have 0.1; it blurs the probability ratio that PPO clips, so the default is 0.",
    0,
    0,
    0.9,
  ),
});

export const trainingSchema = z.strictObject({
  iterations: count("Rollouts, each followed by an update.", 100, 1, 1_000_000),
  rolloutSteps: count("Environment steps per rollout (T_u).", 20, 1, 1000, "steps"),
  checkpointEvery: count("Iterations between checkpoints.", 10, 1, 100_000),
});

/** Section 13. */
export const evaluationSchema = z.strictObject({
  every: count("Iterations between evaluations.", 10, 1, 100_000),
  sessions: count("Sessions per evaluation, on fixed users with common random numbers.", 200, 1, 100_000, "sessions"),
  seed: count(
    "Seed of the evaluation users and their click uniforms; independent of the run's seed.",
    20_260,
    0,
    0xffff_ffff,
  ),
  planner: z.enum(["offline", "same"]).default("offline").meta({
    description:
      "Who plans in evaluations during training where a model plans the run. offline: the planner without a model, so that an evaluation makes no calls and measures the policy; same: the model, about five calls per session by default.",
  }),
  modelSessions: count(
    "Visits of each evaluation that the model plans as well, where it plans the run and evaluations go without it: the score of the prompt. About five calls a visit, and no more than a quarter of the visits that training serves between two evaluations; 0: none.",
    16,
    0,
    10_000,
    "sessions",
  ),
  references: flag("Also measure the reference policies, from random to the oracle.", true),
  users: z.enum(["heldOut", "all"]).default("heldOut").meta({
    description:
      "Whom evaluations draw. heldOut: a fifth of the users with a history, whom training never sees and the policy knows as its unknown user; all: the users that training draws too. Data with fewer than 10 such users always use all.",
  }),
  responseModel: z.enum(["other", "same"]).default("other").meta({
    description:
      "What decides clicks in evaluations. other: a model that training never meets, with other noise (synthetic data) or trained with another seed on other rows, which takes as long as the first; same: training's. KuaiRec's recorded matrix is always the same.",
  }),
});
