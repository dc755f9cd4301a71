/** User response models on disk: trained once per data set and options, then reused (docs/method.md, section 3). */
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as z from "zod";
import { responseModelSchema } from "../../../protocol/experiment/simulator.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { Finding } from "../../data/readingText.ts";
import { deriveKey } from "../../math/random.ts";
import { readRegular, readText } from "../../regularFile.ts";
import { isMissing, replaceFile } from "../../store/files.ts";
import { below, makeBelow } from "../../store/storage.ts";
import { ParameterStore } from "../../tensor/parameters.ts";
import type { TensorEngine } from "../../tensor/tensorEngine.ts";
import { sweepLeftovers } from "../../wholeFile.ts";
import type { ResponseModelFactory } from "../responseModel.ts";
import { type Calibration, UNCALIBRATED } from "./calibration.ts";
import { userModelFindings } from "./findings.ts";
import { exposureWeights, holdOut } from "./holdOut.ts";
import { withItemTags } from "./itemTags.ts";
import { measureUserModel } from "./measuring.ts";
import { TrainedNetwork, TrainedResponseModel } from "./model.ts";
import { UserModelNetwork } from "./network.ts";
import { measuredReportSchema, type TrainingReport, trainingReportSchema, type UserModelReport } from "./report.ts";
import { SHARDS, type TrainedConfig, trainUserModel, type UserModelProgress } from "./training.ts";
import type { UserModelParts } from "./userModelShard.ts";

/** Raised with every change of the network, its training or the files: older models are then trained anew. */
const FORMAT = 2;

/** model.json, beside the weights in weights.f32 (little-endian float32). It is written last. */
const recordSchema = z.strictObject({
  format: z.literal(FORMAT),
  dataset: z.string(),
  /** SHA-256 of weights.f32. */
  weights: z.string(),
  /** Models of before calibration lack what was measured. */
  report: trainingReportSchema.extend(measuredReportSchema.partial().shape),
});

type KeptReport = z.output<typeof recordSchema>["report"];

export interface UserModelOptions {
  /** Computes; stays the caller's to dispose of. */
  readonly engine: TensorEngine;
  /** Holds `models/`: `.lerl`. */
  readonly storageFolder: string;
  /** What is going on and how much of it is done, 0..1. */
  readonly progress: (phase: string, fraction: number) => void;
  /** A message for a person: a model was reused, was damaged, has been trained. */
  readonly log: (message: string) => void;
  /** Told what to know before trusting the model; `log` is by default. */
  readonly warn?: (finding: Finding) => void;
  readonly signal: AbortSignal;
  /** The same with the loss. */
  readonly onProgress?: (progress: UserModelProgress) => void;
  /** Dropout while simulating (section 10, `actingDropout`); 0 by default. */
  readonly dropout?: number;
  /** Feedback is reshaped as in the authors' code (section 10, `feedbackHistory`); not by default. */
  readonly reshaped?: boolean;
  /** Clicks come with calibrated probabilities, and centred encodings (`simulatesCalibrated`); not by default. */
  readonly calibrated?: boolean;
  /** The model reads all categories of an item (`simulator.itemTags`); by default its first only. */
  readonly itemTags?: boolean;
  /** Train even if a model for this data and these options exists. */
  readonly retrain?: boolean;
}

export interface UserModel {
  readonly report: UserModelReport;
  /** Folder of the model's files. */
  readonly folder: string;
  readonly reused: boolean;
  readonly findings: readonly Finding[];
  readonly factory: ResponseModelFactory;
}

/** The settings of an experiment that says nothing about them. */
export const defaultTrainedConfig = responseModelSchema.parse({ kind: "trained" }) as TrainedConfig;

/** Evaluations have a model of their own (section 13): another seed, and another split of the rows. */
export const evaluationConfig = (config: TrainedConfig = defaultTrainedConfig): TrainedConfig => ({
  ...config,
  seed: deriveKey(config.seed, "evaluation world"),
  split: "before-last",
});

/** The response model trained on `dataset`, from disk where it has been trained before. */
export async function trainedResponseModel(
  dataset: Dataset,
  config: TrainedConfig | undefined,
  options: UserModelOptions,
): Promise<ResponseModelFactory> {
  return (await openUserModel(dataset, config ?? defaultTrainedConfig, options)).factory;
}

/**
 * Reads the model of this data and these options, or trains and keeps it.
 * @throws LerlError `user-model.too-little-data`, `user-model.not-finite`, or a file error; the signal's reason
 */
