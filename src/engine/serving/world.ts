/** What an experiment plays in: its data, its response model, its masks. Built once, then shared by every policy. */
import { evaluationApart } from "../../protocol/evaluationApart.ts";
import {
  type FidelityChoice,
  type FidelitySwitch,
  fidelityChoice,
  simulatesCalibrated,
  userModelReshapes,
} from "../../protocol/experiment/fidelity.ts";
import type { ResponseModelConfig } from "../../protocol/experiment/simulator.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { Lessons } from "../critic/lessons.ts";
import { CategoryItems, maskReading } from "../data/categoryItems.ts";
import type { Dataset } from "../data/dataset.ts";
import { FEWEST_USERS, withHeldOut } from "../data/heldOut.ts";
import { loadDataset } from "../data/loadDataset.ts";
import { type Finding, readingFindings, readingLine } from "../data/readingText.ts";
import { InputError } from "../errors.ts";
import { CategoryMasks } from "../planner/mask.ts";
import { updateRule } from "../policy/updateRule.ts";
import { InterestRanking } from "../simulator/interest.ts";
import { LatentResponseModel } from "../simulator/latent.ts";
import { MatrixResponseModel } from "../simulator/matrix.ts";
import type { ResponseModel, ResponseModelFactory } from "../simulator/responseModel.ts";
import { UserSampler } from "../simulator/sessionSource.ts";
import type { TrainedConfig } from "../simulator/trained/training.ts";
import { trainedResponseModel } from "../simulator/trained/userModel.ts";
import { cacheFolder } from "../store/storage.ts";
import type { TensorEngine } from "../tensor/tensorEngine.ts";

export interface WorldOptions {
  /** Computes; the caller's to dispose of. */
  readonly engine: TensorEngine;
  /** Where relative paths of the experiment start: its file's folder. */
  readonly baseFolder: string;
  /** Holds the binary cache and the trained user models: `.lerl`. */
  readonly storageFolder: string;
  /** What is going on and how much of it is done, 0..1. */
  readonly progress: (phase: string, fraction: number) => void;
  readonly log: (message: string) => void;
  /** Told what to know before trusting results, of the data and of a trained user model; `log` is by default. */
  readonly warn?: (finding: Finding) => void;
  readonly signal: AbortSignal;
  /** The document in force, where it may change while the world is in use; the experiment by default. */
  readonly inForce?: () => Experiment;
}

export interface World {
  readonly dataset: Dataset;
  readonly responseModels: ResponseModelFactory;
  /** What the response model predicts; the first is the click. */
  readonly feedbackTypes: readonly string[];
  readonly interest: InterestRanking;
  readonly masks: CategoryMasks;
  readonly lessons: Lessons;
  /** Whom it draws; in training's world not those who are held out. */
  readonly users: UserSampler;
  readonly fidelity: <S extends FidelitySwitch>(name: S) => FidelityChoice<S>;
}

/** The data as the experiment's runs have them: with users held out where its evaluations have users of their own. */
export function splitForEvaluation(loaded: Dataset, experiment: Experiment): Dataset {
  return evaluationApart(experiment).users ? withHeldOut(loaded) : loaded;
}

