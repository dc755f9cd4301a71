/** `trials/...`: words tried against those in force, followed, and looked into. */
import { join } from "node:path";
import type { EpisodeDetail } from "../../protocol/engine/sessions.ts";
import type { FittingTrial, PromptText, TryWords } from "../../protocol/engine.ts";
import { asksModel } from "../../protocol/experiment/models.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { isActive } from "../../protocol/run/states.ts";
import type { RunId } from "../../protocol/run.ts";
import { summaryOf } from "../../protocol/trial/summary.ts";
import type { VisitRow } from "../../protocol/trial/visit.ts";
import { InputError } from "../errors.ts";
import type { CallRow } from "../llm/types.ts";
import { parsePrompt } from "../prompts/prompt.ts";
import { readJsonLines } from "../store/jsonLines.ts";
import type { AskedContender } from "../trials/contenders.ts";
import { type FittingOptions, fittingTrial } from "../trials/fitting.ts";
import { modelPaces } from "../trials/modelPace.ts";
import { callPrefix } from "../trials/paidAnswers.ts";
import {
  listTrials,
  readTrialRecord,
  readVisits,
  recordedCalls,
  trialFile,
  trialsFolder,
} from "../trials/trialFolder.ts";
import type { BaseChoice } from "../trials/trialHost.ts";
import { experimentOf } from "./experimentText.ts";
import type { HandlersOf } from "./handlers.ts";
import { categoryNames } from "./rerun.ts";
import type { Workspace } from "./workspace.ts";

export function trialHandlers(workspace: Workspace): HandlersOf<"trials"> {
  const { trials, options } = workspace;
  const folderOf = (id: string): string => join(trialsFolder(options.workspaceFolder), id);
  return {
    "trials/list": async () => {
      const listed = await listTrials(options.workspaceFolder);
      return listed.flatMap(({ id, record, ...found }) => {
        const live = trials.summary(id);
        if (live) return [live];
        if (!record) return [];
        // A process that was killed could not say so.
        const isGone = isActive(record.state) && !("live" in found && found.live);
        const elsewhere = isActive(record.state) && !isGone;
        return [
          {
            ...summaryOf(record),
            ...(isGone && { state: "interrupted" as const }),
            ...(elsewhere && { elsewhere: true as const }),
          },
        ];
      });
    },

    "trials/try": async (words) => {
      const { base, contenders, experiment } = await asked(words, workspace);
      const { sessions } = await fitting(words, workspace);
      const name = `${experiment.name}: ${words.prompt.file}`.slice(0, 80);
      return trials.start({ name, base, contenders, sessions, ...served }, workspace.modelAccess(words.apiKey));
    },

    "trials/fitting": (words) => fitting(words, workspace),

    "trials/reflection": async ({ runId, reflection, sessions, apiKey }) => {
      const fit = await reflectionFitting(runId, workspace, sessions);
      const contenders: readonly AskedContender[] = [
        { name: `without ${reflection}`, pool: [{ reflection, action: "mute" }] },
        { name: `with ${reflection}`, pool: [{ reflection, action: "pin" }] },
      ];
      const start = { name: `Effect of ${reflection}`, ...served, contenders, sessions: fit.sessions };
      return trials.start({ ...start, base: { run: workspace.reader.folder(runId) } }, workspace.modelAccess(apiKey));
    },

    "trials/reflectionFitting": ({ runId }) => reflectionFitting(runId, workspace),

    "trials/stop": async ({ id }) => {
      await trials.stop(id);
      return null;
    },

    "trials/goOn": async ({ id, sessions, experimentText, apiKey }) => {
      const live = trials.get(id);
      if (live && live.current.state !== "paused") throw new InputError("trial.running", `The trial ${id} is running.`);
      const { base } = live?.current ?? (await readTrialRecord(folderOf(id)));
      const limits = experimentText === undefined ? {} : limitsOf(experimentOf(experimentText, base.experimentFile));
      if (!live) return trials.reopen(folderOf(id), workspace.modelAccess(apiKey), { sessions, limits });
      live.setLimits(limits);
      live.control.resume();
      return summaryOf(live.current);
    },

    "trials/visit": async ({ id, session, contender }) => {
      const folder = folderOf(id);
      const { experiment, base } = await readTrialRecord(folder);
      const visits = (await readVisits(folder)).filter((visit) => visit.session === session);
      const calls = await readJsonLines<CallRow>(trialFile(folder, "llm"));
      const names = categoryNames(await workspace.datasets.get(experiment, base.experimentFile));
      const of = (index: number): VisitRow => {
        const visit = visits.find((row) => row.contender === index);
        if (visit) return visit;
        throw new InputError("trial.no-visit", `Visit ${session} of the trial ${id} has not been served yet.`);
      };
      const detail = (visit: VisitRow): EpisodeDetail => ({
        episode: visit.episode,
        calls: callsOf(visit, calls),
        categoryNames: names,
      });
      const [first, other] = [of(0), of(contender)];
      const differs = firstDifference(first, other);
      return { baseline: detail(first), contender: detail(other), ...(differs !== undefined && { differs }) };
    },
  };
}

/** What may change while a trial is on its way. Whether kept answers count belongs to what it is. */
function limitsOf({ models }: Experiment): Partial<Experiment["models"]> {
  const { cache: _, ...limits } = models;
  return limits;
}

