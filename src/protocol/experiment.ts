/**
 * The experiment document, `*.lerl.json`: one schema gives the engine its defaults and checks, the editor its JSON
 * Schema, and the Studio the range and unit of every control. Section numbers refer to docs/method.md.
 */
import * as z from "zod";

/** What a number control shows beside its value. Written with `.meta({ unit })`. */
export type Unit =
  | "steps"
  | "items"
  | "users"
  | "sessions"
  | "temper"
  | "calls"
  | "tokens"
  | "USD"
  | "seconds"
  | "nats";

const text = (description: string) => z.string().min(1).meta({ description });

const count = (description: string, initial: number, min: number, max: number, unit?: Unit) =>
  z
    .int()
    .min(min)
    .max(max)
    .default(initial)
    .meta({ description, ...(unit && { unit }) });

const real = (description: string, initial: number, min: number, max: number, unit?: Unit) =>
  z
    .number()
    .min(min)
    .max(max)
    .default(initial)
    .meta({ description, ...(unit && { unit }) });

const flag = (description: string, initial: boolean) => z.boolean().default(initial).meta({ description });

// ---------------------------------------------------------------------------------------------------------- data set

const syntheticDataset = z.strictObject({
  kind: z.literal("synthetic").default("synthetic"),
  users: count("Number of users generated.", 1000, 2, 1_000_000, "users"),
  items: count("Number of items generated.", 2000, 12, 1_000_000, "items"),
  categories: count("Number of content categories.", 31, 2, 46),
  satiation: real("How strongly a category just seen lowers the click probability of the next item of it.", 1, 0, 5),
  seed: count("Seed of the generated data; independent of the run's seed.", 1, 0, 0xffff_ffff),
});

const folder = text("Folder that holds the files as published; relative paths start at the experiment file.");

const kuairandDataset = z.strictObject({
  kind: z.literal("kuairand"),
  path: folder,
  includeRandomLog: flag("Also read log_random_4_22_to_5_08_pure.csv (uniformly exposed items).", false),
});

const kuairecDataset = z.strictObject({
  kind: z.literal("kuairec"),
  path: folder,
  matrix: z
    .enum(["small", "big"])
    .default("small")
    .meta({ description: "Which interaction matrix: the fully observed small one, or the big one." }),
  clickAtWatchRatio: real("A watch ratio at or above this counts as a click.", 2, 0, 100),
});

const movielensDataset = z.strictObject({
  kind: z.literal("movielens"),
  path: folder,
  clickAtRating: real("A rating at or above this counts as a click.", 4, 0.5, 5),
});

const csvDataset = z.strictObject({
  kind: z.literal("csv"),
  interactions: z.strictObject({
    path: text("CSV file with one row per interaction."),
    user: text("Column of the user id.").default("user"),
    item: text("Column of the item id.").default("item"),
    feedback: z
      .array(z.string().min(1))
      .min(1)
      .max(8)
      .default(["is_click"])
      .meta({ description: "Feedback columns, each 0 or 1; the first earns the reward by default." }),
    time: text("Column that orders a user's interactions; without it the file's order counts.").optional(),
  }),
  items: z.strictObject({
    path: text("CSV file with one row per item."),
    item: text("Column of the item id.").default("item"),
    categories: text("Column of the item's categories.").default("categories"),
    separator: text("What separates several categories in one cell.").default("|"),
  }),
});

export const datasetSchema = z
  .discriminatedUnion("kind", [syntheticDataset, kuairandDataset, kuairecDataset, movielensDataset, csvDataset])
  .meta({ description: "Where users, items and logged interactions come from." });

// --------------------------------------------------------------------------------------------------------- simulator

