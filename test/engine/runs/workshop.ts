/** Runs inside the test's process, in folders of their own. */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ComingBack } from "../../../src/engine/runs/comeback.ts";
import { Run } from "../../../src/engine/runs/run.ts";
import type { RunHost, RunListener } from "../../../src/engine/runs/runHost.ts";
import type { ModelAccess } from "../../../src/engine/serving/modelPool.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { tinyExperiment } from "../commands/lerl.ts";
import { criticPrompt, plannerPrompt } from "../commands/modelWorld.ts";

export const prompts = {
  planner: { file: "planner.lerl.md", text: plannerPrompt },
  critic: { file: "critic.lerl.md", text: criticPrompt },
};

/** Whatever a document names may be read. */
export const anyFile = async (): Promise<void> => undefined;

export interface Workshop {
  readonly start: (name: string, experiment: object, listener?: RunListener) => Promise<Run>;
  readonly resume: (name: string, listener?: RunListener, how?: ComingBack) => Promise<Run>;
  readonly folder: (name: string) => string;
  /** What a process killed now leaves behind, under another name. */
  readonly snapshot: (name: string, as: string) => void;
}

export function workshop(path: string, models: ModelAccess = { apiKey: () => undefined }): Workshop {
  const host = (listener: RunListener): RunHost => ({
    workspaceFolder: path,
    engineVersion: "test",
    now: () => new Date(),
    random: () => 0.5,
    listener,
    models,
    files: anyFile,
    attended: true,
  });
  const folder = (name: string): string => join(path, name);
  return {
    folder,
    start: (name, experiment, listener = {}) =>
      Run.create(
        {
          experimentFile: join(path, "x.lerl.json"),
          experiment: experimentSchema.parse({ ...tinyExperiment, ...experiment }),
          prompts,
          folder: folder(name),
        },
        host(listener),
      ),
    resume: (name, listener = {}, how = {}) => Run.reopen(folder(name), host(listener), how),
    snapshot: (name, as) => {
      // A file on its way may have got its name before it is copied.
      cpSync(folder(name), folder(as), { recursive: true, filter: (file) => !file.endsWith(".tmp") });
      rmSync(join(folder(as), "lock.json"), { force: true });
    },
  };
}
