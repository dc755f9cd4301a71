/** From what `lerl trial` is given to a trial: an experiment, a run or a *.trial.json, and contenders for it. */
import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Moments } from "../../protocol/moments.ts";
import { formatProblems } from "../../protocol/parseExperiment.ts";
import { LONGEST_NAME, MOST_CONTENDERS, USUAL_VISITS } from "../../protocol/trial/extent.ts";
import type { ContenderPlan, TrialLimits } from "../../protocol/trial/record.ts";
import { type ContenderDocument, parseTrial, type Trial } from "../../protocol/trial.ts";
import { InputError } from "../errors.ts";
import { serverUrl } from "../llm/providers/address.ts";
import { readNamed } from "../regularFile.ts";
import type { NamedFile } from "../serving/namedFiles.ts";
import { isRunFolder } from "../store/runFolder.ts";
import { newestRunOf } from "../trials/base.ts";
import type { AskedContender } from "../trials/contenders.ts";
import { readMoments } from "../trials/momentsFile.ts";
import type { BaseChoice, TrialHost, TrialStart } from "../trials/trialHost.ts";
import { readExperimentFile } from "./experimentFile.ts";

export interface TrialOptions {
  readonly prompt: readonly string[];
  readonly version: readonly string[];
  readonly model: readonly string[];
  readonly plan: readonly ContenderPlan[];
  readonly baseUrl?: string;
  /** `--no-own` */
  readonly own: boolean;
  readonly sessions?: number;
  readonly seed?: number;
  /** `--no-stop` */
  readonly stop: boolean;
  readonly margin?: number;
  readonly maxCalls?: number;
  readonly maxTokens?: number;
  readonly maxCost?: number;
  readonly failIf: readonly string[];
  readonly moments?: string;
  readonly repeats?: number;
  /** `--no-cache` */
  readonly cache: boolean;
  readonly allowOutside?: boolean;
}

/** @throws InputError where the target or a contender cannot be read */
export async function trialStart(
  target: string,
  options: TrialOptions,
  { workspaceFolder, files }: Pick<TrialHost, "workspaceFolder" | "files">,
): Promise<TrialStart> {
  const document = target.endsWith(".trial.json") ? await readTrialFile(target) : undefined;
  const folder = document ? dirname(resolve(target)) : workspaceFolder;
  if (document) await files(namedBy(document, folder));
  const base = await baseChoice(document ? resolve(folder, document.base) : target, options, workspaceFolder);
  const typed = await typedContenders(options, document !== undefined);
  const written = await Promise.all((document?.contenders ?? []).map((contender) => withText(contender, folder)));
  const contenders = [...written, ...typed];
  const isAlone = contenders.length < 2;
  const sessions = options.sessions ?? document?.sessions ?? (isAlone ? 0 : USUAL_VISITS);
  if (contenders.length === 0 || (isAlone && (options.moments === undefined || sessions > 0))) {
    throw new InputError(
      "trial.contender",
      "A trial compares at least two: give --prompt <file>, --version <hash>, --model <name> or --plan <who>, or a *.trial.json file. One alone is held against --moments, without visits.",
    );
  }
  if (contenders.length > MOST_CONTENDERS) {
    throw new InputError(
      "trial.contender",
      `${contenders.length} contenders are more than ${MOST_CONTENDERS}: give fewer --prompt or --model, or make it several trials.`,
    );
  }
  const moments = await momentsOf(options, document, folder);
  if (sessions === 0 && !moments?.moments.length) {
    throw new InputError(
      "trial.contender",
      "Without visits there must be moments: give --moments <file> with one or more, or --sessions.",
    );
  }
  return {
    name: document?.name ?? nameOf(contenders),
    base,
    contenders,
    sessions,
    seed: options.seed ?? document?.seed,
    stop: options.stop && (document?.stop ?? true),
    margin: options.margin ?? document?.margin,
    ...(!options.cache && { models: { cache: false } }),
    limits: { ...limitsOf(document ?? {}), ...limitsOf(options) },
    failIf: [...(document?.failIf ?? []), ...options.failIf],
    moments,
    repeats: options.repeats ?? document?.repeats,
  };
}

