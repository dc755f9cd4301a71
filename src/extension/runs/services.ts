/** What the Runs room is given. */
import type { ExtensionContext, LogOutputChannel } from "vscode";
import type { EngineClient } from "../engine/engineClient.ts";
import type { RunStore } from "../engine/runStore.ts";
import type { ExperimentIndex } from "../experiments/experimentIndex.ts";
import type { Launcher } from "./launcher.ts";

export interface RunsServices {
  readonly context: Pick<ExtensionContext, "extensionUri" | "workspaceState">;
  readonly log: LogOutputChannel;
  readonly engine: Pick<EngineClient, "request" | "restart" | "onDidChangeState">;
  readonly runs: RunStore;
  readonly files: ExperimentIndex;
  readonly launcher: Launcher;
}