interface Asked {
  readonly base: BaseChoice;
  readonly contenders: readonly AskedContender[];
  /** The document of the words that are tried, and of what they are tried against. */
  readonly experiment: Experiment;
  readonly inForce: Experiment | undefined;
}

/** @throws InputError where the document cannot be read, or nobody reads the words */
async function asked(words: TryWords, workspace: Workspace): Promise<Asked> {
  const { experimentFile, experimentText, prompt, runId } = words;
  const experiment = experimentOf(experimentText, experimentFile);
  if (!asksModel(experiment.planner)) {
    throw new InputError(
      "planner.offline",
      "The offline planner does not read the prompt, so there is nothing to try. Connect a model first.",
    );
  }
  const inForce = runId === undefined ? undefined : (await workspace.reader.record(runId)).experiment;
  const contender: AskedContender = {
    name: nameOf(words, experiment, inForce),
    prompt,
    pool: [],
    ...asDocument(experiment),
  };
  if (runId === undefined) {
    // Without a run no other words are in force.
    const standIn: AskedContender = { plan: experiment.planner.strategy, pool: [] };
    const base = { experimentFile, experiment, prompts: { planner: prompt } };
    return { base, contenders: [standIn, contender], experiment, inForce: undefined };
  }
  const contenders = [{ pool: [] }, contender];
  const like = await earlierTrial(words, workspace);
  return { base: { run: workspace.reader.folder(runId), ...(like && { like }) }, contenders, experiment, inForce };
}

/** While a run goes on its trials keep one base, so that they can be compared, until the newest is asked for. */
async function earlierTrial({ runId, newest = false }: TryWords, workspace: Workspace): Promise<string | undefined> {
  if (newest || runId === undefined || !workspace.runs.get(runId)) return undefined;
  const listed = await listTrials(workspace.options.workspaceFolder);
  return listed.find(({ record }) => record?.base.run?.id === runId)?.path;
}

/** Asked with what the document says, and with nothing that only the base says. */
function asDocument({ planner, reflections: { k, alpha } }: Experiment): Partial<AskedContender> {
  const settings = Object.fromEntries(
    [...settingNames, "replanEvery" as const].map((name) => [name, planner[name] ?? null]),
  );
  return { settings, reflections: { k, alpha } };
}

const settingNames = [
  "provider",
  "model",
  "baseUrl",
  "apiKeyVariable",
  "temperature",
  "maxTokens",
  "reasoningEffort",
] as const;

/** By the file, and by what else differs from the run. */
function nameOf({ prompt }: TryWords, { planner }: Experiment, inForce: Experiment | undefined): string {
  if (!inForce) return prompt.file.slice(0, 80);
  const changed = settingNames.filter((name) => planner[name] !== inForce.planner[name]);
  const what = changed.map((name) => (name === "model" ? planner.model : `${name} ${planner[name] ?? "unset"}`));
  return [prompt.file, ...what].join(", ").slice(0, 80);
}

async function fitting(words: TryWords, workspace: Workspace): Promise<FittingTrial> {
  const { experiment, inForce } = await asked(words, workspace);
  return fittingTrial({
    contenders: [...(inForce ? [inForce] : []), experiment],
    ...(await paceOf(words.runId, workspace, words.prompt)),
    sessions: words.sessions,
  });
}

/** @throws InputError where nobody reads the reflections */
async function reflectionFitting(runId: RunId, workspace: Workspace, sessions?: number): Promise<FittingTrial> {
  const { experiment } = await workspace.reader.record(runId);
  if (!asksModel(experiment.planner)) {
    throw new InputError("planner.offline", "The offline planner reads no reflections, so this one has no effect.");
  }
  return fittingTrial({ contenders: [experiment, experiment], ...(await paceOf(runId, workspace)), sessions });
}

/** How each contender's model answered before. @param prompt whose first lines may name the model */
async function paceOf(
  runId: RunId | undefined,
  workspace: Workspace,
  prompt?: PromptText,
): Promise<Pick<FittingOptions, "model" | "paces">> {
  const paces = await modelPaces(await recordedCalls(workspace.options.workspaceFolder, runId));
  const named = prompt && parsePrompt(prompt.file, prompt.text).settings.model;
  return { paces, model: ({ planner }) => planner.model ?? named };
}

/** What the editor's trials have in common. */
const served = { stop: true, limits: {}, failIf: [] } as const;

/** Its own, and by the ids that its plans name. */
function callsOf({ contender, episode }: VisitRow, calls: readonly CallRow[]): EpisodeDetail["calls"] {
  const named = new Set(episode.steps.flatMap(({ plan }) => plan.callId ?? []));
  const prefix = callPrefix(contender);
  return calls
    .filter(({ id }) => id.startsWith(prefix))
    .map((call) => ({ ...call, id: call.id.slice(prefix.length) }))
    .filter(({ id }) => named.has(id));
}

/** The first step at which the categories in force differ; undefined: none does. */
function firstDifference({ episode: a }: VisitRow, { episode: b }: VisitRow): number | undefined {
  const steps = Math.max(a.steps.length, b.steps.length);
  for (let step = 0; step < steps; step++) {
    if (a.steps[step]?.plan.categories.join() !== b.steps[step]?.plan.categories.join()) return step;
  }
  return undefined;
}