/** Section 4, `temper` rule: patience falls each step, and more when the slate repeats categories. */
export const temperRuleSchema = z.strictObject({
  rule: z.literal("temper").default("temper"),
  initialTemper: real("Patience a user starts with.", 20, 1, 200, "temper"),
  stepCost: real("Patience lost with every slate.", 1, 0.01, 20, "temper"),
  repeatCost: real("Patience lost besides when a slate repeats categories.", 1, 0, 20, "temper"),
  comparison: z
    .enum(["position", "any"])
    .default("position")
    .meta({ description: "Compare a slate position with the same position before it, or with any position." }),
  window: count("How many previous slates are compared.", 1, 1, 20, "steps"),
  threshold: count("How many equal categories make a repeat.", 1, 1, 20),
  categories: z
    .enum(["primary", "any"])
    .default("primary")
    .meta({ description: "Compare each item's first category only, or any category of it." }),
});

/** Section 4, `window` rule (the DORL and EasyRL4Rec family). */
export const windowRuleSchema = z.strictObject({
  rule: z.literal("window"),
  window: count("How many recently recommended items are remembered (N).", 10, 1, 200, "items"),
  maxRepeats: count("The user leaves when a category occurred more often than this among them (M).", 0, 0, 200),
  maxTurns: count("A session ends after this many slates at the latest.", 30, 1, 1000, "steps"),
  categories: z
    .enum(["primary", "any"])
    .default("primary")
    .meta({ description: "Count each item's first category only, or any category of it." }),
});

export const quitRuleSchema = z
  .discriminatedUnion("rule", [temperRuleSchema, windowRuleSchema])
  .meta({ description: "When a simulated user loses patience and leaves." });

const trainedResponse = z.strictObject({
  kind: z.literal("trained").default("trained"),
  epochs: count("Passes over the logged sequences.", 10, 1, 200),
  learningRate: real("Adam step size.", 1e-4, 1e-7, 1),
  batchSessions: count("User sequences per gradient step.", 16, 1, 4096),
  maxSequence: count("Longest sequence encoded in one causal pass.", 200, 10, 2000, "items"),
  seed: count("Seed of the model's initialisation and batch order.", 1, 0, 0xffff_ffff),
});

export const responseModelSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("auto") }),
    trainedResponse,
    z.strictObject({ kind: z.literal("matrix") }),
    z.strictObject({ kind: z.literal("latent") }),
  ])
  .meta({
    description:
      "What decides clicks: a model trained on the log, KuaiRec's recorded matrix, or the synthetic data's ground truth. auto: latent for synthetic data, matrix for KuaiRec's small matrix, otherwise trained.",
  });

export const simulatorSchema = z.strictObject({
  users: count("Users simulated in parallel (B).", 12, 1, 1024, "users"),
  slateSize: count("Items recommended per step (K).", 6, 1, 50, "items"),
  historyLength: count("Logged interactions a new user brings along (H).", 100, 0, 500, "items"),
  responseModel: responseModelSchema.prefault({ kind: "auto" }),
  correlationPenalty: real("How much items that resemble the rest of their slate lose (rho).", 0.2, 0, 2),
  rewardWeights: z
    .record(z.string(), z.number())
    .default({})
    .meta({ description: "Reward per feedback type; empty: the click earns 1, everything else 0." }),
  drawUsers: z
    .enum(["log-rows", "users"])
    .default("log-rows")
    .meta({ description: "Draw new users uniformly over log rows (active users more often) or over users." }),
  quit: quitRuleSchema.prefault({ rule: "temper" }),
});

// --------------------------------------------------------------------------------------------------- planner, critic

export const providerSchema = z.enum(["offline", "openai", "vscode", "replay"]).meta({
  description:
    "Who answers: offline (built in, reads no prompt), openai (any OpenAI-compatible server), vscode (the editor's models), replay (recorded answers only).",
});

const modelOptions = {
  provider: providerSchema.default("offline"),
  model: text("Model name as the server knows it; overrides the prompt file's.").optional(),
  baseUrl: z
    .url()
    .optional()
    .meta({ description: "Address of an OpenAI-compatible server, for example http://127.0.0.1:11434/v1." }),
  apiKeyVariable: text(
    "Environment variable that holds the API key; the key itself never stands in a file.",
  ).optional(),
  replayFrom: text("Run folder whose recorded answers the replay provider uses.").optional(),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .optional()
    .meta({ description: "Sampling temperature; overrides the prompt file's." }),
  maxTokens: z.int().min(1).max(100_000).optional().meta({ description: "Longest reply.", unit: "tokens" }),
};

