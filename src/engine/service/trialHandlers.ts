/** `trials/...`: words tried against those in force, followed, and looked into. */
import { asksModel, readsReflections } from "../../protocol/asksModel.ts";
import type { EpisodeDetail } from "../../protocol/engine/sessions.ts";
import type { FittingTrial } from "../../protocol/engine.ts";
import { isActive } from "../../protocol/run/states.ts";
import type { RunId } from "../../protocol/run.ts";
import { summaryOf } from "../../protocol/trial/summary.ts";
import type { VisitRow } from "../../protocol/trial/visit.ts";
import { InputError } from "../errors.ts";
import { type StoredCall, withMessages } from "../serving/callLog.ts";
import { readJsonLines } from "../store/jsonLines.ts";
import { folderNamed } from "../store/storage.ts";
import type { AskedContender } from "../trials/contenders.ts";
import { fittingTrial } from "../trials/fitting.ts";
import { callPrefix } from "../trials/paidAnswers.ts";
import { listTrials, readTrialRecord, readVisits, trialFile } from "../trials/trialFolder.ts";
import { experimentOf } from "./experimentText.ts";
import type { HandlersOf } from "./handlers.ts";
import {
  askingOf,
  fittingOf,
  modelLimitsOf,
  pacesOf,
  plannerPromptOf,
  served,
  visitLengthOf,
  wantedTrial,
} from "./wantedTrial.ts";
import type { Workspace } from "./workspace.ts";

export function trialHandlers(workspace: Workspace): HandlersOf<"trials"> {
  const { trials, options } = workspace;
  const folderOf = (id: string): string => {
    const folder = folderNamed(options.workspaceFolder, "trials", id);
    if (folder !== undefined) return folder;
    throw new InputError("trial.unknown", `There is no trial ${id} in this workspace; it may have been deleted.`);
  };
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

    "trials/try": async (words) => trials.start(await wantedTrial(words, workspace), workspace.modelAccess(words.keys)),

    "trials/fitting": (words) => fittingOf(words, workspace),

    "trials/reflection": async ({ runId, reflection, sessions, keys }) => {
      const fit = await reflectionFitting(runId, workspace, sessions);
      const contenders: readonly AskedContender[] = [
        { name: `without ${reflection}`, pool: [{ reflection, action: "mute" }] },
        { name: `with ${reflection}`, pool: [{ reflection, action: "pin" }] },
      ];
      const start = { name: `Effect of ${reflection}`, ...served, contenders, sessions: fit.sessions };
      return trials.start({ ...start, base: { run: workspace.reader.folder(runId) } }, workspace.modelAccess(keys));
    },

    "trials/reflectionFitting": ({ runId }) => reflectionFitting(runId, workspace),

    "trials/stop": async ({ id }) => {
      await trials.stop(id);
      return null;
    },

    "trials/goOn": async ({ id, sessions, experimentText, keys, takeOver, ...limits }) => {
      const live = trials.get(id);
      if (live && live.current.state !== "paused") throw new InputError("trial.running", `The trial ${id} is running.`);
      const { base } = live?.current ?? (await readTrialRecord(folderOf(id)));
      const models =
        experimentText === undefined ? {} : modelLimitsOf(experimentOf(experimentText, base.experimentFile));
      if (!live) {
        const extension = { sessions, models, limits, takeOver };
        return trials.reopen(folderOf(id), workspace.modelAccess(keys), extension);
      }
      live.setLimits({ models, limits });
      live.control.resume();
      return summaryOf(live.current);
    },

    "trials/visit": async ({ id, session, contender, unnamed = false }) => {
      const folder = folderOf(id);
      const { experiment, base } = await readTrialRecord(folder);
      const visits = (await readVisits(folder)).filter((visit) => visit.session === session);
      const calls = await readJsonLines<StoredCall>(trialFile(folder, "llm"));
      const categoryNames = unnamed ? {} : await workspace.categoryNames(experiment, base.experimentFile);
      const of = (index: number): VisitRow => {
        const visit = visits.find((row) => row.contender === index);
        if (visit) return visit;
        throw new InputError("trial.no-visit", `Visit ${session} of the trial ${id} has not been served yet.`);
      };
      const detail = async (visit: VisitRow): Promise<EpisodeDetail> => ({
        episode: visit.episode,
        calls: await withMessages(callsOf(visit, calls), trialFile(folder, "prompts")),
        categoryNames,
      });
      const [first, other] = [of(0), of(contender)];
      const differs = firstDifference(first, other);
      const pair = { baseline: await detail(first), contender: await detail(other) };
      return { ...pair, ...(differs !== undefined && { differs }) };
    },
  };
}

/** @throws InputError where nobody reads the reflections */
async function reflectionFitting(runId: RunId, workspace: Workspace, sessions?: number): Promise<FittingTrial> {
  const run = await workspace.reader.record(runId);
  const { experiment } = run;
  const { planner } = experiment;
  if (!readsReflections(planner)) {
    throw new InputError("planner.offline", "The run's planner reads no reflections, so this one has no effect.");
  }
  const asking = askingOf(experiment, plannerPromptOf(run));
  return fittingTrial({
    contenders: asksModel(planner) ? [asking, asking] : [],
    paces: await pacesOf(runId, workspace),
    sessions,
    visitLength: visitLengthOf(run),
  });
}

/** Its own, and by the ids that its plans name. */
function callsOf({ contender, episode }: VisitRow, calls: readonly StoredCall[]): readonly StoredCall[] {
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
