/** When two runs have the same configuration, and in what they differ. */
import { createHash } from "node:crypto";
import { readsReflections } from "../../protocol/asksModel.ts";
import { withoutLaterSettings } from "../../protocol/experiment/laterSettings.ts";
import type { Experiment } from "../../protocol/experiment.ts";

/** Paths that change no result: names, threads, and how often a run is looked at or saved. */
const withoutEffect = new Set(["$schema", "name", "description", "policy.workers", "training.checkpointEvery"]);

/** Every leaf of a document by its JSON path; lists are leaves. */
export function settingsOf(document: unknown, path = ""): ReadonlyMap<string, unknown> {
  if (typeof document !== "object" || document === null || Array.isArray(document)) return new Map([[path, document]]);
  const entries = Object.entries(document).filter(([, value]) => value !== undefined);
  return new Map(entries.flatMap(([key, value]) => [...settingsOf(value, path === "" ? key : `${path}.${key}`)]));
}

/** The prompts a configuration depends on; none where no model reads them. */
export type PromptDigests = readonly string[];

/**
 * The same for two runs exactly when they differ in nothing but the seed.
 *
 * @param changes made by hand while the run went on
 */
export function configurationHash(
  experiment: Experiment,
  prompts: PromptDigests = [],
  changes: readonly unknown[] = [],
): string {
  const settings = [...settingsOf(experiment)].filter(([path]) => path !== "seed");
  return hashOf([...settings, ["changes", changes]], prompts);
}

/** Version of run.json whose settings all count in a run's name; later ones do where they are not as they were. */
export const FIRST_IDS = 4;

/**
 * Names a run: configuration, seed and what it is evaluated on. Settings that nothing reads do not count, so that such
 * variants share their runs: without a planner all of its own, and without one that reads reflections those of
 * reflections and critic.
 */
export function suiteRunId(experiment: Experiment, sessions: number, prompts: PromptDigests = []): string {
  const { planner } = experiment;
  const unread = [
    ...(planner.enabled ? [] : ["planner."]),
    ...(readsReflections(planner) ? [] : ["reflections.", "critic."]),
  ];
  const counted = withoutLaterSettings(experiment, FIRST_IDS);
  const settings = [...settingsOf(counted)].filter(
    ([path]) => path === "planner.enabled" || !unread.some((start) => path.startsWith(start)),
  );
  return hashOf([...settings, ["sessions", sessions]], prompts).slice(0, 16);
}

function hashOf(settings: readonly (readonly [string, unknown])[], prompts: PromptDigests): string {
  const counted = settings.filter(([path]) => !withoutEffect.has(path));
  counted.sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([counted, prompts]))
    .digest("hex");
}

/** Settings that are not the same everywhere, with their value in each document; undefined where one has none. */
export function differingSettings(
  documents: readonly unknown[],
): readonly { readonly path: string; readonly values: readonly unknown[] }[] {
  const all = documents.map((document) => settingsOf(document));
  const paths = [...new Set(all.flatMap((settings) => [...settings.keys()]))].filter(
    (path) => !withoutEffect.has(path) && path !== "seed",
  );
  return paths
    .map((path) => ({ path, values: all.map((settings) => settings.get(path)) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
}
