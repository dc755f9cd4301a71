/**
 * What settings that came later are for documents written before them: those runs go on as they were. A record holds its
 * whole experiment with every default, so a setting that is missing there did not exist.
 */
import { valueAt, withValue } from "../jsonPath.ts";
import type { Override } from "../overrides.ts";
import { commaFormat } from "./tables.ts";

interface LaterSetting {
  readonly path: string;
  /** What was so until then. */
  readonly was: unknown;
  /** Version of run.json that knew it first. */
  readonly since: number;
  /** Whether a document can have it; any by default. */
  readonly belongs?: (experiment: unknown) => boolean;
}

const laterSettings: readonly LaterSetting[] = [
  // A model's stand-in planned however often its replies were of no use.
  { path: "models.unusableShare", was: 1, since: 2 },
  // Evaluations asked the model for all of their visits, or for none.
  { path: "evaluation.modelSessions", was: 0, since: 3 },
  // Synthetic clicks were easier to foresee than real ones.
  { path: "dataset.signal", was: "strong", since: 5, belongs: isSynthetic },
  // A planned category allowed every item that has it, whatever the quit rule compared.
  { path: "planner.mask", was: "any", since: 5 },
  // The reference mode's user model read feedback as recorded.
  { path: "fidelity.reshaped", was: "policy", since: 5 },
  // The policy learned from rewards alone, and saw no more of a session than items and feedback.
  { path: "policy.clickLoss", was: 0, since: 6 },
  { path: "policy.clickLabels", was: "clicks", since: 6 },
  { path: "policy.warmStart", was: 0, since: 6 },
  { path: "policy.tableScale", was: 1, since: 6 },
  { path: "policy.state", was: "history", since: 6 },
  // Weighted negatives inflated the probabilities of a trained user model.
  { path: "simulator.calibrated", was: false, since: 6 },
  // It knew an item's first category only.
  { path: "simulator.itemTags", was: "primary", since: 6 },
  { path: "simulator.responseModel.exposure", was: "logged", since: 6, belongs: trainsUserModel },
  // Evaluations drew the users, and asked the response model, that training did.
  { path: "evaluation.users", was: "all", since: 6 },
  { path: "evaluation.responseModel", was: "same", since: 6 },
  // Reflections were drawn by the session's score, which says more of the user than of the plan.
  { path: "reflections.sampling", was: "score", since: 7 },
  { path: "reflections.baseline", was: "none", since: 7 },
  { path: "reflections.show", was: "lessons", since: 7 },
  // A table was comma-separated UTF-8 with a header.
  { path: "dataset.interactions.format", was: commaFormat, since: 8, belongs: isCsv },
  { path: "dataset.items.format", was: commaFormat, since: 8, belongs: isCsv },
  // However much of a log was left out, its run went on.
  { path: "dataset.mayDrop", was: 1, since: 8, belongs: isFromFiles },
  // Ids and categories were taken as they are written.
  { path: "dataset.matching", was: "exact", since: 8, belongs: isCsv },
  { path: "dataset.nullWords", was: ["NaN", "nan"], since: 8, belongs: isCsv },
  { path: "simulator.responseModel.minRows", was: 25, since: 8, belongs: trainsUserModel },
  // Plans were made of ids.
  { path: "planner.answer", was: "ids", since: 9 },
];

/** The versions of run.json after which a setting came, the newest first. */
export const earlierVersions: readonly number[] = [...new Set(laterSettings.map(({ since }) => since - 1))].sort(
  (a, b) => b - a,
);

/** What a document leaves to defaults that came after a version of run.json, as it was then. */
export function settingsOfThen(document: unknown, version: number): readonly Override[] {
  return laterSettings
    .filter(({ since, path, belongs }) => {
      return since > version && valueAt(document, path) === undefined && (belongs?.(document) ?? true);
    })
    .map(({ path, was }) => ({ path, value: was }));
}

/** The experiment of a record with every setting that came after it. */
export function asItWas(experiment: unknown): unknown {
  if (!isRecord(experiment)) return experiment;
  return settingsOfThen(experiment, 0).reduce<unknown>(
    (all, { path, value }) => withValue(all, path, value),
    experiment,
  );
}

/**
 * An experiment without the settings since a version of run.json that are as they were before they came. Documents of
 * before and after that mean the same have the same rest.
 */
export function withoutLaterSettings(experiment: unknown, version = 0): unknown {
  return laterSettings
    .filter(({ since, path, was }) => since > version && isSame(valueAt(experiment, path), was))
    .reduce<unknown>((rest, { path }) => without(rest, path.split(".")), experiment);
}

function without(value: unknown, [key = "", ...below]: readonly string[]): unknown {
  if (!isRecord(value)) return value;
  const { [key]: part, ...others } = value;
  return below.length === 0 ? others : { ...others, [key]: without(part, below) };
}

function isSynthetic(experiment: unknown): boolean {
  return (valueAt(experiment, "dataset.kind") ?? "synthetic") === "synthetic";
}

function isFromFiles(experiment: unknown): boolean {
  return !isSynthetic(experiment);
}

function isCsv(experiment: unknown): boolean {
  return valueAt(experiment, "dataset.kind") === "csv";
}

function trainsUserModel(experiment: unknown): boolean {
  return valueAt(experiment, "simulator.responseModel.kind") === "trained";
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
