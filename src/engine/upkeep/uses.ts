/** Who uses what in `.lerl`: what a process works on, and what others were made from. */
import { dirname, join, relative, resolve, sep } from "node:path";
import type { LimitFunction } from "p-limit";
import { evaluationApart } from "../../protocol/evaluationApart.ts";
import { userModelReshapes } from "../../protocol/experiment/fidelity.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { promptRoles } from "../../protocol/promptRole.ts";
import type { RunId } from "../../protocol/run.ts";
import type { TrialRecord } from "../../protocol/trial/record.ts";
import { cachedFingerprints } from "../data/cache.ts";
import { fingerprintsOf } from "../data/loadDataset.ts";
import type { TrainedConfig } from "../simulator/trained/training.ts";
import { datasetOf, defaultTrainedConfig, evaluationConfig, modelKey } from "../simulator/trained/userModel.ts";
import type { Standing } from "../store/lockOwner.ts";
import { listRun, runFiles } from "../store/runFolder.ts";
import type { RunList } from "../store/runList.ts";
import { standingAt } from "../store/runLock.ts";
import { cacheFolder, storageFolder } from "../store/storage.ts";
import { listTrials } from "../trials/trialFolder.ts";
import { experimentsOfTrial } from "../trials/trialRecord.ts";
import { experimentsOf, type FoundExperiment } from "./experiments.ts";
import type { Place } from "./places.ts";

export interface Uses {
  /** Why a place must stay that others use, by its path. */
  readonly stays: ReadonlyMap<string, string>;
  /** Why one must stay that a process owns, or may, by its path. */
  readonly live: ReadonlyMap<string, string>;
  /** What people call it, by its path: a run or a trial by its record, where that can be read, a user model by its data. */
  readonly names: ReadonlyMap<string, string>;
}

/** What whoever is at work may use. */
const isShared = ({ kind }: Place): boolean => kind === "cache" || kind === "models" || kind === "leftovers";

const NOBODY_KNOWS = "nobody can tell from its lock.json whether it is under way";

/**
 * @param places all there are
 * @param of those that are asked about
 * @param runs of the workspace; for who asks again and again
 * @throws InputError `store.unreadable`
 */
export async function usesOf(
  workspaceFolder: string,
  places: readonly Place[],
  of: readonly Place[],
  runs: RunList,
  limit: LimitFunction,
): Promise<Uses> {
  const storage = storageFolder(workspaceFolder);
  const { names, documents, bases } = await recordsOf(workspaceFolder, places, runs, limit);
  const replays = documents.flatMap((document) =>
    replayedBy(storage, document).map((path) => [path, `${document.name} replays its answers`] as const),
  );
  const models = of.filter(({ kind }) => kind === "models").map(({ path }) => path);
  for (const path of models) {
    const dataset = await datasetOf(join(storage, path));
    if (dataset !== undefined) names.set(path, dataset);
  }
  const readers = models.length === 0 ? [] : [...documents, ...(await experimentsOf(workspaceFolder, limit))];
  // A cache that is a link is not looked into: nothing is known of the data then.
  const hasCache = places.some(({ kind }) => kind === "cache");
  const cached = hasCache && models.length > 0 ? await cachedFingerprints(cacheFolder(storage)) : [];
  const shared = of.filter(isShared);
  const live = await liveAmong(storage, shared.length > 0 ? places : of, limit);
  const may = [...live.values()].every((why) => why === NOBODY_KNOWS) ? "may be" : "is";
  const busy = live.size === 0 ? [] : shared.map(({ path }) => [path, `a run or a trial ${may} under way`] as const);
  return { stays: new Map([...busy, ...bases, ...replays, ...modelUses(cached, models, readers)]), live, names };
}

/** What the records of runs, trials and suites tell. */
async function recordsOf(workspaceFolder: string, places: readonly Place[], runs: RunList, limit: LimitFunction) {
  const names = new Map<string, string>();
  const bases = new Map<string, string>();
  const documents: FoundExperiment[] = [];
  for (const { id, record } of await runs.list()) {
    if (!record) continue;
    names.set(`runs/${id}`, record.name);
    documents.push({ ...record, name: `the run ${id}` });
  }
  for (const { id, record } of await listTrials(workspaceFolder)) {
    if (!record) continue;
    const { name, base } = record;
    names.set(`trials/${id}`, name);
    for (const experiment of servedBy(record))
      documents.push({ name: `the trial ${id}`, experiment, experimentFile: base.experimentFile });
    if (base.run) bases.set(`runs/${base.run.id}`, `the trial ${id} is based on it`);
  }
  const storage = storageFolder(workspaceFolder);
  const ofSuites = places.flatMap(({ path, runs = [] }) => runs.map((run) => ({ run, suite: path })));
  const listed = ofSuites.map(async ({ run, suite }) => {
    const { record } = await limit(() => listRun(join(storage, run), run as RunId));
    if (record) documents.push({ ...record, name: `a run of ${suite}` });
  });
  await Promise.all(listed);
  return { names, documents, bases };
}