export const offlineStrategySchema = z.enum(["top-interest", "least-recently-used", "round-robin"]);

export const plannerSchema = z
  .strictObject({
    ...modelOptions,
    enabled: flag("Without a planner every item is allowed (the ablation 'w/o hsp').", true),
    strategy: offlineStrategySchema
      .default("top-interest")
      .meta({ description: "The planner without a model; also the fallback when a model's reply is unusable." }),
    prompt: text("Prompt file, relative to the experiment file.").default("planner.lerl.md"),
    categoriesPerPlan: count("Categories the planners without a model choose.", 8, 2, 46),
    replanEvery: z.int().min(1).max(50).optional().meta({
      description:
        "A plan is kept for this many steps, less the categories just shown. Unset: 1 for the offline planner, 4 for a model.",
      unit: "steps",
    }),
  })
  // Every call costs time and money: a model's plan is kept for as long as it serves.
  .transform((planner) => ({
    ...planner,
    replanEvery: planner.replanEvery ?? (planner.provider === "offline" ? 1 : 4),
  }));

export const criticSchema = z.strictObject({
  ...modelOptions,
  enabled: flag("Without a critic no reflection is written (the ablation 'w/o hc').", true),
  prompt: text("Prompt file, relative to the experiment file.").default("critic.lerl.md"),
});

/** Section 2. */
export const reflectionsSchema = z.strictObject({
  capacity: count("Reflections kept; the oldest goes first (N_r).", 200, 1, 10_000),
  k: count("Reflections shown to the planner (N_s).", 3, 0, 20),
  alpha: real("Preference for reflections of high-scoring sessions; 0 samples uniformly.", 0.5, 0, 10),
  shuffle: flag("Show the planner random reflections, ignoring scores (an ablation).", false),
});

/** Limits and prices in front of every model; section 'scheduler' of docs/models.md. */
export const modelLimitsSchema = z.strictObject({
  concurrency: count("Requests in flight at once.", 16, 1, 256, "calls"),
  requestsPerMinute: count("Requests started per minute; 0: no limit.", 0, 0, 1_000_000, "calls"),
  tokensPerMinute: count("Tokens per minute; 0: no limit.", 0, 0, 1_000_000_000, "tokens"),
  timeoutSeconds: real("A request without an answer is abandoned after this.", 60, 0.1, 3600, "seconds"),
  retries: count("Further tries after a failed request.", 4, 0, 20),
  maxRetryAfterSeconds: real("Longest wait a server may ask for.", 60, 0, 3600, "seconds"),
  cache: flag("Answer identical requests from disk.", true),
  maxCalls: count("Calls a run may make before it pauses; 0: no limit.", 0, 0, 1_000_000_000, "calls"),
  maxTokens: count("Tokens a run may use before it pauses; 0: no limit.", 0, 0, 1_000_000_000, "tokens"),
  maxCost: real("Money a run may spend before it pauses; 0: no limit.", 0, 0, 1_000_000, "USD"),
  prices: z
    .record(z.string(), z.strictObject({ input: z.number().min(0), output: z.number().min(0) }))
    .default({})
    .meta({ description: "US dollars per million input and output tokens, by model name." }),
});

// ------------------------------------------------------------------------------------------------------ policy, PPO

/** Section 5. */
export const policySchema = z.strictObject({
  kind: z
    .enum(["ppo", "a2c", "random", "popularity", "greedy", "lookahead", "epsilon-greedy", "linucb"])
    .default("ppo")
    .meta({ description: "What picks the items inside the plan." }),
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
  references: flag("Also measure random, round-robin and, where it exists, oracle rows.", true),
});

// ----------------------------------------------------------------------------------------------------------- fidelity

