/** What the Prompts room is given. */
import type { LogOutputChannel } from "vscode";
import type { EngineClient } from "../engine/engineClient.ts";
import type { RunStore } from "../engine/runStore.ts";
import type { ExperimentIndex } from "../experiments/experimentIndex.ts";

export interface PromptsServices {
  readonly log: LogOutputChannel;
  readonly engine: Pick<EngineClient, "request" | "onDidChangeState">;
  readonly runs: RunStore;
  readonly files: ExperimentIndex;
}
