/** A trial's record as it begins, and as it is extended. */
import { dirname } from "node:path";
import type { Experiment } from "../../protocol/experiment.ts";
import type { TrialRecord } from "../../protocol/trial/record.ts";
import { InputError } from "../errors.ts";
import { filesOf, type NamedFile } from "../serving/namedFiles.ts";
import type { Base } from "./base.ts";
import { contenderRecords, experimentOf } from "./contenders.ts";
import { parseCondition } from "./gate.ts";
import type { TallySetting } from "./tally.ts";
import type { TrialExtension, TrialHost, TrialStart } from "./trialHost.ts";

export const tallySetting = ({ contenders, planned, sessions, margin, stop, failIf }: TrialRecord): TallySetting => ({
  contenders: contenders.map(({ name }) => name),
  planned,
  sessions,
  margin,
  stop,
  // "Not worse" is decided by the verdict; other limits by the interval.
  asked: failIf.map(parseCondition).flatMap(({ metric, value }) => (metric === "rCum" && value !== 0 ? [value] : [])),
});

/** @throws InputError where a contender cannot serve from the base */
export function newRecord(start: TrialStart, base: Base, id: string, host: TrialHost): TrialRecord {
  const { name, sessions, seed, stop, margin, models, limits, failIf, moments, repeats = 1 } = start;
  return {
    schemaVersion: 1,
    id,
    name,
    state: "starting",
    startedAt: host.now().toISOString(),
    activeSeconds: 0,
    base: base.record,
    experiment: { ...base.experiment, models: { ...base.experiment.models, ...models, ...limits } },
    prompts: [...base.versions],
    contenders: contenderRecords(start.contenders, base),
    seed: seed ?? base.experiment.evaluation.seed,
    sessions,
    planned: sessions,
    stop,
    ...(margin !== undefined && { margin }),
    failIf: [...failIf],
    ...(moments && { moments }),
    repeats,
    ...(Object.keys(limits).length > 0 && { limits }),
    engineVersion: host.engineVersion,
  };
}

/**
 * What it serves: its base, and each contender's settings, which a record may hold of any kind.
 * @throws InputError `trial.contender`
 */
export const experimentsOfTrial = ({ experiment, contenders }: TrialRecord): readonly Experiment[] => [
  experiment,
  ...contenders.map((contender) => experimentOf(contender, experiment)),
];

/** What it reads. @throws InputError as `experimentsOfTrial` */
export async function filesOfTrial(record: TrialRecord): Promise<readonly NamedFile[]> {
  const folder = dirname(record.base.experimentFile);
  return (await Promise.all(experimentsOfTrial(record).map((each) => filesOf(each, folder)))).flat();
}

/**
 * Fewer visits than it has planned are not taken back: its intervals were made for them. A trial of moments only has
 * planned none, and plans those that it is extended by.
 * @throws InputError where there is nobody to compare visits with
 */
export function extended(record: TrialRecord, extension: TrialExtension): TrialRecord {
  const { contenders } = record;
  const { stop, failIf } = extension;
  const sessions = Math.max(record.sessions, extension.sessions ?? 0);
  if (contenders.length < 2 && sessions > 0) {
    throw new InputError(
      "trial.contender",
      `Visits compare at least two contenders, and "${contenders[0]?.name}" is alone. Start a trial of two; answers that are kept cost nothing.`,
    );
  }
  return {
    ...withLimits(record, extension),
    sessions,
    planned: record.planned === 0 ? sessions : record.planned,
    stop: stop ?? record.stop,
    failIf: failIf && failIf.length > 0 ? failIf : record.failIf,
  };
}

/** What its models are asked within from here on: the settings given, and its own limits in their place. */
export function withLimits(record: TrialRecord, { models, limits }: TrialExtension): TrialRecord {
  const { experiment } = record;
  const own = { ...record.limits, ...limits };
  return {
    ...record,
    experiment: { ...experiment, models: { ...experiment.models, ...models, ...own } },
    ...(Object.keys(own).length > 0 && { limits: own }),
  };
}
