/** From what the editor wants to be tried to a trial: whose words, with which settings, on which base. */

import { asksModel } from "../../protocol/asksModel.ts";
import type { WantedContender } from "../../protocol/engine/trials.ts";
import type { FittingTrial, PromptText, TryWords } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { Moments } from "../../protocol/moments.ts";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import { LONGEST_NAME } from "../../protocol/trial/extent.ts";
import { InputError } from "../errors.ts";
import { parsePrompt } from "../prompts/prompt.ts";
import { isMissing } from "../store/files.ts";
import type { AskedContender } from "../trials/contenders.ts";
import { type AskingContender, type FittingOptions, fittingTrial } from "../trials/fitting.ts";
import { modelPaces } from "../trials/modelPace.ts";
import { momentsFileOf, readMoments } from "../trials/momentsFile.ts";
import { freeName } from "../trials/names.ts";
import { listTrials, recordedCalls } from "../trials/trialFolder.ts";
import type { BaseChoice, TrialStart } from "../trials/trialHost.ts";
import { experimentOf } from "./experimentText.ts";
import type { Workspace } from "./workspace.ts";

/** What the editor's trials have in common. */
export const served = { stop: true, limits: {}, failIf: [] } as const;

/** @throws InputError where the document cannot be read, nobody reads the words, or nothing would be compared */
export async function wantedTrial(words: TryWords, workspace: Workspace): Promise<TrialStart> {
  const wanted = await read(words, workspace);
  const { experiment, contenders, moments, inForce } = wanted;
  const { sessions } = await fittingFor(words, wanted, workspace);
  const { experimentFile, prompt, repeats, maxCalls, maxCost } = words;
  const asked = contenders.map(({ asked: one }) => one);
  const isEmpty = sessions === 0 && !moments?.moments.length;
  if (isEmpty || (sessions > 0 && asked.length < 2)) {
    throw new InputError(
      "trial.contender",
      isEmpty
        ? "Without visits there must be moments. Keep a moment first, or serve visits."
        : "A trial compares at least two contenders. Add one, or serve moments without visits.",
    );
  }
  const name = trialName(experiment, words, asked);
  const like = await earlierTrial(words, workspace);
  const base: BaseChoice = inForce
    ? { run: workspace.reader.folder(inForce.id), ...(like !== undefined && { like }) }
    : { experimentFile, experiment, prompts: { planner: prompt } };
  const limits = { ...(maxCalls !== undefined && { maxCalls }), ...(maxCost !== undefined && { maxCost }) };
  const models = modelLimitsOf(experiment);
  return { ...served, name, base, contenders: asked, sessions, models, limits, moments, repeats };
}

/** Within what a trial of the editor asks its models, as the document says by now. Whether kept answers count belongs to what it is. */
export function modelLimitsOf({ models }: Experiment): Partial<Experiment["models"]> {
  const { cache: _, ...limits } = models;
  return limits;
}

/** By who is new in it. */
function trialName({ name }: Experiment, { prompt, contenders }: TryWords, asked: readonly AskedContender[]): string {
  const [, first] = asked.map((contender) => contender.name ?? contender.plan ?? contender.model ?? "as it is");
  const more = asked.length > 2 ? ` and ${asked.length - 2} more` : "";
  return `${name}: ${contenders && first !== undefined ? `${first}${more}` : prompt.file}`.slice(0, LONGEST_NAME);
}

/** How many visits of it fit, and what they cost at most. */
export async function fittingOf(words: TryWords, workspace: Workspace): Promise<FittingTrial> {
  return fittingFor(words, await read(words, workspace), workspace);
}

async function fittingFor(words: TryWords, wanted: Wanted, workspace: Workspace): Promise<FittingTrial> {
  const { contenders, moments, beside } = wanted;
  const fitting = fittingTrial({
    contenders: contenders.flatMap(({ asking }) => asking ?? []),
    paces: await pacesOf(words.runId, workspace),
    sessions: words.sessions,
    plansForMoments: (moments?.moments.length ?? 0) * (words.repeats ?? 1),
    visitLength: visitLengthOf(wanted.inForce),
  });
  return { ...fitting, ...(beside && { moments: beside.moments.length }) };
}

/** How models answered before. */
export const pacesOf = async (runId: RunId | undefined, { options }: Workspace): Promise<FittingOptions["paces"]> =>
  modelPaces(await recordedCalls(options.workspaceFolder, runId));

interface Contender {
  readonly asked: AskedContender;
  /** Absent: it asks no model. */
  readonly asking: AskingContender | undefined;
}

interface Wanted {
  /** The document of the words that are tried. */
  readonly experiment: Experiment;
  readonly inForce: RunRecord | undefined;
  readonly contenders: readonly Contender[];
  /** Those to be planned. */
  readonly moments: Moments | undefined;
  /** Those that are there, where contenders were chosen. */
  readonly beside: Moments | undefined;
}

