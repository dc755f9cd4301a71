/** What every room of the extension is given; extension.ts builds it once per window. */
import type { ExtensionContext, LogOutputChannel } from "vscode";
import type { EngineClient } from "./engine/engineClient.ts";
import type { RunStore } from "./engine/runStore.ts";
import type { ExperimentIndex } from "./experiments/experimentIndex.ts";
import type { EditorModels } from "./models/editorModels.ts";
import type { ApiKeys } from "./platform/secrets.ts";
import type { Launcher } from "./runs/launcher.ts";

export interface Services {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly engine: EngineClient;
  readonly runs: RunStore;
  readonly files: ExperimentIndex;
  readonly launcher: Launcher;
  readonly keys: ApiKeys;
  readonly editorModels: EditorModels;
}
