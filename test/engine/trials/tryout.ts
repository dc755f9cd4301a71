/** Trials inside the test's process, in a folder of their own. */
import { join } from "node:path";
import { Trial } from "../../../src/engine/trials/trial.ts";
import type { BaseChoice, TrialExtension, TrialHost, TrialStart } from "../../../src/engine/trials/trialHost.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { tinyExperiment } from "../commands/lerl.ts";
import { plannerPrompt } from "../commands/modelWorld.ts";
import { anyFile } from "../runs/workshop.ts";

export interface Tryout {
  /** The tiny experiment with more settings, as it is without a run. */
  readonly untrained: (more?: object) => BaseChoice;
  readonly start: (start: Partial<TrialStart>, host?: Partial<TrialHost>) => Promise<Trial>;
  readonly goOn: (folder: string, extension?: TrialExtension, host?: Partial<TrialHost>) => Promise<Trial>;
}

export function tryout(path: string): Tryout {
  let made = 0;
  const host = (more: Partial<TrialHost> = {}): TrialHost => ({
    workspaceFolder: path,
    engineVersion: "test",
    now: () => new Date(),
    // Another name each time.
    random: () => (made++ % 10_000) / 10_000,
    models: { apiKey: () => undefined },
    files: anyFile,
    attended: false,
    ...more,
  });
  const untrained = (more: object = {}): BaseChoice => ({
    experimentFile: join(path, "x.lerl.json"),
    experiment: experimentSchema.parse({ ...tinyExperiment, ...more }),
    prompts: { planner: { file: "planner.lerl.md", text: plannerPrompt } },
  });
  return {
    untrained,
    start: (start, more) =>
      Trial.create(
        {
          name: "tryout",
          base: untrained(),
          contenders: [{ pool: [] }, { plan: "least-recently-used", pool: [] }],
          sessions: 16,
          stop: false,
          limits: {},
          failIf: [],
          ...start,
        },
        host(more),
      ),
    goOn: (folder, extension, more) => Trial.reopen(folder, host(more), extension),
  };
}
