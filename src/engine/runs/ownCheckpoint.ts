/** A run's checkpoint is used by that run only. */
import { createHash } from "node:crypto";
import { withoutLaterSettings } from "../../protocol/experiment/laterSettings.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { RunRecord } from "../../protocol/run.ts";
import { InputError } from "../errors.ts";
import { type Checkpoint, CheckpointStore } from "../store/checkpoint.ts";
import { toJson } from "../store/files.ts";
import { type TrainerCheckpoint, trainerCheckpoint } from "../training/trainerState.ts";
import { requireSameServers } from "./sameServers.ts";

/**
 * The newest checkpoint of a run; undefined: it has none.
 *
 * @param folder of the run
 * @throws InputError `checkpoint.foreign`, `checkpoint.other-server`, `checkpoint.unreadable`; LerlError `store.broken-checkpoint`
 */
export async function ownCheckpoint(
  folder: string,
  record: RunRecord,
  onWarning: (warning: Error) => void,
): Promise<TrainerCheckpoint | undefined> {
  const loaded = await new CheckpointStore(folder, onWarning).load();
  return loaded && ofRun(loaded, record, folder);
}

/** A checkpoint as the run's own. One that does not say whose it is was written by a version before. */
export function ofRun(checkpoint: Checkpoint, record: RunRecord, folder: string): TrainerCheckpoint {
  const { origin } = checkpoint;
  if (origin && record.uid !== undefined && origin.uid !== record.uid) {
    throw foreign(folder, "its checkpoint belongs to another run");
  }
  if (origin && origin.document !== documentHash(record.experiment)) {
    throw foreign(folder, "its checkpoint belongs to a run that began with another document than run.json holds");
  }
  const own = trainerCheckpoint(checkpoint, folder);
  requireSameServers(record.experiment, own.json.experiment, folder);
  return own;
}

/** Of the document that a run began with. Settings that came later leave the hash of those written before as it is. */
export function documentHash(experiment: Experiment): string {
  const document = withoutLaterSettings(JSON.parse(toJson(experiment)));
  return createHash("sha256").update(JSON.stringify(document, inOrder)).digest("hex");
}

const inOrder = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

const foreign = (folder: string, what: string): InputError =>
  new InputError(
    "checkpoint.foreign",
    `${folder}: ${what}. Put back the checkpoint and the run.json that belong together, or start the run anew.`,
  );
