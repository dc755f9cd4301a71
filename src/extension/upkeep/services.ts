/** What the Upkeep room is given. */
import type { LogOutputChannel } from "vscode";
import type { EngineClient } from "../engine/engineClient.ts";
import type { RunStore } from "../engine/runStore.ts";
import type { TrialStore } from "../engine/trialStore.ts";

export interface UpkeepServices {
  readonly log: LogOutputChannel;
  readonly engine: Pick<EngineClient, "request">;
  readonly runs: Pick<RunStore, "forget">;
  readonly trials: Pick<TrialStore, "forget">;
}
