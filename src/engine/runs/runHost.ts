/** What a run is begun with, and who hosts it: the engine process or the command line. */
import type { PromptTexts, RunProgress } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import type { ModelAccess } from "../serving/modelPool.ts";
import type { FileAccess } from "../serving/namedFiles.ts";
import type { RunRows } from "./runLog.ts";

/** Told of everything that happens in a run. */
export interface RunListener {
  readonly record?: (record: RunRecord) => void;
  readonly row?: <K extends keyof RunRows>(runId: RunId, kind: K, row: RunRows[K]) => void;
  readonly progress?: (progress: RunProgress) => void;
  readonly reflections?: (runId: RunId) => void;
  readonly log?: (level: "info" | "warn", message: string) => void;
}

export interface RunHost {
  readonly workspaceFolder: string;
  readonly engineVersion: string;
  readonly now: () => Date;
  /** Uniform in [0, 1), for run ids only. */
  readonly random: () => number;
  readonly listener: RunListener;
  /** How models are reached: keys, and the editor's own models. */
  readonly models: ModelAccess;
  /** Which files outside the workspace may be read. */
  readonly files: FileAccess;
  /** Somebody can raise a model budget while the run waits for it; where nobody can, the run is interrupted. */
  readonly attended: boolean;
}

export interface RunStart {
  readonly experimentFile: string;
  readonly experiment: Experiment;
  readonly prompts: PromptTexts;
  /** Takes the place of `.lerl/runs/<id>`. */
  readonly folder?: string;
}
