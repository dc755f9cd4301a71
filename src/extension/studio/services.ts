/** What the Studio is given. */
import type { ExtensionContext, LogOutputChannel } from "vscode";
import type { EngineClient } from "../engine/engineClient.ts";
import type { RunStore } from "../engine/runStore.ts";
import type { TrialStore } from "../engine/trialStore.ts";
import type { ExperimentIndex } from "../experiments/experimentIndex.ts";
import type { Launcher } from "../runs/launcher.ts";
import type { TrialLauncher } from "../trials/trialLauncher.ts";

export interface StudioServices {
  readonly context: Pick<ExtensionContext, "extensionUri">;
  readonly log: LogOutputChannel;
  readonly engine: Pick<EngineClient, "request" | "restart" | "state" | "onDidChangeState">;
  readonly runs: RunStore;
  readonly trials: TrialStore;
  readonly files: ExperimentIndex;
  readonly launcher: Launcher;
  readonly trialLauncher: TrialLauncher;
}
