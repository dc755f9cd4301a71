/** `runs/...`: starting, steering and reading runs, and what is made of several. */
import { dirname } from "node:path";
import { applyOverrides, type Override, parseOverride } from "../../protocol/overrides.ts";
import type { RunId } from "../../protocol/run.ts";
import { compareRuns } from "../comparison/compare.ts";
import { writeReport } from "../comparison/report/report.ts";
import { InputError } from "../errors.ts";
import { evaluateRun } from "../runs/evaluateRun.ts";
import { openRunRecord } from "../store/runDocuments.ts";
import { answersFile, storageFolder } from "../store/storage.ts";
import { experimentOf } from "./experimentText.ts";
import type { HandlersOf } from "./handlers.ts";
import { rerunStep } from "./rerun.ts";
import type { Workspace } from "./workspace.ts";

export function runHandlers(workspace: Workspace): RunHandlers {
  return { ...steering(workspace), ...reading(workspace), ...evaluating(workspace) };
}

type RunHandlers = HandlersOf<"runs">;

function steering(
  workspace: Workspace,
): Pick<RunHandlers, "runs/start" | "runs/pause" | "runs/resume" | "runs/stop" | "runs/change" | "runs/describe"> {
  const { runs } = workspace;
  return {
    "runs/start": async ({ experimentFile, experimentText, prompts, overrides = [], keys }) => {
      const text = applyOverrides(experimentText, overrides.map(overrideOf));
      const experiment = experimentOf(text, experimentFile);
      return runs.start({ experimentFile, experiment, prompts }, workspace.modelAccess(keys));
    },

    "runs/pause": async ({ runId }) => {
      workspace.live(runId).control.pause("Paused by hand.");
      return null;
    },

    "runs/resume": async ({ runId, keys, ...how }) => {
      const run = runs.get(runId);
      if (!run) return runs.reopen(runId, workspace.modelAccess(keys), how);
      run.control.resume();
      return run.current;
    },

    "runs/stop": async ({ runId }) => {
      const run = workspace.live(runId);
      run.control.stop("stopped");
      await run.execute();
      return null;
    },

    "runs/change": async ({ runId, changes }) => {
      workspace.live(runId).change(changes);
      return null;
    },

    "runs/describe": async ({ runId, name, note }) => {
      const changes = { ...(name !== undefined && { name }), ...(note !== undefined && { note }) };
      const run = runs.get(runId);
      if (run) return run.describe(changes);
      return workspace.whileOwning(runId, async (folder) => {
        const onWarning = (warning: Error) => workspace.warn(warning);
        const document = await openRunRecord({
          file: folder.file("record"),
          onWarning,
          assertOwned: folder.assertOwned,
        });
        document.update((record) => ({ ...record, ...changes }));
        await document.flush();
        return document.data;
      });
    },
  };
}

function reading(
  workspace: Workspace,
): Pick<RunHandlers, "runs/list" | "runs/slice" | "runs/range" | "runs/episodes" | "runs/episode" | "runs/rerunStep"> {
  const { runs, reader, options } = workspace;
  return {
    "runs/list": async () => {
      const { runs: records, unreadable } = await reader.list();
      return { runs: records.map((record) => runs.get(record.id as RunId)?.current ?? record), unreadable };
    },

    "runs/slice": ({ runId, cursor }) => {
      runs.get(runId)?.flush();
      return reader.slice(runId, cursor);
    },

    "runs/range": (query) => {
      runs.get(query.runId)?.flush();
      return reader.range(query);
    },

    "runs/episodes": (query) => {
      runs.get(query.runId)?.flush();
      return reader.episodes(query);
    },

    "runs/episode": async ({ runId, episode, unnamed = false }) => {
      const found = await reader.episode(runId, episode);
      const { experiment, experimentFile } = await reader.record(runId);
      const categoryNames = unnamed ? {} : await workspace.categoryNames(experiment, experimentFile);
      return { ...found, categoryNames };
    },

    "runs/rerunStep": async ({ runId, episode: id, step, promptText, fresh, keys }) => {
      const { experiment, dataset, experimentFile } = await workspace.setting(runId);
      const { episode, calls } = await reader.episode(runId, id);
      const callId = episode.steps[step]?.plan.callId;
      return rerunStep(
        { step, promptText, ...(fresh !== undefined && { fresh }) },
        {
          experiment,
          dataset,
          episode,
          reflections: await workspace.reflections(runId),
          recordedReply: calls.find((call) => call.id === callId)?.reply ?? "",
          models: workspace.modelAccess(keys),
          baseFolder: dirname(experimentFile),
          cacheFile: answersFile(storageFolder(options.workspaceFolder)),
          warn: (message) => workspace.warn(new Error(message)),
        },
      );
    },
  };
}

function evaluating(workspace: Workspace): Pick<RunHandlers, "runs/compare" | "runs/evaluate" | "runs/report"> {
  const { reader, options } = workspace;
  const foldersOf = (runIds: readonly RunId[]) => runIds.map((runId) => reader.folder(runId));
  return {
    "runs/compare": ({ runIds }) => compareRuns(foldersOf(runIds)),

    "runs/evaluate": ({ runId, sessions, keys, takeOver }) =>
      evaluateRun(reader.folder(runId), {
        workspaceFolder: options.workspaceFolder,
        models: workspace.modelAccess(keys),
        files: workspace.files.access,
        ...(sessions !== undefined && { sessions }),
        ...(takeOver && { takeOver }),
      }),

    "runs/report": async ({ runIds }) => ({ file: await writeReport(foldersOf(runIds)) }),
  };
}

function overrideOf(text: string): Override {
  const override = parseOverride(text);
  if (override) return override;
  throw new InputError("experiment.override", `${text}: expected path=value.`);
}
