/** Protocol requests -> runs, files and models (src/protocol/engine.ts). One per engine process. */
import { dirname, join } from "node:path";
import type { EngineNotifications, EngineRequests, HostRequests, PooledReflection } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import { applyOverrides, parseOverride } from "../../protocol/overrides.ts";
import type { Reflection, RunId } from "../../protocol/run.ts";
import { compareRuns } from "../comparison/compare.ts";
import { writeReport } from "../comparison/report/report.ts";
import type { ReflectionPool } from "../critic/reflectionPool.ts";
import { InputError } from "../errors.ts";
import { detectServers, tryModel, tryProvider } from "../llm/detect.ts";
import { VscodeProvider } from "../llm/providers/vscode.ts";
import { diagnose } from "../prompts/prompt.ts";
import { evaluateRun } from "../runs/evaluateRun.ts";
import { renderPrompt } from "../runs/renderPrompt.ts";
import type { ModelAccess } from "../serving/modelPool.ts";
import { openRunRecord, readReflections } from "../store/runDocuments.ts";
import { RunFolder } from "../store/runFolder.ts";
import { cacheFolder } from "../store/storage.ts";
import { engineVersion } from "../version.ts";
import { Datasets, experimentOf } from "./datasets.ts";
import { LiveRuns } from "./liveRuns.ts";
import { categoryNames, rerunStep } from "./rerun.ts";
import { changeAtRest, restingPool } from "./restingPool.ts";
import { RunReader } from "./runReader.ts";

export type Handlers = {
  readonly [M in keyof EngineRequests]: (params: EngineRequests[M]["params"]) => Promise<EngineRequests[M]["result"]>;
};

export interface ServiceOptions {
  readonly workspaceFolder: string;
  readonly notify: <N extends keyof EngineNotifications>(name: N, params: EngineNotifications[N]) => void;
  /** Asks the host, for example one of the editor's models. */
  readonly ask: (
    params: HostRequests["models/ask"]["params"],
    signal: AbortSignal,
  ) => Promise<HostRequests["models/ask"]["result"]>;
  readonly now: () => Date;
  readonly random: () => number;
  readonly environment: NodeJS.ProcessEnv;
}

/** The service of one workspace, with what ends it. */
export interface EngineService {
  readonly handlers: Omit<Handlers, "engine/initialize" | "engine/shutdown">;
  readonly stop: () => Promise<void>;
}

