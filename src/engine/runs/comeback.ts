/** What an interrupted run goes on from: its checkpoint, what was done by hand since, and what it has spent. */
import type { LiveChange, PromptTexts } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { type PromptRole, promptRoleOf } from "../../protocol/promptRole.ts";
import type { RunRecord } from "../../protocol/run.ts";
import { InputError } from "../errors.ts";
import type { Spending } from "../llm/budget.ts";
import type { StoredCall } from "../serving/callLog.ts";
import { type PromptHashes, promptFor } from "../serving/promptsInForce.ts";
import { CheckpointStore } from "../store/checkpoint.ts";
import { jsonLines } from "../store/jsonLines.ts";
import { readRunRecord } from "../store/runDocuments.ts";
import type { RunFolder } from "../store/runFolder.ts";
import { changedExperiment } from "../training/liveChanges.ts";
import { type TrainerCheckpoint, trainerCheckpoint } from "../training/trainerState.ts";
import { type HandMade, rewind } from "./runLog.ts";

export interface Comeback {
  /** Undefined: the run ended before its first one, and begins anew. */
  readonly checkpoint: TrainerCheckpoint | undefined;
  readonly handMade: readonly HandMade[];
  /** Asked for together with going on. */
  readonly changes: readonly LiveChange[];
}

/**
 * Brings a run's folder back to its checkpoint.
 *
 * @throws InputError where the run is done, or a change is not allowed; then nothing has happened to the folder
 */
export async function comeBack(
  folder: RunFolder,
  changes: readonly LiveChange[],
  onWarning: (warning: Error) => void,
): Promise<Comeback> {
  const record = await readRunRecord(folder.file("record"));
  if (record.state === "done") {
    throw new InputError("run.done", `${folder.path}: this run is done. Start a new one, or evaluate it.`);
  }
  const loaded = await new CheckpointStore(folder.path, onWarning).load();
  const checkpoint = loaded && trainerCheckpoint(loaded, folder.path);
  checkChanges(checkpoint?.json.experiment ?? record.experiment, changes);
  const handMade = await rewind(folder, checkpoint ? checkpoint.json.iteration : -1);
  return { checkpoint, handMade, changes };
}

/** @throws InputError where a change could not be made */
function checkChanges(experiment: Experiment, changes: readonly LiveChange[]): void {
  changedExperiment(experiment, changes);
  for (const { path, value } of changes) {
    const role = promptRoleOf(path);
    if (role) promptFor(role, { file: experiment[role].prompt, text: String(value) });
  }
}

/** What earlier processes spent on models. */
export async function spent(folder: RunFolder): Promise<Spending> {
  let calls = 0;
  let tokens = 0;
  let cost = 0;
  for await (const row of jsonLines<StoredCall>(folder.file("llm"))) {
    calls += row.attempts;
    if (row.attempts > 0) tokens += row.tokensIn + row.tokensOut;
    cost += row.cost;
  }
  return { calls, tokens, cost };
}

/** The prompts of a checkpoint; without one those that the run began with. */
export function promptsAt({ prompts }: RunRecord, hashes: PromptHashes | undefined): PromptTexts {
  const find = (role: PromptRole) =>
    prompts.find((version) => version.role === role && (hashes === undefined || version.hash === hashes[role]));
  return textsOf(find("planner"), find("critic"));
}

/** The prompts a run last used. */
export function promptsLastUsed({ prompts }: RunRecord): PromptTexts {
  const newest = (role: PromptRole) => prompts.findLast((version) => version.role === role);
  return textsOf(newest("planner"), newest("critic"));
}

type Version = RunRecord["prompts"][number];

const textsOf = (planner: Version | undefined, critic: Version | undefined): PromptTexts => ({
  ...(planner && { planner: { file: planner.file, text: planner.text } }),
  ...(critic && { critic: { file: critic.file, text: critic.text } }),
});