async function read(words: TryWords, workspace: Workspace): Promise<Wanted> {
  const { experimentFile, experimentText, prompt, runId } = words;
  const experiment = experimentOf(experimentText, experimentFile);
  const chosen: readonly WantedContender[] = words.contenders ?? [{}, { prompt }];
  if (chosen.some((contender) => contender.prompt) && !asksModel(experiment.planner)) {
    throw new InputError(
      "planner.offline",
      "The offline planner does not read the prompt, so there is nothing to try. Connect a model first.",
    );
  }
  const inForce = runId === undefined ? undefined : await workspace.reader.record(runId);
  const beside = words.contenders ? await momentsBeside(experimentFile) : undefined;
  const contenders = withOwnNames(chosen.map((contender) => contenderOf(contender, experiment, inForce)));
  if (words.maxCost !== undefined) for (const { asking } of contenders) requirePrice(asking);
  return {
    experiment,
    inForce,
    contenders,
    moments: words.moments ? beside : undefined,
    beside,
  };
}

function contenderOf(wanted: WantedContender, experiment: Experiment, inForce: RunRecord | undefined): Contender {
  const { label, prompt, plan, model, temperature } = wanted;
  const own = { ...(model !== undefined && { model }), ...(temperature !== undefined && { temperature }) };
  // Without a run no other words are in force.
  const who = plan ?? (prompt || inForce ? undefined : experiment.planner.strategy);
  if (who) return { asked: { plan: who, pool: [] }, asking: undefined };
  const source = prompt || !inForce ? experiment : inForce.experiment;
  // Visits are the base's, and the limits and prices the document's.
  const { simulator } = (inForce ?? { experiment }).experiment;
  const asks: Experiment = {
    ...source,
    planner: { ...source.planner, ...own },
    simulator,
    models: experiment.models,
  };
  const asking = asksModel(asks.planner) ? askingOf(asks, prompt ?? plannerPromptOf(inForce)) : undefined;
  if (!prompt) return { asked: { pool: [], ...own }, asking };
  const name = nameOf(label ?? prompt.file, asks, inForce?.experiment ?? experiment);
  return { asked: { name, prompt, pool: [], ...asDocument(experiment), ...own }, asking };
}

/** Steps of a visit as a run was measured last, by its model where that was asked. */
export const visitLengthOf = (run: RunRecord | undefined): number | undefined =>
  run?.summary?.model?.tInt ?? run?.summary?.tInt;

/** Nobody can be asked for a name here. */
function withOwnNames(contenders: readonly Contender[]): readonly Contender[] {
  const taken: string[] = [];
  return contenders.map((contender) => {
    const { name: wanted } = contender.asked;
    if (wanted === undefined) return contender;
    const name = freeName(wanted, taken);
    taken.push(name);
    return { ...contender, asked: { ...contender.asked, name } };
  });
}

/** @param prompt whose first lines may name the model */
export function askingOf(experiment: Experiment, prompt: PromptText | undefined): AskingContender {
  const named = prompt && parsePrompt(prompt.file, prompt.text).settings.model;
  return { experiment, model: experiment.planner.model ?? named ?? "" };
}

/** In force in a run. */
export const plannerPromptOf = (run: RunRecord | undefined): PromptText | undefined =>
  run?.prompts.findLast(({ role }) => role === "planner");

/** A limit in money means nothing for a model without a price. */
function requirePrice(asking: AskingContender | undefined): void {
  if (!asking || asking.experiment.models.prices[asking.model]) return;
  throw new InputError(
    "models.price-missing",
    `A limit in US dollars needs the price of "${asking.model}": add it to models.prices in the experiment, or leave the limit empty.`,
  );
}

/** Asked with what the document says, and with nothing that only the base says. */
function asDocument({ planner, reflections: { k, alpha, sampling, show } }: Experiment): Partial<AskedContender> {
  const settings = Object.fromEntries(
    [...settingNames, "replanEvery" as const].map((name) => [name, planner[name] ?? null]),
  );
  return { settings, reflections: { k, alpha, sampling, show } };
}

/** What tells contenders apart first comes first: names are short. */
const settingNames = [
  "model",
  "temperature",
  "provider",
  "baseUrl",
  "apiKeyVariable",
  "maxTokens",
  "reasoningEffort",
] as const;

/** By its words, and by what else differs from what it is held against. */
function nameOf(words: string, { planner }: Experiment, { planner: other }: Experiment): string {
  const changed = settingNames.filter((name) => planner[name] !== other[name]);
  const what = changed.map((name) => (name === "model" ? planner.model : `${name} ${planner[name] ?? "unset"}`));
  return [words, ...what].join(", ").slice(0, LONGEST_NAME);
}

/** While a run goes on its trials keep one base, so that they can be compared, until the newest is asked for. */
async function earlierTrial({ runId, newest = false }: TryWords, workspace: Workspace): Promise<string | undefined> {
  if (newest || runId === undefined || !workspace.runs.get(runId)) return undefined;
  const listed = await listTrials(workspace.options.workspaceFolder);
  return listed.find(({ record }) => record?.base.run?.id === runId)?.path;
}

/** @throws InputError where there are some that cannot be read */
async function momentsBeside(experimentFile: string): Promise<Moments | undefined> {
  try {
    return await readMoments(momentsFileOf(experimentFile));
  } catch (error) {
    if (error instanceof InputError && isMissing(error.cause)) return undefined;
    throw error;
  }
}