/** @throws InputError where the data or a setting cannot be used */
export async function buildWorld(experiment: Experiment, options: WorldOptions): Promise<World> {
  const fidelity: World["fidelity"] = (name) => fidelityChoice(experiment.fidelity, name);
  const loaded = await loadDataset(experiment.dataset, {
    baseFolder: options.baseFolder,
    cacheFolder: cacheFolder(options.storageFolder),
    itemCategories: fidelity("itemCategories"),
    signal: options.signal,
    onWarning: options.log,
    onProgress: ({ bytesRead, bytes }) => options.progress("Loading data", bytes === 0 ? 1 : bytesRead / bytes),
  });
  const read = readingLine(loaded);
  if (read !== undefined) options.log(read);
  for (const finding of readingFindings(loaded)) (options.warn ?? toldTo(options.log))(finding);
  const dataset = splitForEvaluation(loaded, experiment);
  const { heldOut } = dataset;
  if (dataset === loaded && evaluationApart(experiment).users) options.log(tooFewUsers(dataset));
  checkSlate(experiment, dataset);
  const inForce = options.inForce ?? (() => experiment);
  const interest = new InterestRanking(dataset, new CategoryItems(dataset, () => maskReading(inForce())));
  const responseModels = await responseModelsFor(experiment, dataset, options);
  return {
    dataset,
    responseModels,
    feedbackTypes: feedbackTypesOf(responseModels),
    interest,
    masks: new CategoryMasks({
      dataset,
      interest,
      slateSize: experiment.simulator.slateSize,
      categoryZero: fidelity("categoryZero"),
    }),
    lessons: new Lessons(dataset, experiment.simulator.historyLength),
    users: new UserSampler(dataset, experiment.simulator.drawUsers, (user) => !heldOut?.[user]),
    fidelity,
  };
}

const toldTo =
  (log: WorldOptions["log"]) =>
  ({ message }: Finding): void =>
    log(message);

const tooFewUsers = ({ name }: Dataset): string =>
  `Evaluations draw the users that training draws: "${name}" has fewer than ${FEWEST_USERS} users with a history, too few to hold some out.`;

function checkSlate({ simulator, planner }: Experiment, dataset: Dataset): void {
  if (dataset.items < simulator.slateSize) {
    throw new InputError(
      "experiment.slate-too-large",
      `simulator.slateSize: ${simulator.slateSize} items, but the data set "${dataset.name}" has ${dataset.items}; lower it.`,
    );
  }
  if (planner.enabled && dataset.categories.length < 2) {
    throw new InputError(
      "experiment.too-few-categories",
      `The data set "${dataset.name}" has ${dataset.categories.length} category; a planner needs at least 2. Set planner.enabled to false, or check the categories column.`,
    );
  }
}

async function responseModelsFor(
  experiment: Experiment,
  dataset: Dataset,
  options: WorldOptions,
): Promise<ResponseModelFactory> {
  const config = experiment.simulator.responseModel;
  const kind = responseModelKind(config, dataset);
  if (kind === "latent") {
    const truth = dataset.latent;
    if (!truth) throw missingTruth(kind, dataset, "Only synthetic data has a ground truth");
    return (slots) => new LatentResponseModel(dataset, truth, slots);
  }
  if (kind === "matrix") {
    const { matrix } = dataset;
    if (!matrix) throw missingTruth(kind, dataset, "Only KuaiRec's small matrix records every response");
    return (slots) => new MatrixResponseModel(dataset, matrix, slots);
  }
  return trainedFactory(dataset, config.kind === "trained" ? config : undefined, experiment, options);
}

/** What "auto" stands for with this data. */
export function responseModelKind({ kind }: ResponseModelConfig, dataset: Dataset): ResponseModel["kind"] {
  if (kind !== "auto") return kind;
  return dataset.latent ? "latent" : dataset.matrix ? "matrix" : "trained";
}

/** A trained model as an experiment simulates with it. */
export function trainedFactory(
  dataset: Dataset,
  config: TrainedConfig | undefined,
  experiment: Experiment,
  options: WorldOptions,
): Promise<ResponseModelFactory> {
  return trainedResponseModel(dataset, config, {
    ...options,
    dropout: updateRule(experiment).actingDropout,
    reshaped: userModelReshapes(experiment.fidelity),
    itemTags: experiment.simulator.itemTags === "all",
    calibrated: simulatesCalibrated(experiment.simulator.calibrated, experiment.fidelity),
  });
}

function feedbackTypesOf(responseModels: ResponseModelFactory): readonly string[] {
  const model = responseModels(1);
  model.dispose();
  return model.feedbackTypes;
}

function missingTruth(kind: string, { name }: Dataset, why: string): InputError {
  return new InputError(
    "experiment.no-truth",
    `simulator.responseModel.kind: "${kind}" does not fit the data set "${name}". ${why}; use "auto" or "trained".`,
  );
}
