/** The simulated users: what they click on and when they leave. Section numbers refer to docs/method.md. */
import * as z from "zod";
import { count, real } from "./fields.ts";

/** Section 4, `temper` rule: patience falls each step, and more when the slate repeats categories. */
const temperRuleSchema = z.strictObject({
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
const windowRuleSchema = z.strictObject({
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
  minRows: count(
    "Logged interactions that a user needs to take part; the last ten of each validate and judge the model.",
    25,
    11,
    100_000,
    "items",
  ),
  exposure: z.enum(["logged", "inverse-propensity"]).default("logged").meta({
    description:
      "What a logged response counts for: one each, or by the inverse of how often its item was shown, so that rarely shown items count as much as popular ones. Calibration is weighted alike, or made on the rows shown at random where the data have some.",
  }),
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
  itemTags: z.enum(["all", "primary"]).default("all").meta({
    description: "Categories of an item that a trained response model reads: all of them (up to 8), or its first only.",
  }),
  calibrated: z
    .union([z.boolean(), z.literal("auto")])
    .default("auto")
    .meta({
      description:
        "Whether a trained response model answers with calibrated probabilities and centres its item encodings before the correlation penalty. auto: yes, and no where fidelity.mode is reference.",
    }),
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

export type QuitRule = z.output<typeof quitRuleSchema>;
export type ResponseModelConfig = z.output<typeof responseModelSchema>;