/** What a trial's document names. */
function namedBy({ base, moments, contenders }: Trial, folder: string): readonly NamedFile[] {
  const named = [
    ["base", base],
    ["moments", moments],
    ...contenders.map(({ prompt }) => ["contenders.prompt", prompt] as const),
  ] as const;
  return named.flatMap(([setting, path]) => (path === undefined ? [] : [{ setting, path: resolve(folder, path) }]));
}

/** The limits that are given; those that are not stay the base's. */
export function limitsOf({
  maxCalls,
  maxTokens,
  maxCost,
}: { readonly [K in keyof TrialLimits]: number | undefined }): TrialLimits {
  return {
    ...(maxCalls !== undefined && { maxCalls }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(maxCost !== undefined && { maxCost }),
  };
}

async function momentsOf(
  options: TrialOptions,
  document: Trial | undefined,
  folder: string,
): Promise<Moments | undefined> {
  if (options.moments !== undefined) return readMoments(resolve(options.moments), options.moments);
  return document?.moments === undefined ? undefined : readMoments(resolve(folder, document.moments), document.moments);
}

async function readTrialFile(file: string): Promise<Trial> {
  const parsed = parseTrial(await readNamed(file, "trial.missing", "Give the path of a *.trial.json file."));
  if (parsed.ok) return parsed.value;
  throw new InputError("trial.invalid", formatProblems(file, parsed.problems));
}

/** A run's folder, or an experiment's newest run; without one its policy has learned nothing. */
async function baseChoice(
  target: string,
  { allowOutside }: TrialOptions,
  workspaceFolder: string,
): Promise<BaseChoice> {
  if (await isRunFolder(target)) return { run: resolve(target) };
  if ((await stat(target).catch(() => undefined))?.isDirectory()) {
    throw new InputError(
      "trial.missing",
      `${target}: neither a run nor a trial. Give an experiment, a folder under .lerl/runs or .lerl/trials, or a *.trial.json file.`,
    );
  }
  const { path, experiment, prompts } = await readExperimentFile(target, { allowOutside });
  const run = await newestRunOf(path, workspaceFolder);
  return run === undefined ? { experimentFile: path, experiment, prompts } : { run };
}

/** The base as it is, and what was typed: prompts and versions with every model, then planners without words. */
async function typedContenders(options: TrialOptions, hasDocument: boolean): Promise<readonly AskedContender[]> {
  const { prompt, version, model, plan, baseUrl } = options;
  const words = [
    ...(await Promise.all(prompt.map(async (file) => ({ prompt: await readPrompt(file, process.cwd()) })))),
    ...version.map((hash) => ({ version: hash })),
  ];
  // What cannot be asked, or may hold a secret, is refused before it is written down.
  if (baseUrl !== undefined) serverUrl(baseUrl);
  const server = baseUrl === undefined ? {} : { baseUrl };
  const models = model.map((name) => ({ model: name, ...server }));
  const said = words.length > 0 ? words : models.length > 0 ? [{}] : [];
  const withModels = said.flatMap((one) =>
    models.length > 0 ? models.map((asked) => ({ ...one, ...asked })) : [{ ...one, ...server }],
  );
  const own = hasDocument || !options.own ? [] : [{}];
  return [...own, ...withModels, ...plan.map((who) => ({ plan: who }))].map((one) => ({ pool: [], ...one }));
}

async function withText({ prompt, ...contender }: ContenderDocument, folder: string): Promise<AskedContender> {
  return { ...contender, ...(prompt !== undefined && { prompt: await readPrompt(prompt, folder) }) };
}

const readPrompt = async (file: string, folder: string) => ({
  file,
  text: await readNamed(resolve(folder, file), "trial.missing", "It is a contender's prompt.", file),
});

/** For a trial without a document: by what is new in it. */
function nameOf(contenders: readonly AskedContender[]): string {
  const [fresh] = contenders.flatMap(
    ({ prompt, version, plan, model }) => prompt?.file ?? version ?? plan ?? model ?? [],
  );
  return (fresh ?? "trial").slice(0, LONGEST_NAME);
}
