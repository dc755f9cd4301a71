/** What the Experiments room is given. */
import type { ExtensionContext, LogOutputChannel } from "vscode";
import type { EngineClient } from "../engine/engineClient.ts";
import type { RunStore } from "../engine/runStore.ts";
import type { TrialStore } from "../engine/trialStore.ts";
import type { ExperimentIndex } from "./experimentIndex.ts";

export interface ExperimentsServices {
  readonly context: Pick<ExtensionContext, "extensionUri">;
  readonly log: LogOutputChannel;
  readonly engine: Pick<EngineClient, "request" | "on" | "allowedPaths">;
  readonly runs: RunStore;
  readonly trials: TrialStore;
  readonly files: ExperimentIndex;
}
