/** What a trial is begun with, and who hosts it: the engine process or the command line. */
import type { PromptTexts } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { Moments } from "../../protocol/moments.ts";
import type { TrialEstimate } from "../../protocol/trial/estimate.ts";
import type { TrialLimits, TrialRecord } from "../../protocol/trial/record.ts";
import type { TrialProgress } from "../../protocol/trial/summary.ts";
import type { ModelAccess } from "../serving/modelPool.ts";
import type { FileAccess } from "../serving/namedFiles.ts";
import type { AskedContender } from "./contenders.ts";

/** What a trial serves from: a run's folder, or an experiment without a run. */
export type BaseChoice =
  | {
      readonly run: string;
      /** An earlier trial of the run, whose base this one takes. */
      readonly like?: string | undefined;
    }
  | { readonly experimentFile: string; readonly experiment: Experiment; readonly prompts: PromptTexts };

export interface TrialStart {
  readonly name: string;
  readonly base: BaseChoice;
  readonly contenders: readonly AskedContender[];
  readonly sessions: number;
  readonly seed?: number | undefined;
  readonly stop: boolean;
  readonly margin?: number | undefined;
  /** Settings that take the place of the base's. */
  readonly models?: Partial<Experiment["models"]>;
  /** Of its own: they stay in the place of any other. */
  readonly limits: TrialLimits;
  readonly failIf: readonly string[];
  /** Decisions that every contender plans anew, each so many times; one by default. */
  readonly moments?: Moments | undefined;
  readonly repeats?: number | undefined;
}

export interface TrialHost {
  readonly workspaceFolder: string;
  readonly engineVersion: string;
  readonly now: () => Date;
  /** Uniform in [0, 1), for ids only. */
  readonly random: () => number;
  readonly models: ModelAccess;
  /** Which files outside the workspace may be read. */
  readonly files: FileAccess;
  /** Somebody can raise a budget, or mend a server's key, while the trial waits. */
  readonly attended: boolean;
  readonly progress?: (progress: TrialProgress) => void;
  readonly record?: (record: TrialRecord) => void;
  /** What serving costs at most, before anything is asked. */
  readonly estimate?: (estimate: TrialEstimate) => void;
  readonly log?: (level: "info" | "warn", message: string) => void;
}

/** What may change when a trial goes on. */
export interface TrialExtension {
  readonly sessions?: number | undefined;
  readonly stop?: boolean | undefined;
  readonly models?: Partial<Experiment["models"]> | undefined;
  readonly limits?: TrialLimits | undefined;
  readonly failIf?: readonly string[] | undefined;
  /** Also from an owner that cannot be judged from here, where it does not renew its lock. */
  readonly takeOver?: boolean | undefined;
}
