/** What all contenders of a trial serve from: weights, pool and settings of a run as they stood, kept in the trial's folder. */
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import type { PromptText, PromptTexts } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { PromptVersion, RunRecord } from "../../protocol/run.ts";
import type { BaseRecord } from "../../protocol/trial/record.ts";
import type { PoolState } from "../critic/reflectionPool.ts";
import { InputError } from "../errors.ts";
import { promptsAt, promptsLastUsed } from "../runs/comeback.ts";
import { ofRun } from "../runs/ownCheckpoint.ts";
import { CheckpointStore, freezeCheckpoint } from "../store/checkpoint.ts";
import { toJson } from "../store/files.ts";
import { readRunRecord } from "../store/runDocuments.ts";
import { runFiles } from "../store/runFolder.ts";
import { RunList } from "../store/runList.ts";
import { type TrainerCheckpoint, trainerCheckpoint } from "../training/trainerState.ts";

export interface Base {
  readonly record: BaseRecord;
  /** The document in force, live changes included. */
  readonly experiment: Experiment;
  /** Of the planner; undefined where there is no such file. */
  readonly promptInForce: PromptText | undefined;
  /** Prompts that the run has used. */
  readonly versions: readonly PromptVersion[];
  /** Undefined: the policy has learned nothing. */
  readonly checkpoint: TrainerCheckpoint | undefined;
  readonly pool: PoolState | undefined;
}

/** Where a trial keeps its base, below its folder. */
export const baseFolder = (trialFolder: string): string => join(trialFolder, "base");

/**
 * Takes a run's newest checkpoint as a trial's base. The run may be running.
 *
 * @param like folder of an earlier trial of the run, whose base is taken instead
 * @throws InputError where the folder is no run, or has no checkpoint yet
 */
export async function keepRunAsBase(runFolder: string, trialFolder: string, like?: string): Promise<Base> {
  const run = await readRunRecord(join(resolve(runFolder), runFiles.record));
  const frozen = await freezeCheckpoint(like === undefined ? runFolder : baseFolder(like), baseFolder(trialFolder));
  if (!frozen) {
    throw new InputError(
      "trial.no-checkpoint",
      `${runFolder}: this run has no checkpoint yet, so there is nothing to try words on. Wait for its first one, or give the experiment.`,
    );
  }
  const checkpoint = ofRun(frozen.checkpoint, run, runFolder);
  return baseOf(run, checkpoint, frozen.name);
}

function baseOf(run: RunRecord, checkpoint: TrainerCheckpoint, name: string): Base {
  const { experiment, prompts, iteration, pool } = checkpoint.json;
  const inForce = { ...promptsLastUsed(run), ...promptsAt(run, prompts) };
  return {
    record: {
      experimentFile: run.experimentFile,
      name,
      run: { id: run.id, iteration, quit: run.experiment.simulator.quit },
    },
    experiment,
    promptInForce: inForce.planner,
    versions: run.prompts,
    checkpoint,
    pool,
  };
}

/** An experiment without a run: its policy has learned nothing, and its pool is empty. */
export function untrainedBase(experimentFile: string, experiment: Experiment, prompts: PromptTexts): Base {
  const name = createHash("sha256").update(toJson(experiment)).digest("hex").slice(0, 16);
  return {
    record: { experimentFile, name },
    experiment,
    promptInForce: prompts.planner,
    versions: [],
    checkpoint: undefined,
    pool: undefined,
  };
}

/** What a trial's own folder keeps, for going on. @throws InputError where it is damaged or gone */
export async function keptCheckpoint(trialFolder: string, { run }: BaseRecord): Promise<TrainerCheckpoint | undefined> {
  if (!run) return undefined;
  const folder = baseFolder(trialFolder);
  const checkpoint = await new CheckpointStore(folder, () => undefined).load();
  if (checkpoint) return trainerCheckpoint(checkpoint, folder);
  throw new InputError("trial.no-base", `${folder}: the trial's base is gone. Start the trial anew.`);
}

/** The newest run of an experiment that has come to a checkpoint; by the experiment's file. */
export async function newestRunOf(experimentFile: string, workspaceFolder: string): Promise<string | undefined> {
  const runs = await new RunList(workspaceFolder, () => undefined).list();
  for (const { record, path } of runs) {
    if (!record || resolve(record.experimentFile) !== resolve(experimentFile) || record.iteration === 0) continue;
    if (await new CheckpointStore(path, () => undefined).load().catch(() => undefined)) return path;
  }
  return undefined;
}