/** Of a trial that can serve no more, its base's. */
function servedBy(record: TrialRecord): readonly Experiment[] {
  try {
    return experimentsOfTrial(record);
  } catch {
    return [record.experiment];
  }
}

/** What processes own, or may, and suites of whose runs they own one. */
async function liveAmong(
  storage: string,
  places: readonly Place[],
  limit: LimitFunction,
): Promise<ReadonlyMap<string, string>> {
  const live = new Map<string, string>();
  const standingOf = (folder: string): Promise<Standing> =>
    limit(() => standingAt(join(storage, folder, runFiles.lock)).catch(() => "unknown"));
  const looked = places.map(async ({ path, kind, runs = [] }) => {
    if (kind !== "runs" && kind !== "trials" && kind !== "suites") return;
    const own = await standingOf(path);
    const ofRuns = await Promise.all(runs.map(standingOf));
    if (own === "runs") live.set(path, "it is under way");
    else if (ofRuns.includes("runs")) live.set(path, "a run of it is under way");
    else if ([own, ...ofRuns].includes("unknown")) live.set(path, NOBODY_KNOWS);
  });
  await Promise.all(looked);
  return live;
}

/** The runs, or suites, whose recorded answers a document replays. */
function replayedBy(storage: string, { experiment, experimentFile }: FoundExperiment): readonly string[] {
  return promptRoles.flatMap((role) => {
    const { provider, replayFrom } = experiment[role];
    if (provider !== "replay" || !replayFrom) return [];
    const [kind, id] = relative(storage, resolve(dirname(experimentFile), replayFrom)).split(sep);
    return kind && id ? [`${kind}/${id}`] : [];
  });
}

/**
 * Which kept user models the documents train with. A model is named after the content of its data: where that is not
 * known, it cannot be told from the models that nobody else uses.
 */
function modelUses(
  cached: readonly string[],
  models: readonly string[],
  documents: readonly FoundExperiment[],
): ReadonlyMap<string, string> {
  const used = new Map<string, string>();
  const maybe: string[] = [];
  for (const { name, experiment } of documents) {
    const configs = trainedConfigsOf(experiment);
    if (configs.length === 0) continue;
    // Both act on some data only, those with several types of feedback or categories of an item; which these are is not known here.
    const reshapes = userModelReshapes(experiment.fidelity) ? [true, false] : [false];
    const tags = experiment.simulator.itemTags === "all" ? [true, false] : [false];
    const ways = reshapes.flatMap((reshaped) => tags.map((itemTags) => ({ reshaped, itemTags })));
    const keys = fingerprintsOf(experiment.dataset, cached).flatMap((fingerprint) =>
      ways.flatMap((way) => configs.map((config) => modelKey(fingerprint, config, way))),
    );
    const found = models.filter((path) => keys.some((key) => path === `models/${key}`));
    for (const path of found) used.set(path, `${name} uses it`);
    if (found.length === 0 && experiment.dataset.kind !== "synthetic") maybe.push(name);
  }
  const [name] = maybe;
  if (name !== undefined) for (const path of models) if (!used.has(path)) used.set(path, `${name} may use it`);
  return used;
}

/** The settings of an experiment's user models, training's and its evaluations'; none where none is trained. */
function trainedConfigsOf(experiment: Experiment): readonly TrainedConfig[] {
  const { responseModel } = experiment.simulator;
  const isTrained =
    responseModel.kind === "trained" || (responseModel.kind === "auto" && experiment.dataset.kind !== "synthetic");
  if (!isTrained) return [];
  const config = responseModel.kind === "trained" ? responseModel : defaultTrainedConfig;
  return evaluationApart(experiment).responseModel ? [config, evaluationConfig(config)] : [config];
}
