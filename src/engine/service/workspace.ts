/** What the handlers of one workspace share: its runs, at work and at rest, its data and its way to models. */
import { join } from "node:path";
import type { EngineNotifications, HostRequests } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { Reflection, RunId } from "../../protocol/run.ts";
import { type BoundKey, keyFor, type WantedKey } from "../../protocol/wantedKeys.ts";
import type { ReflectionPool } from "../critic/reflectionPool.ts";
import type { Dataset } from "../data/dataset.ts";
import { InputError } from "../errors.ts";
import { mendWhereLeft, openRun } from "../runs/openRun.ts";
import type { Run } from "../runs/run.ts";
import type { ModelAccess } from "../serving/modelPool.ts";
import { OutsideFilesError } from "../serving/namedFiles.ts";
import { readReflections } from "../store/runDocuments.ts";
import { type RunFolder, runFiles } from "../store/runFolder.ts";
import { engineVersion } from "../version.ts";
import { AllowedFiles } from "./allowedFiles.ts";
import { Datasets } from "./datasets.ts";
import { LiveRuns } from "./liveRuns.ts";
import { LiveTrials } from "./liveTrials.ts";
import { categoryNames } from "./rerun.ts";
import { restingPool } from "./restingPool.ts";
import { RunReader } from "./runReader.ts";

export interface ServiceOptions {
  readonly workspaceFolder: string;
  readonly notify: <N extends keyof EngineNotifications>(name: N, params: EngineNotifications[N]) => void;
  /** Asks the host, for example one of the editor's models. */
  readonly ask: (
    params: HostRequests["models/ask"]["params"],
    signal: AbortSignal,
  ) => Promise<HostRequests["models/ask"]["result"]>;
  readonly now: () => Date;
  readonly random: () => number;
  /** Nothing is written until the workspace is trusted: requests that only look leave no mark. */
  readonly readOnly?: boolean;
}

/** What a recorded run was made of. */
export interface RecordedSetting {
  readonly experiment: Experiment;
  readonly experimentFile: string;
  readonly dataset: Dataset;
}

export class Workspace {
  readonly reader: RunReader;
  readonly runs: LiveRuns;
  readonly trials: LiveTrials;
  readonly datasets: Datasets;
  readonly files: AllowedFiles;

  private mayWrite: boolean;

  constructor(readonly options: ServiceOptions) {
    const { workspaceFolder, now, random, notify, readOnly = false } = options;
    this.mayWrite = !readOnly;
    const mayWrite = () => this.mayWrite;
    this.files = new AllowedFiles(workspaceFolder);
    const host = { workspaceFolder, engineVersion, now, random, files: this.files.access, attended: true };
    this.reader = new RunReader(workspaceFolder, (warning) => this.warn(warning), mayWrite);
    this.runs = new LiveRuns(host, this.reader, notify);
    this.trials = new LiveTrials(host, notify);
    this.datasets = new Datasets(
      workspaceFolder,
      this.files.access,
      (message) => this.warn(new Error(message)),
      mayWrite,
    );
  }

  trust(): void {
    this.mayWrite = true;
  }

  /** Keys come over the channel, each for its server; the environment's are the editor's to give. */
  modelAccess(keys: readonly BoundKey[] = []): ModelAccess {
    return {
      ask: this.options.ask,
      settle: async (wanted) => {
        for (const one of wanted) requireKey(keys, one);
      },
      apiKey: (wanted) => requireKey(keys, wanted),
    };
  }

  /** @throws InputError where this process is not working on the run */
  live(runId: RunId): Run {
    const run = this.runs.get(runId);
    if (run) return run;
    throw new InputError("run.not-running", `The run ${runId} is not running.`);
  }

  async setting(runId: RunId): Promise<RecordedSetting> {
    const { experiment, experimentFile } = await this.reader.record(runId);
    return { experiment, experimentFile, dataset: await this.datasets.get(experiment, experimentFile) };
  }

  /**
   * Names of an experiment's categories, by id; none where its data cannot be read.
   * @throws OutsideFilesError where it may not be read: a person can be asked for it
   */
  async categoryNames(experiment: Experiment, experimentFile: string): Promise<Readonly<Record<number, string>>> {
    try {
      return categoryNames(await this.datasets.get(experiment, experimentFile));
    } catch (error) {
      if (error instanceof OutsideFilesError || !(error instanceof InputError)) throw error;
      return {};
    }
  }

  /** The pool of a run, whether it is running or not. */
  async pool(runId: RunId): Promise<ReflectionPool> {
    const live = this.runs.get(runId)?.reflectionPool;
    return live ?? restingPool(await this.reader.record(runId), await this.mended(runId));
  }

  async reflections(runId: RunId): Promise<readonly Reflection[]> {
    const live = this.runs.get(runId)?.reflectionPool?.reflections;
    return live ?? readReflections(join(await this.mended(runId), runFiles.reflections));
  }

  /** The folder of a run, its pool mended where a killed process left it behind and the workspace may be written. */
  private async mended(runId: RunId): Promise<string> {
    const folder = this.reader.folder(runId);
    if (this.mayWrite) await mendWhereLeft(folder, this.options.now, (warning) => this.warn(warning));
    return folder;
  }

  /** Owns a run that is not running for as long as `work` takes. */
  async whileOwning<T>(runId: RunId, work: (folder: RunFolder) => Promise<T>): Promise<T> {
    const folder = await openRun(this.reader.folder(runId), this.options.now, (warning) => this.warn(warning));
    try {
      return await work(folder);
    } finally {
      await folder.release();
    }
  }

  warn(warning: Error): void {
    this.options.notify("engine/log", { level: "warn", message: warning.message });
  }
}

/** @throws InputError where a server is to be asked with a key that nobody gave for it */
function requireKey(keys: readonly BoundKey[], wanted: WantedKey): string | undefined {
  const key = keyFor(keys, wanted);
  if (key !== undefined || wanted.variable === undefined) return key;
  throw new InputError(
    "models.key-missing",
    `No API key was given for ${wanted.origin}. Keep one with *LERL: Connect a Model*, or set the environment variable ${wanted.variable} before the editor starts; a server of your own needs none.`,
  );
}
