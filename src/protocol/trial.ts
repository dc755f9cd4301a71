/**
 * The trial document, `*.trial.json`: contenders that serve the same visits from one frozen base, so that their words can
 * be compared (docs/trials.md). What a trial keeps is in trial/.
 */
import * as z from "zod";
import { count, flag, text } from "./experiment/fields.ts";
import { plannerFields, reflectionsSchema } from "./experiment/models.ts";
import { type DocumentProblem, type ParsedDocument, parseDocument, problemAt } from "./parseExperiment.ts";
import { LONGEST_NAME, MOST_CONTENDERS, MOST_REPEATS, MOST_VISITS, USUAL_VISITS } from "./trial/extent.ts";
import { contenderPlans } from "./trial/record.ts";

const poolChangeSchema = z
  .strictObject({
    reflection: text("Id of a reflection in the base's pool, for example r12."),
    action: z.enum(["pin", "unpin", "mute", "unmute", "edit"]).meta({ description: "What is done to it." }),
    text: z.string().trim().min(1).optional().meta({ description: "Its new text, for the action edit." }),
  })
  .refine(({ action, text: words }) => (action === "edit") === (words !== undefined), {
    error: 'an edit, and only an edit, has a "text"',
  });

const { answer, provider, model, baseUrl, apiKeyVariable, temperature, maxTokens, reasoningEffort, replanEvery } =
  plannerFields;

const contenderSchema = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(LONGEST_NAME)
      .optional()
      .meta({ description: "Names it in tables; by default by what it is." }),
    prompt: text("Planner prompt file, relative to this file.").optional(),
    version: text("Beginning of the hash of a planner prompt that the base's run has used.").optional(),
    plan: z.enum(contenderPlans).optional().meta({
      description:
        "Plans without words: a planner without a model; none, where everything is allowed; or oracle, the categories of the oracle's slate.",
    }),
    provider: provider
      .unwrap()
      .exclude(["replay"])
      .optional()
      .meta({ description: "Who answers; by default as for the base." }),
    model,
    baseUrl,
    apiKeyVariable,
    temperature,
    maxTokens,
    reasoningEffort,
    answer: answer.unwrap().optional().meta({
      description: "What the model's plans are made of, names or ids; by default as for the base.",
    }),
    replanEvery,
    reflections: z
      .strictObject({
        k: reflectionsSchema.shape.k.unwrap().optional().meta({ description: "Reflections shown to the planner." }),
        alpha: reflectionsSchema.shape.alpha.unwrap().optional().meta({
          description: "Preference for reflections of high-scoring sessions.",
        }),
        sampling: reflectionsSchema.shape.sampling.unwrap().optional().meta({
          description: "Which reflections: by score, by similarity of the users, or uniform.",
        }),
        show: reflectionsSchema.shape.show.unwrap().optional().meta({
          description: "Lessons, or counts of clicks by category in their place.",
        }),
      })
      .optional()
      .meta({ description: "How reflections are shown; by default as the base does." }),
    pool: z.array(poolChangeSchema).max(100).default([]).meta({ description: "Changes to the base's reflections." }),
  })
  .refine(({ prompt, version, plan }) => [prompt, version, plan].filter((given) => given !== undefined).length < 2, {
    error: 'give one of "prompt", "version" and "plan"',
  });
export type ContenderDocument = z.output<typeof contenderSchema>;
export type ContenderInput = z.input<typeof contenderSchema>;

export const trialSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z
      .string()
      .min(1)
      .max(LONGEST_NAME)
      .meta({ description: "Names the trial and its folder .lerl/trials/<id>." }),
    base: text("What all serve from: a run's folder, or an experiment, whose newest run it is; relative to this file."),
    contenders: z.array(contenderSchema).min(2).max(MOST_CONTENDERS).meta({
      description:
        "What is compared. The first is the baseline; one without prompt, version and plan is the base as it is.",
    }),
    sessions: count(
      "Visits planned; a trial that is decided before stops before. 0: moments only.",
      USUAL_VISITS,
      0,
      MOST_VISITS,
      "sessions",
    ),
    moments: text("Moments that every contender plans: a *.moments.json, relative to this file.").optional(),
    repeats: count("Times that each contender plans each moment.", 1, 1, MOST_REPEATS),
    seed: z.int().min(0).max(0xffff_ffff).optional().meta({
      description: "Seed of the users and their click uniforms; by default the evaluation's of the base.",
    }),
    stop: flag("Stop as soon as every contender is decided.", true),
    margin: z.number().positive().optional().meta({
      description: "Differences of R_cum within it count as equal enough; by default 5 % of the baseline's.",
    }),
    maxCalls: z.int().min(1).optional().meta({ description: "Calls the trial may make; by default models.maxCalls." }),
    maxTokens: z.int().min(1).optional().meta({ description: "Tokens it may use; by default models.maxTokens." }),
    maxCost: z.number().positive().optional().meta({ description: "Money it may spend; by default models.maxCost." }),
    failIf: z.array(text("A condition, for example rCum < baseline.")).default([]).meta({
      description: "Conditions that exit code 4 tells of, for example rCum < baseline or fallbackPlans > 0.05.",
    }),
  })
  .refine(({ sessions, moments }) => sessions > 0 || moments !== undefined, {
    path: ["sessions"],
    error: 'without visits there must be "moments"',
  })
  .meta({ title: "LERL trial" });
export type Trial = z.output<typeof trialSchema>;
export type TrialInput = z.input<typeof trialSchema>;

/** Parses a trial; names must be unique. */
export function parseTrial(source: string): ParsedDocument<Trial> {
  const parsed = parseDocument(source, trialSchema);
  if (!parsed.ok) return parsed;
  const problems = repeatedNames(source, parsed.value);
  return problems.length > 0 ? { ok: false, problems } : parsed;
}

function repeatedNames(source: string, { contenders }: Trial): readonly DocumentProblem[] {
  const names = contenders.map(({ name }) => name);
  return names.flatMap((name, i) =>
    name !== undefined && names.indexOf(name) < i
      ? [problemAt(source, ["contenders", i, "name"], `"${name}" is the name of an earlier contender; choose another.`)]
      : [],
  );
}

/** The JSON Schema the editor checks `*.trial.json` files with. */
export function trialJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(trialSchema, { io: "input", target: "draft-7" });
}