export function createService(options: ServiceOptions): EngineService {
  const { workspaceFolder, notify, ask, now, random } = options;
  const reader = new RunReader(workspaceFolder);
  const runs = new LiveRuns({ workspaceFolder, engineVersion, now, random, attended: true }, reader, notify);
  const datasets = new Datasets(workspaceFolder);
  const cacheFile = join(cacheFolder(workspaceFolder), "answers.jsonl");

  /** A key given over the channel goes before the environment's. */
  const modelAccess = (apiKey: string | undefined): ModelAccess => ({
    ask,
    apiKey: (variable) => apiKey ?? (variable === undefined ? undefined : options.environment[variable]),
  });

  const live = (runId: RunId) => {
    const run = runs.get(runId);
    if (run) return run;
    throw new InputError("run.not-running", `The run ${runId} is not running.`);
  };

  const handlers: EngineService["handlers"] = {
    "engine/ping": async () => ({ memoryMb: Math.round(process.memoryUsage.rss() / 2 ** 20) }),

    "runs/start": async ({ experimentFile, experimentText, prompts, overrides = [], apiKey }) => {
      const sets = overrides.map((text) => {
        const override = parseOverride(text);
        if (override) return override;
        throw new InputError("experiment.override", `${text}: expected path=value.`);
      });
      const experiment = experimentOf(applyOverrides(experimentText, sets), experimentFile);
      return runs.start({ experimentFile, experiment, prompts }, modelAccess(apiKey));
    },

    "runs/list": async () => {
      const records = await reader.list();
      return records.map((record) => runs.get(record.id as RunId)?.current ?? record);
    },

    "runs/pause": async ({ runId }) => {
      live(runId).control.pause("Paused by hand.");
      return null;
    },

    "runs/resume": async ({ runId, apiKey }) => {
      const run = runs.get(runId);
      if (!run) return runs.reopen(runId, modelAccess(apiKey));
      run.control.resume();
      return run.current;
    },

    "runs/stop": async ({ runId }) => {
      const run = live(runId);
      run.control.stop("stopped");
      await run.execute();
      return null;
    },

    "runs/change": async ({ runId, changes }) => {
      live(runId).change(changes);
      return null;
    },

    "runs/describe": async ({ runId, name, note }) => {
      const changes = { ...(name !== undefined && { name }), ...(note !== undefined && { note }) };
      const run = runs.get(runId);
      if (run) return run.describe(changes);
      return whileOwning(runId, async (folder) => {
        const document = await openRunRecord({ file: folder.file("record"), onWarning: warn });
        document.update((record) => ({ ...record, ...changes }));
        await document.flush();
        return document.data;
      });
    },

    "runs/slice": ({ runId, cursor }) => {
      runs.get(runId)?.flush();
      return reader.slice(runId, cursor);
    },

    "runs/episodes": (query) => {
      runs.get(query.runId)?.flush();
      return reader.episodes(query);
    },

    "runs/episode": async ({ runId, episode }) => {
      const found = await reader.episode(runId, episode);
      const { dataset } = await setting(runId);
      return { ...found, categoryNames: categoryNames(dataset) };
    },

    "runs/rerunStep": async ({ runId, episode: id, step, promptText, apiKey }) => {
      const { experiment, dataset, experimentFile } = await setting(runId);
      const { episode, calls } = await reader.episode(runId, id);
      const callId = episode.steps[step]?.plan.callId;
      return rerunStep(
        { step, promptText },
        {
          experiment,
          dataset,
          episode,
          reflections: await reflectionsOf(runId),
          recordedReply: calls.find((call) => call.id === callId)?.reply ?? "",
          models: modelAccess(apiKey),
          baseFolder: dirname(experimentFile),
          cacheFile,
        },
      );
    },

    "runs/compare": ({ runIds }) => compareRuns(runIds.map((runId) => reader.folder(runId))),

    "runs/evaluate": ({ runId, sessions }) =>
      evaluateRun(reader.folder(runId), {
        workspaceFolder,
        models: modelAccess(undefined),
        ...(sessions !== undefined && { sessions }),
      }),

    "runs/report": async ({ runIds }) => ({ file: await writeReport(runIds.map((runId) => reader.folder(runId))) }),

    "reflections/list": async ({ runId }) => {
      const pool = runs.get(runId)?.reflectionPool ?? (await poolAtRest(runId));
      const probabilities = pool.probabilities();
      return pool.reflections.map(
        (reflection): PooledReflection => ({ ...reflection, probability: probabilities.get(reflection.id) ?? 0 }),
      );
    },

    "reflections/change": async ({ runId, ...change }) => {
      const run = runs.get(runId);
      if (run) {
        run.changeReflection(change);
        return null;
      }
      await whileOwning(runId, async (folder) => changeAtRest(await reader.record(runId), folder, change, warn));
      notify("reflections/changed", { runId });
      return null;
    },

    "prompts/render": async ({ experimentFile, experimentText, role, promptText, runId, user = 0, step = 3 }) => {
      const experiment = experimentOf(experimentText, experimentFile);
      return renderPrompt({
        experiment,
        dataset: await datasets.get(experiment, experimentFile),
        role,
        prompt: { file: experiment[role].prompt, text: promptText },
        reflections: runId === undefined ? [] : likeliest(await poolFor(runId), experiment.reflections.k),
        user,
        step,
      });
    },

    "prompts/diagnose": async ({ text }) => diagnose(text),

    "models/detect": () => detectServers(),

    "models/test": ({ provider, model, baseUrl, apiKey }) => {
      if (provider === "vscode") return tryProvider(new VscodeProvider({ ask }), model);
      if (baseUrl === undefined)
        throw new InputError("models.base-url", "Give the server's base URL, for example http://127.0.0.1:11434/v1.");
      return tryModel({ baseUrl, model, ...(apiKey !== undefined && { apiKey }) });
    },
  };

  const warn = (warning: Error): void => notify("engine/log", { level: "warn", message: warning.message });

  /** Owns a run that is not running for as long as `work` takes. */
  async function whileOwning<T>(runId: RunId, work: (folder: RunFolder) => Promise<T>): Promise<T> {
    const folder = await RunFolder.open(reader.folder(runId), now);
    try {
      return await work(folder);
    } finally {
      await folder.release();
    }
  }

  async function setting(runId: RunId) {
    const record = await reader.record(runId);
    const experiment = record.experiment as Experiment;
    const dataset = await datasets.get(experiment, record.experimentFile);
    return { experiment, dataset, experimentFile: record.experimentFile };
  }

  async function reflectionsOf(runId: RunId): Promise<readonly Reflection[]> {
    return (
      runs.get(runId)?.reflectionPool?.reflections ?? readReflections(join(reader.folder(runId), "reflections.json"))
    );
  }

  async function poolFor(runId: RunId): Promise<ReflectionPool> {
    return runs.get(runId)?.reflectionPool ?? poolAtRest(runId);
  }

  async function poolAtRest(runId: RunId): Promise<ReflectionPool> {
    return restingPool(await reader.record(runId), reader.folder(runId));
  }

  return { handlers, stop: () => runs.stopAll() };
}

/** The reflections most likely to be shown next. */
function likeliest(pool: ReflectionPool, k: number): readonly Reflection[] {
  const probabilities = pool.probabilities();
  const probability = ({ id }: Reflection): number => probabilities.get(id) ?? 0;
  return [...pool.reflections].sort((a, b) => probability(b) - probability(a)).slice(0, k);
}
