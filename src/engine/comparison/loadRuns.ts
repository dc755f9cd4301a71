/** What a comparison needs to know of a run: its settings, its scores, its sessions. */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { asksModel } from "../../protocol/asksModel.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { type PromptRole, promptRoles } from "../../protocol/promptRole.ts";
import type { MetricRow, ReferenceRow, RunRecord, TimelineEvent } from "../../protocol/run.ts";
import { normalisedScore } from "../metrics/statistics.ts";
import { type EvaluationSummary, readEvaluation, readEvaluationRows } from "../runs/evaluationFiles.ts";
import { lastJsonLine, readJsonLines } from "../store/jsonLines.ts";
import { readRunRecord } from "../store/runDocuments.ts";
import { runFiles } from "../store/runFolder.ts";
import { configurationHash } from "../suites/configuration.ts";

export type Scores = Readonly<Record<string, number>>;

export interface LoadedRun {
  readonly folder: string;
  readonly record: RunRecord;
  readonly experiment: Experiment;
  /** Equal for runs that differ in the seed only. */
  readonly configuration: string;
  /** Means over evaluation sessions, by metric name; a run that was never evaluated has none. */
  readonly scores: Scores;
  readonly references: Readonly<Record<string, Scores>>;
  /** R_cum by session, where the run was evaluated apart from training. */
  readonly sessions: ReadonlyMap<number, number>;
  readonly evaluation: EvaluationSummary | undefined;
  /** What was changed by hand while it ran. */
  readonly changes: readonly TimelineEvent[];
  /** What had to be read from a backup. */
  readonly warnings: readonly string[];
}

/** @throws InputError where the folder is no run's or its files are damaged */
export async function loadRun(folder: string): Promise<LoadedRun> {
  const warnings: string[] = [];
  const record = await readRunRecord(join(folder, runFiles.record), ({ message }) => warnings.push(message));
  const { experiment } = record;
  const evaluation = await readEvaluation(folder);
  const measured = evaluation ? fromEvaluation(evaluation) : await fromTraining(folder, record);
  const rows = evaluation ? await readEvaluationRows(folder) : [];
  const prompts = promptTextsOf(record, experiment).map(({ text }) => createHash("sha256").update(text).digest("hex"));
  const changes = await changesByHand(folder);
  return {
    folder,
    record,
    experiment,
    changes,
    warnings,
    configuration: configurationHash(experiment, prompts, changes),
    ...measured,
    sessions: new Map(
      rows.flatMap(({ policy, session, rCum }) => (policy === "run" ? [[session, rCum] as const] : [])),
    ),
    evaluation,
  };
}

/** Live changes and work on the reflections: such a run is no other seed of the untouched experiment. */
async function changesByHand(folder: string): Promise<readonly TimelineEvent[]> {
  const isByHand = ({ type }: TimelineEvent): boolean => type === "change" || type === "pool";
  return readJsonLines<TimelineEvent>(join(folder, runFiles.events), isByHand);
}

/** The prompts that were in force at a run's end; none for roles that no model plays. */
export function promptTextsOf(
  { prompts }: RunRecord,
  experiment: Experiment,
): readonly { readonly role: PromptRole; readonly text: string }[] {
  return promptRoles.flatMap((role) => {
    const text = prompts.filter((version) => version.role === role).at(-1)?.text;
    return asksModel(experiment[role]) && text !== undefined ? [{ role, text }] : [];
  });
}

type Measured = Pick<LoadedRun, "scores" | "references">;

function fromEvaluation({ run, references, trainingWorld }: EvaluationSummary): Measured {
  const of = Object.fromEntries(Object.entries(references).map(([policy, { metrics }]) => [policy, metrics]));
  const { rCum = Number.NaN } = run.metrics;
  const inTraining = trainingWorld && withNormalised(trainingWorld.run, trainingWorld);
  return { scores: { ...withNormalised(run.metrics, of), ...scoresInTraining(rCum, inTraining) }, references: of };
}

/** By the names of the metric catalogue. */
function scoresInTraining(rCum: number, inTraining: Scores | undefined): Scores {
  if (inTraining?.rCum === undefined) return {};
  const { normalised } = inTraining;
  return {
    evalTrainingRCum: inTraining.rCum,
    evalDrop: inTraining.rCum - rCum,
    ...(normalised !== undefined && { evalTrainingNormalised: normalised }),
  };
}

/** The evaluation beside training, and section 12's numbers of the last rollout. */
async function fromTraining(folder: string, { summary }: RunRecord): Promise<Measured> {
  const rows = await readJsonLines<ReferenceRow>(join(folder, runFiles.references));
  const references = Object.fromEntries(
    rows.map(({ policy, tInt, rCum, rSin }) => [policy, { tInt, rCum, rSin }] as const),
  );
  if (!summary) return { scores: {}, references };
  const last = await lastJsonLine<MetricRow>(join(folder, runFiles.metrics));
  const { tInt, rCum, rSin } = summary;
  return { scores: withNormalised({ ...last?.values, tInt, rCum, rSin }, references), references };
}

/** Adds the normalised score where random and oracle tell its scale. */
export function withNormalised(scores: Scores, references: LoadedRun["references"]): Scores {
  const { rCum } = scores;
  const random = references.random?.rCum;
  const oracle = references.oracle?.rCum;
  if (rCum === undefined || random === undefined || oracle === undefined) return scores;
  const normalised = normalisedScore(rCum, random, oracle);
  return normalised === undefined ? scores : { ...scores, normalised };
}
