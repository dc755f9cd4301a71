/** What an interrupted run goes on from: its checkpoint, what was done by hand since, and what it has spent. */
import { dirname } from "node:path";
import type { LiveChange, PromptTexts } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { type PromptRole, promptRoleOf } from "../../protocol/promptRole.ts";
import type { RunRecord } from "../../protocol/run.ts";
import { keysOf } from "../../protocol/wantedKeys.ts";
import { InputError } from "../errors.ts";
import { type Spending, spentWith } from "../llm/budget.ts";
import type { StoredCall } from "../serving/callLog.ts";
import { filesOf } from "../serving/namedFiles.ts";
import { type PromptHashes, promptFor } from "../serving/promptsInForce.ts";
import { shellWord } from "../shellWord.ts";
import { jsonLines } from "../store/jsonLines.ts";
import { readRunRecord } from "../store/runDocuments.ts";
import type { RunFolder } from "../store/runFolder.ts";
import { changedExperiment } from "../training/liveChanges.ts";
import type { TrainerCheckpoint } from "../training/trainerState.ts";
import { endsAt, type Loss, losses, lossText } from "./logEnds.ts";
import { ownCheckpoint } from "./ownCheckpoint.ts";
import type { RunHost } from "./runHost.ts";
import { type HandMade, type LogEnds, rewind, rowsToCut } from "./runLog.ts";

/** How a run goes on. */
export interface ComingBack {
  /** Live changes for its next environment step. */
  readonly changes?: readonly LiveChange[];
  /** Also where rows are missing that its checkpoint has seen, and from the beginning where the checkpoint is missing. */
  readonly acceptLoss?: boolean;
  /** Also from an owner that cannot be judged from here, where it does not renew its lock. */
  readonly takeOver?: boolean;
}

export interface Comeback {
  /** Undefined: the run ended before its first one, and begins anew. */
  readonly checkpoint: TrainerCheckpoint | undefined;
  /** Where the logs end that belong to the checkpoint. */
  readonly logs: LogEnds;
  /** What is to be said on the timeline. */
  readonly notes: readonly Note[];
  readonly handMade: readonly HandMade[];
  /** Asked for together with going on. */
  readonly changes: readonly LiveChange[];
}

/** A warning with its code in docs/troubleshooting.md. */
interface Note {
  readonly code: string;
  readonly message: string;
}

/**
 * Brings a run's folder back to its checkpoint.
 *
 * @throws InputError where the run is done, a change, a file or a key is not allowed, the checkpoint is another run's, rows are
 * missing (`run.rows-missing`) or it is (`run.checkpoint-missing`); then nothing has happened to the folder
 */
export async function comeBack(
  folder: RunFolder,
  { changes = [], acceptLoss = false }: ComingBack,
  { files, models }: Pick<RunHost, "files" | "models">,
  onWarning: (warning: Error) => void,
): Promise<Comeback> {
  const record = await readRunRecord(folder.file("record"));
  if (record.state === "done") {
    throw new InputError("run.done", `${folder.path}: this run is done. Start a new one, or evaluate it.`);
  }
  const checkpoint = await ownCheckpoint(folder.path, record, onWarning);
  const experiment = checkpoint?.json.experiment ?? record.experiment;
  checkChanges(experiment, changes);
  await files(await filesOf(experiment, dirname(record.experimentFile)));
  const lost = checkpoint ? await losses(folder, checkpoint) : [];
  const price = checkpoint ? priceOf(folder, lost) : await priceOfBeginning(folder, record);
  if (price && !acceptLoss) throw price.refusal;
  await models.settle?.(keysOf(record.experiment));
  const logs = checkpoint ? await endsAt(folder, checkpoint, lost) : {};
  const handMade = await rewind(folder, checkpoint ? checkpoint.json.iteration : -1, logs);
  const notes = [
    ...(price ? [{ code: "run.rows-lost", message: price.said }] : []),
    ...(checkpoint && !checkpoint.origin ? [unmarked] : []),
  ];
  return { checkpoint, logs, notes, handMade, changes };
}

/** What it costs to go on. */
interface Price {
  /** For who has not accepted it. */
  readonly refusal: InputError;
  /** On the timeline of who has. */
  readonly said: string;
}

/** Of rows that are missing. */
function priceOf({ path }: RunFolder, lost: readonly Loss[]): Price | undefined {
  if (lost.length === 0) return undefined;
  const lacks = lost.map(lossText).join("; ");
  return {
    refusal: new InputError(
      "run.rows-missing",
      `${path}: not everything is there that was there at the checkpoint: ${lacks}. Put back what is missing, or go on without it: ${accepting(path)}.`,
    ),
    said: `Gone on without what was lost: ${lacks}.`,
  };
}

/** Of a checkpoint that is missing: the first one is saved before the first iteration. */
async function priceOfBeginning(folder: RunFolder, { iteration }: RunRecord): Promise<Price | undefined> {
  if (iteration === 0) return undefined;
  const rows = await rowsToCut(folder);
  return {
    refusal: new InputError(
      "run.checkpoint-missing",
      `${folder.path}: no checkpoint is left to go on from. Put it back, or begin the run anew, which removes its ${rows} rows so far: ${accepting(folder.path)}.`,
    ),
    said: `No checkpoint was left: the run began anew, and its ${rows} rows so far were removed.`,
  };
}

const accepting = (folder: string): string => `lerl resume ${shellWord(folder)} --accept-loss`;

const unmarked: Note = {
  code: "checkpoint.unmarked",
  message:
    "The checkpoint is of a version that did not note whose it is, nor how many rows belong to it: neither was checked.",
};

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
  let sum: Spending = { calls: 0, tokens: 0, cost: 0 };
  for await (const row of jsonLines<StoredCall>(folder.file("llm"))) {
    sum = spentWith(sum, row);
  }
  return sum;
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
