/** What the Trials room is given. */
import type { LogOutputChannel, Uri } from "vscode";
import type { RunRecord } from "../../protocol/run.ts";
import type { StudioEvents } from "../../protocol/studio.ts";
import type { RunStore } from "../engine/runStore.ts";
import type { TrialStore } from "../engine/trialStore.ts";
import type { ExperimentIndex } from "../experiments/experimentIndex.ts";
import type { TrialLauncher } from "./trialLauncher.ts";

export interface TrialsServices {
  readonly log: LogOutputChannel;
  readonly runs: RunStore;
  readonly trials: TrialStore;
  readonly files: ExperimentIndex;
  readonly trialLauncher: TrialLauncher;
  readonly studio: TrialStudio;
}

/** The Studio, which stands above this room, as far as trials need it. */
export interface TrialStudio {
  /** Whether somebody can see a page of the experiment. */
  readonly shows: (experimentFile: string) => boolean;
  /** Shows a part of an experiment's page beside what is being worked on. */
  readonly showBeside: (file: Uri, reveal: StudioEvents["reveal"]) => Promise<void>;
  readonly runInSight: (file: Uri) => RunRecord | undefined;
}