export async function openUserModel(
  data: Dataset,
  config: TrainedConfig,
  options: UserModelOptions,
): Promise<UserModel> {
  const dataset = options.itemTags ? withItemTags(data) : data;
  const { engine, log, signal } = options;
  const network = new UserModelNetwork(dataset, config.maxSequence + 1);
  const store = new ParameterStore(engine.memory, network.layout, SHARDS);
  const features = network.states.placeFeatures(engine.memory);
  // One type's feedback is the same either way.
  const reshaped = options.reshaped === true && network.types > 1;
  const rowWeights =
    config.exposure === "logged"
      ? undefined
      : exposureWeights(dataset, holdOut(dataset, config.maxSequence, config.split, config.minRows).training);
  const parts: UserModelParts = { engine, network, store, features, dataset, reshaped, rowWeights };
  const place = ["models", modelKey(dataset.fingerprint, config, { reshaped, itemTags: dataset !== data })];
  const folder = below(options.storageFolder, ...place);

  const ofWhat = config.split === "before-last" ? " of evaluations" : "";
  const found = options.retrain ? undefined : await read(folder, store.values, log);
  let training: TrainingReport | undefined = found;
  if (training === undefined) {
    // Before the minutes of work, not after: can the model be kept at all?
    await makeBelow(options.storageFolder, ...place);
    await sweepLeftovers(folder, false);
    const phase = `Training the user response model${ofWhat}`;
    store.initialize(config.seed, "user model");
    training = await trainUserModel(parts, config, {
      signal,
      onProgress: (progress) => {
        options.progress(phase, progress.fraction);
        options.onProgress?.(progress);
      },
    });
  }
  const trained = new TrainedNetwork(parts);
  const report = isMeasured(found) ? found : { ...training, ...(await measureUserModel(trained, config, signal)) };
  if (report !== found) await write(folder, dataset, store.values, report);
  log(`User response model${ofWhat} ${found ? "reused" : "trained"}; ${summaryOf(report)}.`);
  const findings = userModelFindings(dataset, report, config.minRows, ofWhat);
  for (const finding of findings) {
    if (options.warn) options.warn(finding);
    else log(finding.message);
  }
  const simulation = {
    dropout: options.dropout ?? 0,
    seed: config.seed,
    ...(options.calibrated && { calibrations: dataset.feedbackTypes.map((name) => calibrationOf(report, name)) }),
  };
  return {
    report,
    folder,
    reused: found !== undefined,
    findings,
    factory: (slots) => new TrainedResponseModel(trained, slots, simulation),
  };
}

function summaryOf({ auc, calibration }: UserModelReport): string {
  const ranked = Object.entries(auc).map(([name, value]) => `${name} ${value === null ? "-" : value.toFixed(3)}`);
  const [[click, clicks] = []] = Object.entries(calibration);
  const { rawError, error } = clicks?.reliability ?? {};
  const errors = `calibration error of ${click} ${rawError?.toFixed(3)} raw, ${error?.toFixed(3)} calibrated`;
  return `AUC on the hold-out: ${ranked.join(", ")}${error === undefined ? "" : `; ${errors}`}`;
}

const isMeasured = (report: KeptReport | undefined): report is UserModelReport =>
  Object.keys(measuredReportSchema.shape).every((key) => report?.[key as keyof KeptReport] !== undefined);

const calibrationOf = ({ calibration }: UserModelReport, type: string): Calibration =>
  calibration[type] ?? UNCALIBRATED;

/** What acts on a model beside its settings. */
export interface ModelReading {
  /** Reshaping is asked for, and there is more than one type of feedback. */
  readonly reshaped: boolean;
  /** All categories are asked for, and there are items with more than one. */
  readonly itemTags: boolean;
}

/**
 * Names a model after everything its weights depend on.
 * @param fingerprint of the data set
 */
export function modelKey(fingerprint: string, config: TrainedConfig, { reshaped, itemTags }: ModelReading): string {
  const { epochs, learningRate, batchSessions, maxSequence, seed, split, minRows } = config;
  const parts = [FORMAT, fingerprint, epochs, learningRate, batchSessions, maxSequence, seed];
  if (reshaped) parts.push("reshaped");
  if (itemTags) parts.push("item tags");
  if (config.exposure !== "logged") parts.push(config.exposure);
  if (split) parts.push(split);
  if (minRows !== undefined && minRows !== defaultTrainedConfig.minRows) parts.push(minRows);
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

async function write(folder: string, dataset: Dataset, weights: Float32Array, report: UserModelReport): Promise<void> {
  const bytes = new Uint8Array(weights.slice().buffer);
  await replaceFile(join(folder, "weights.f32"), bytes);
  const record = { format: FORMAT, dataset: dataset.name, weights: digest(bytes), report };
  await replaceFile(join(folder, "model.json"), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** The report of a model whose files are exactly as written, its weights in `values`; undefined where there is none. */
async function read(
  folder: string,
  values: Float32Array,
  log: (message: string) => void,
): Promise<KeptReport | undefined> {
  const rejected = (why: string): undefined => {
    log(`The user response model in ${folder} cannot be used (${why}); it is trained again.`);
  };
  let json: string;
  let bytes: Uint8Array;
  try {
    json = await readText(join(folder, "model.json"));
    bytes = await readRegular(join(folder, "weights.f32"));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const record = recordSchema.safeParse(parsed(json));
  if (!record.success) return rejected("model.json is damaged");
  if (bytes.byteLength !== values.length * 4) {
    return rejected(`weights.f32 holds ${bytes.byteLength} bytes instead of ${values.length * 4}`);
  }
  if (digest(bytes) !== record.data.weights) return rejected("weights.f32 is damaged");
  values.set(new Float32Array(bytes.slice().buffer));
  return record.data.report;
}

/** The name of the data that a kept model was trained on; undefined where it does not say. */
export async function datasetOf(folder: string): Promise<string | undefined> {
  const json = await readText(join(folder, "model.json")).catch(() => "");
  return recordSchema.safeParse(parsed(json)).data?.dataset;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
