/** Planner and critic, the reflections between them, and the limits in front of every model. Section numbers refer to docs/method.md. */
import * as z from "zod";
import { addressProblem } from "../serverAddress.ts";
import { count, flag, real, text } from "./fields.ts";

const providerSchema = z.enum(["offline", "openai", "vscode", "replay"]).meta({
  description:
    "Who answers: offline (built in, reads no prompt), openai (any OpenAI-compatible server), vscode (the editor's models), replay (recorded answers only).",
});

const modelOptions = {
  provider: providerSchema.default("offline"),
  model: text("Model name as the server knows it; overrides the prompt file's.").optional(),
  baseUrl: z
    .string()
    .refine((address) => addressProblem(address) === undefined, {
      error: ({ input }) => addressProblem(String(input)) ?? "",
    })
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
  maxTokens: z.int().min(1).max(100_000).optional().meta({
    description:
      "Longest answer; overrides the prompt file's. What a reasoning model thinks before it answers comes on top.",
    unit: "tokens",
  }),
  reasoningEffort: z.enum(["none", "minimal", "low", "medium", "high"]).optional().meta({
    description: "How long a reasoning model thinks, where the server takes reasoning_effort. Unset: the model's own.",
  }),
};

const offlineStrategySchema = z.enum(["top-interest", "least-recently-used", "round-robin", "lessons"]);

/** What may be set of a planner, without what follows from it. */
export const plannerFields = {
  ...modelOptions,
  enabled: flag("Without a planner every item is allowed (the ablation 'w/o hsp').", true),
  strategy: offlineStrategySchema.default("top-interest").meta({
    description:
      "The planner without a model; also the fallback when a model's reply is unusable. lessons: knows what was clicked in the last five slates and what the shown reflections say, and nothing else; it measures what reflections carry.",
  }),
  prompt: text("Prompt file, relative to the experiment file.").default("planner.lerl.md"),
  answer: z.enum(["names", "ids"]).default("names").meta({
    description:
      "What a model's plan is made of, and what the categories are called in prompts. names: names; ids: numbers, with names beside them. Where the planner sees ids only (fidelity switch plannerSees), plans are made of ids.",
  }),
  mask: z.enum(["auto", "primary", "any"]).default("auto").meta({
    description:
      "Which items a planned category allows. primary: those whose first category it is; any: all that have it. auto: what the quit rule in force compares. Where that is first categories, one slate back, a plan without the last slate's categories cannot repeat one.",
  }),
  categoriesPerPlan: count(
    "Categories that a plan holds: of the planners without a model, and what a prompt asks a model for with {{ most }}, which is half as many again where a plan is kept for several steps.",
    8,
    2,
    46,
  ),
  replanEvery: z.int().min(1).max(50).optional().meta({
    description:
      "A plan is kept for this many steps, less the categories just shown. Unset: 1 for the offline planner, 4 for a model.",
    unit: "steps",
  }),
};

export const plannerSchema = z
  .strictObject(plannerFields)
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

const samplingSchema = z.enum(["score", "similarity", "uniform"]).default("score").meta({
  description:
    "Which reflections a plan is shown. score: drawn with a preference for sessions that went well; similarity: those on users whose logged clicks by category are the most like this user's; uniform: drawn without preference.",
});

const baselineSchema = z.enum(["user", "none"]).default("user").meta({
  description:
    "What a session's score is measured against. user: what this user was expected to give, by the clicks of the log and by earlier visits; none: nothing, so that lessons from generous users count as good ones.",
});

const showSchema = z.enum(["lessons", "counts"]).default("lessons").meta({
  description:
    "lessons: k reflections; counts: pinned reflections, and one line that says how often each category was clicked in all visits of the pool.",
});

/** Section 2. */
export const reflectionsSchema = z.strictObject({
  capacity: count("Reflections kept; the oldest goes first (N_r).", 200, 1, 10_000),
  k: count("Reflections shown to the planner (N_s).", 3, 0, 20),
  alpha: real("With sampling: score, the preference for sessions that went well; 0 samples uniformly.", 0.5, 0, 10),
  sampling: samplingSchema,
  baseline: baselineSchema,
  show: showSchema,
  shuffle: flag("Show the planner random reflections, ignoring scores (an ablation); as sampling: uniform.", false),
});

/** Limits and prices in front of every model; section 'scheduler' of docs/models.md. */
export const modelLimitsSchema = z.strictObject({
  concurrency: count("Most requests in flight at once; how many the server takes is found out.", 16, 1, 256, "calls"),
  requestsPerMinute: count("Requests started per minute; 0: no limit.", 0, 0, 1_000_000, "calls"),
  tokensPerMinute: count("Tokens per minute; 0: no limit.", 0, 0, 1_000_000_000, "tokens"),
  timeoutSeconds: real(
    "A server that says nothing for so long is given up for this request.",
    60,
    0.1,
    3600,
    "seconds",
  ),
  retries: count("Further tries after a failed request.", 4, 0, 20),
  maxRetryAfterSeconds: real(
    "A server that asks to wait no longer is waited for without a word; for longer the run pauses and says until when.",
    60,
    0,
    3600,
    "seconds",
  ),
  unusableShare: real(
    "Above this share of replies of no use, of a role's last 50, or with none of use in the first 10, the run pauses; 1: never.",
    0.2,
    0,
    1,
  ),
  cache: flag("Answer identical requests from disk.", true),
  maxCalls: count("Calls a run may make before it pauses; 0: no limit.", 0, 0, 1_000_000_000, "calls"),
  maxTokens: count("Tokens a run may use before it pauses; 0: no limit.", 0, 0, 1_000_000_000, "tokens"),
  maxCost: real("Money a run may spend before it pauses; 0: no limit.", 0, 0, 1_000_000, "USD"),
  prices: z
    .record(z.string(), z.strictObject({ input: z.number().min(0), output: z.number().min(0) }))
    .default({})
    .meta({ description: "US dollars per million input and output tokens, by model name." }),
});

export type OfflineStrategy = z.output<typeof offlineStrategySchema>;
