/** What an evaluation leaves in a run folder: every session as a row, and their aggregates. */
import { join } from "node:path";
import * as z from "zod";
import { fitting } from "../../protocol/misfit.ts";
import { answeredSchema } from "../../protocol/run/answered.ts";
import { modelUseSchema } from "../../protocol/run/modelUse.ts";
import { planQualitySchema } from "../../protocol/run/planQuality.ts";
import { type ReferencePolicy, referencePolicies } from "../../protocol/run.ts";
import { InputError } from "../errors.ts";
import { readJson, reasonOf } from "../regularFile.ts";
import { shellWord } from "../shellWord.ts";
import { isMissing, removeDurably, replaceFile, toJson } from "../store/files.ts";
import { readJsonLines } from "../store/jsonLines.ts";

export const evaluationFiles = { rows: "evaluation.jsonl", summary: "evaluation.json" } as const;

/** `run` is the run's own policy. */
export const evaluatedPolicies = ["run", ...referencePolicies] as const;
export type EvaluatedPolicy = (typeof evaluatedPolicies)[number];

/** One line of evaluation.jsonl; `session` pairs it with the same session of another policy or run. */
export interface EvaluationRow {
  readonly policy: EvaluatedPolicy;
  readonly session: number;
  /** Absent: that of evaluations. */
  readonly world?: "training";
  readonly user: string;
  readonly tInt: number;
  readonly rCum: number;
  readonly rSin: number;
  readonly ended: "quit" | "turn-limit";
  /** Reward of each step. */
  readonly rewards: readonly number[];
}

const policySummarySchema = z.strictObject({
  /** Means over sessions, and section 12's numbers over all slates, by metric name. */
  metrics: z.record(z.string(), z.number()),
  /** [step][category] how often a category was recommended at a step, as an item's primary category. */
  categories: z.array(z.array(z.int())),
});
const scoresSchema = z.strictObject({ tInt: z.number(), rCum: z.number(), rSin: z.number() });
export type PolicySummary = z.output<typeof policySummarySchema>;

/** evaluation.json */
const evaluationSummarySchema = z.strictObject({
  schemaVersion: z.literal(1),
  engineVersion: z.string(),
  /** The iteration whose weights were evaluated. */
  iteration: z.int(),
  sessions: z.int(),
  /** Of the evaluation users and their click uniforms. */
  seed: z.int(),
  /** Who planned for the run's own policy. */
  planner: z.enum(["none", "offline", "model"]),
  /** Plans by the model and by its stand-in, where a model was asked. */
  answered: z.exactOptional(answeredSchema),
  /** How they fared as plans, where a model was asked. */
  plans: z.exactOptional(planQualitySchema),
  /** What a model was asked for. */
  models: z.exactOptional(modelUseSchema),
  categoryNames: z.array(z.string()),
  run: policySummarySchema,
  /** Means over as many sessions of users that training saw, with its response model; absent where there is no other world. */
  trainingWorld: z.exactOptional(z.strictObject({ run: scoresSchema, random: scoresSchema, oracle: scoresSchema })),
  /** In plans and not personalised: absent in evaluations that did not measure them yet. */
  references: z.strictObject({
    random: policySummarySchema,
    "random-in-plan": z.exactOptional(policySummarySchema),
    "round-robin": policySummarySchema,
    "not-personalised": z.exactOptional(policySummarySchema),
    oracle: policySummarySchema,
  } satisfies Record<ReferencePolicy, z.ZodType>),
});
export type EvaluationSummary = z.output<typeof evaluationSummarySchema>;

/** Replaces what a run folder holds. The summary goes first and comes last: where it is, the rows are its own and whole. */
export async function writeEvaluation(
  folder: string,
  summary: EvaluationSummary,
  rows: readonly EvaluationRow[],
): Promise<void> {
  await removeDurably(join(folder, evaluationFiles.summary));
  await replaceFile(join(folder, evaluationFiles.rows), rows.map((row) => `${toJson(row)}\n`).join(""));
  await replaceFile(join(folder, evaluationFiles.summary), `${toJson(summary)}\n`);
}

/**
 * The evaluation of a run; undefined if it has none.
 *
 * @throws InputError where the file is damaged
 */
export async function readEvaluation(folder: string): Promise<EvaluationSummary | undefined> {
  const file = join(folder, evaluationFiles.summary);
  try {
    return fitting(evaluationSummarySchema, await readJson(file));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new InputError(
      "evaluation.broken",
      `${file}: not readable (${reasonOf(error)}). Evaluate the run again: lerl evaluate ${shellWord(folder)}.`,
      { cause: error },
    );
  }
}

/** The rows in the world of evaluations, which pair up with other runs', or those in training's. */
export function readEvaluationRows(folder: string, world?: EvaluationRow["world"]): Promise<readonly EvaluationRow[]> {
  return readJsonLines<EvaluationRow>(join(folder, evaluationFiles.rows), (row) => row.world === world);
}