/** Section 10: the differences between the paper and its authors' code, in the table's order. */
export const fidelitySwitches = {
  excludedItems: ["infinity", "zero"],
  categoryZero: ["selectable", "never"],
  reflectionSession: ["finished", "incoming"],
  poolScore: ["cumulative-reward", "last-clicks"],
  plannerSees: ["names", "ids"],
  firstPrompt: ["empty", "logged-history"],
  encoderGradient: ["state", "td-target"],
  updateSamples: ["all", "three-blocks"],
  advantage: ["gae", "one-step"],
  actingDropout: ["off", "on"],
  correlation: ["cosine", "inert"],
  feedbackHistory: ["stacked", "reshaped"],
  itemCategories: ["multi", "single"],
  evaluation: ["separate", "training-means"],
  badReply: ["bounded", "endless"],
  actionStd: ["diagonal", "full"],
} as const;

export type FidelitySwitch = keyof typeof fidelitySwitches;
export type FidelityChoice<S extends FidelitySwitch = FidelitySwitch> = (typeof fidelitySwitches)[S][number];

const choice = <S extends FidelitySwitch>(name: S) => {
  const [paper, reference] = fidelitySwitches[name];
  return z
    .enum(fidelitySwitches[name])
    .optional()
    .meta({ description: `${paper} (paper) or ${reference} (reference).` });
};

export const fidelitySchema = z.strictObject({
  mode: z.enum(["paper", "reference"]).default("paper").meta({
    description:
      "paper: what the paper describes, done right. reference: what its authors' code does, defects included.",
  }),
  switches: z
    .strictObject({
      excludedItems: choice("excludedItems"),
      categoryZero: choice("categoryZero"),
      reflectionSession: choice("reflectionSession"),
      poolScore: choice("poolScore"),
      plannerSees: choice("plannerSees"),
      firstPrompt: choice("firstPrompt"),
      encoderGradient: choice("encoderGradient"),
      updateSamples: choice("updateSamples"),
      advantage: choice("advantage"),
      actingDropout: choice("actingDropout"),
      correlation: choice("correlation"),
      feedbackHistory: choice("feedbackHistory"),
      itemCategories: choice("itemCategories"),
      evaluation: choice("evaluation"),
      badReply: choice("badReply"),
      actionStd: choice("actionStd"),
    })
    .prefault({})
    .meta({ description: "Single differences, set against the mode." }),
});

// ----------------------------------------------------------------------------------------------------------- document

export const experimentSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: text("Shown in trees, tables and reports.").default("Untitled experiment"),
    description: z.string().default("").meta({ description: "What this experiment is to find out." }),
    seed: count("Seed of the run: one stream per use is derived from it.", 1, 0, 0xffff_ffff),
    dataset: datasetSchema.prefault({ kind: "synthetic" }),
    simulator: simulatorSchema.prefault({}),
    planner: plannerSchema.prefault({}),
    critic: criticSchema.prefault({}),
    reflections: reflectionsSchema.prefault({}),
    models: modelLimitsSchema.prefault({}),
    policy: policySchema.prefault({}),
    ppo: ppoSchema.prefault({}),
    training: trainingSchema.prefault({}),
    evaluation: evaluationSchema.prefault({}),
    fidelity: fidelitySchema.prefault({}),
  })
  .meta({ title: "LERL experiment" });

export type Experiment = z.output<typeof experimentSchema>;
/** What a file may leave out. */
export type ExperimentInput = z.input<typeof experimentSchema>;
export type DatasetConfig = Experiment["dataset"];
export type QuitRule = z.output<typeof quitRuleSchema>;
export type ResponseModelConfig = z.output<typeof responseModelSchema>;
export type OfflineStrategy = z.output<typeof offlineStrategySchema>;

/** The choice in force for one switch: the named one, else the mode's. */
export function fidelityChoice<S extends FidelitySwitch>(fidelity: Experiment["fidelity"], name: S): FidelityChoice<S> {
  const chosen = fidelity.switches[name] as FidelityChoice<S> | undefined;
  const [paper, reference] = fidelitySwitches[name];
  return chosen ?? ((fidelity.mode === "paper" ? paper : reference) as FidelityChoice<S>);
}

/** The JSON Schema the editor checks `*.lerl.json` files with. */
export function experimentJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(experimentSchema, { io: "input", target: "draft-7" });
}
