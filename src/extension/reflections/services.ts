/** What the Reflections room is given. */
import type { LogOutputChannel } from "vscode";
import type { EngineClient } from "../engine/engineClient.ts";
import type { RunStore } from "../engine/runStore.ts";
import type { ExperimentIndex } from "../experiments/experimentIndex.ts";

export interface ReflectionsServices {
  readonly log: LogOutputChannel;
  readonly engine: Pick<EngineClient, "request">;
  readonly runs: RunStore;
  readonly files: ExperimentIndex;
}
