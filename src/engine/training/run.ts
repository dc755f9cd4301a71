/**
 * One run: a folder, a world, a trainer; from start or checkpoint to the end, a stop or a failure. The engine process
 * and the command line both drive it.
 */
import { dirname } from "node:path";
import type { LiveChange, PromptTexts, ReflectionChange, RunProgress } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { RunId, RunRecord, RunState } from "../../protocol/run.ts";
import { poolChange, type ReflectionPool } from "../critic/reflectionPool.ts";
import { InputError, messageOf } from "../errors.ts";
import { type Checkpoint, CheckpointStore } from "../store/checkpoint.ts";
import type { JsonDocument } from "../store/jsonDocument.ts";
import { openReflections, openRunRecord, type ReflectionsDocument } from "../store/runDocuments.ts";
import { RunFolder } from "../store/runFolder.ts";
import { type Assembly, assemble } from "./assemble.ts";
import { type Comeback, comeBack, promptsAt, spent } from "./comeback.ts";
import { RunControl, StopSignal } from "./control.ts";
import type { ModelAccess } from "./modelPool.ts";
import { type Beginning, trainingProgress } from "./progress.ts";
import { type HandMade, RunLog, type RunRows } from "./runLog.ts";
import type { IterationWork, Trainer, TrainingSink } from "./trainer.ts";

export { promptsInForce } from "./comeback.ts";

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

export class Run {
  readonly control: RunControl;
  private readonly checkpoints: CheckpointStore;
  private assembly: Assembly | undefined;
  private trainer: Trainer | undefined;
  /** The last completed iteration's state: what a stop in the middle of an iteration goes back to. */
  private lastState: Checkpoint | undefined;
  private activeSince: number | undefined;
  /** Where this process took the run up. */
  private began: Beginning = { iteration: 0, seconds: 0 };
  /** What made the run fail: an InputError where the user can mend it. */
  failure: unknown;
  private finished: Promise<RunRecord> | undefined;

  private constructor(
    readonly folder: RunFolder,
    private readonly host: RunHost,
    private readonly record: JsonDocument<RunRecord>,
    private readonly pool: JsonDocument<ReflectionsDocument>,
    private readonly log: RunLog,
    private readonly prompts: PromptTexts,
    private readonly comeback: Comeback | undefined,
  ) {
    this.checkpoints = new CheckpointStore(folder.path, (warning) => host.listener.log?.("warn", warning.message));
    this.control = new RunControl((paused) => this.pauseChanged(paused?.reason));
  }

  /**
   * Makes the folder of a new run.
   * @throws InputError where the folder cannot be made
   */
  static async create(start: RunStart, host: RunHost): Promise<Run> {
    const { experiment, experimentFile, prompts } = start;
    const folder = await RunFolder.create({
      workspaceFolder: host.workspaceFolder,
      name: experiment.name,
      seed: experiment.seed,
      now: host.now,
      random: host.random,
      ...(start.folder !== undefined && { folder: start.folder }),
    });
    const initial: RunRecord = {
      schemaVersion: 1,
      id: folder.id,
      name: experiment.name,
      note: "",
      experimentFile,
      experiment,
      seed: experiment.seed,
      state: "starting",
      startedAt: host.now().toISOString(),
      activeSeconds: 0,
      iteration: 0,
      iterations: experiment.training.iterations,
      prompts: [],
      engineVersion: host.engineVersion,
    };
    return Run.open(folder, host, prompts, undefined, initial);
  }

  /**
   * Opens the folder of a run that did not end, to go on from its checkpoint.
   * @param changes live changes for its next environment step
   * @throws InputError where there is nothing to go on from, or a change is not allowed
   */
  static async reopen(path: string, host: RunHost, changes: readonly LiveChange[] = []): Promise<Run> {
    const folder = await RunFolder.open(path, host.now);
    try {
      const comeback = await comeBack(folder, changes, (warning) => host.listener.log?.("warn", warning.message));
      return await Run.open(folder, host, undefined, comeback);
    } catch (error) {
      await folder.release();
      throw error;
    }
  }

  private static async open(
    folder: RunFolder,
    host: RunHost,
    prompts: PromptTexts | undefined,
    comeback: Comeback | undefined,
    initial?: RunRecord,
  ): Promise<Run> {
    const onWarning = (warning: Error): void => host.listener.log?.("warn", warning.message);
    const record = await openRunRecord({ file: folder.file("record"), onWarning }, initial);
    const pool = await openReflections({ file: folder.file("reflections"), onWarning });
    const log = new RunLog(folder, (kind, row) => host.listener.row?.(folder.id, kind, row));
    const texts = prompts ?? promptsAt(record.data, comeback?.checkpoint?.json.prompts);
    return new Run(folder, host, record, pool, log, texts, comeback);
  }

  get id(): RunId {
    return this.folder.id;
  }

  get current(): RunRecord {
    return { ...this.record.data, activeSeconds: this.activeSeconds() };
  }

  get reflectionPool(): ReflectionPool | undefined {
    return this.assembly?.pool;
  }

  get running(): Assembly | undefined {
    return this.assembly;
  }

  /** Runs to the end, once. The record says how it ended; only a defect of ours is thrown. */
  execute(): Promise<RunRecord> {
    this.finished ??= this.conclude();
    return this.finished;
  }

  /** @throws InputError when a change is not allowed; then none is made */
  change(changes: readonly LiveChange[]): void {
    if (!this.assembly) throw new InputError("run.not-started", "The run is still loading; try again when it runs.");
    this.assembly.changes.submit(changes);
  }

  /** @throws InputError when there is no such reflection */
  changeReflection(change: Omit<ReflectionChange, "runId">): void {
    const { action, text, rating, id } = change;
    if (!this.trainer || !this.assembly?.pool.change(id, poolChange(change))) {
      throw new InputError("reflections.unknown", `Reflection ${id} is no longer in the pool of ${this.id}.`);
    }
    const value = action === "edit" ? text : action === "rate" ? rating : undefined;
    this.log.append("events", {
      type: "pool",
      action,
      reflection: id,
      ...this.trainer.next,
      ...(value !== undefined && { value }),
    });
    this.log.flush();
    this.savePool();
  }

  /** Lets readers of the folder see every row so far. */
  flush(): void {
    this.log.flush();
  }

  describe(changes: { readonly name?: string; readonly note?: string }): RunRecord {
    this.update(changes);
    return this.current;
  }

  private async conclude(): Promise<RunRecord> {
    try {
      await this.play();
      this.end("done");
    } catch (error) {
      if (error instanceof StopSignal) await this.interrupted(error);
      else this.end("failed", messageOf(error), error);
    }
    await this.close();
    return this.current;
  }

  private async play(): Promise<void> {
    const { checkpoint, handMade = [], changes = [] } = this.comeback ?? {};
    this.assembly = await assemble({
      experiment: checkpoint?.json.experiment ?? (this.record.data.experiment as Experiment),
      prompts: this.prompts,
      baseFolder: dirname(this.record.data.experimentFile),
      storageFolder: storageFolder(this.host.workspaceFolder),
      control: this.control,
      log: this.log,
      sink: this.sink(),
      models: this.host.models,
      attended: this.host.attended,
      progress: (phase, fraction) => this.reportPhase(phase, fraction),
      notify: (level, message) => this.host.listener.log?.(level, message),
      promptInForce: (role, prompt, since) => this.notePrompt(role, prompt, since),
    });
    await this.record.flush();
    const { trainer, models } = this.assembly;
    this.trainer = trainer;
    this.control.signal.throwIfAborted();
    this.activeSince = this.host.now().getTime();
    this.update({ state: "running", reason: undefined, endedAt: undefined });
    models.budget.restore(await spent(this.folder));
    this.began = { iteration: checkpoint?.json.iteration ?? 0, seconds: this.activeSeconds() };
    if (checkpoint) {
      trainer.restore(checkpoint);
      this.lastState = checkpoint;
    }
    this.event({ type: checkpoint ? "resumed" : "started" });
    this.repeat(handMade);
    if (changes.length > 0) this.change(changes);
    if (!checkpoint) await trainer.start();
    await trainer.run();
    this.summarise();
    await this.save();
  }

  /** What a person did after the checkpoint is done again, at the step it was done for. */
  private repeat(handMade: readonly HandMade[]): void {
    for (const event of handMade) {
      try {
        if (event.type === "pool") this.repeatInPool(event);
        else this.assembly?.changes.repeat(event);
      } catch (error) {
        this.host.listener.log?.("warn", `A change made before the interruption was not repeated: ${messageOf(error)}`);
      }
    }
  }

  private repeatInPool({ action, reflection, value, userSteps }: Extract<HandMade, { type: "pool" }>): void {
    const amended = { action, ...(typeof value === "string" ? { text: value } : { rating: value ?? 0 }) };
    this.assembly?.changes.schedule(userSteps, () => this.assembly?.pool.change(reflection, poolChange(amended)));
  }

  private sink(): TrainingSink {
    return {
      metrics: (row) => this.log.append("metrics", row),
      event: (event) => {
        this.log.append("events", event);
        this.log.flush();
      },
      episode: (episode) => this.log.append("episodes", episode),
      pool: () => this.savePool(),
      iterationDone: (iteration, work) => this.iterationDone(iteration, work),
      progress: (iteration, fraction) => this.reportIteration(iteration, fraction),
    };
  }

  private async iterationDone(iteration: number, work: IterationWork): Promise<void> {
    if (work.userSteps > 0) this.logTiming(iteration, work);
    this.log.flush();
    this.savePool();
    this.summarise();
    this.update({ iteration });
    this.lastState = this.trainer?.state() as Checkpoint | undefined;
    const { checkpointEvery } = (this.record.data.experiment as Experiment).training;
    if (iteration % checkpointEvery === 0) await this.save();
    this.reportIteration(iteration, 1);
  }

  private logTiming(iteration: number, { userSteps, seconds }: IterationWork): void {
    const models = this.assembly?.models.lap(userSteps) ?? {};
    const values = { userStepsPerSecond: userSteps / seconds, ...models };
    this.log.append("timing", { iteration, userSteps: this.place().userSteps, values });
  }

  private async save(): Promise<void> {
    if (!this.lastState) return;
    await this.log.sync();
    // The checkpoint names prompts by hash; the record holds their texts.
    await this.record.flush();
    await this.checkpoints.save(this.lastState);
  }

  /** A stop in the middle of an iteration: everything that belongs to it is computed again when the run goes on. */
  private async interrupted({ kind, reason }: StopSignal): Promise<void> {
    await this.save();
    this.end(kind, reason);
  }

  private end(state: RunState, reason?: string, cause?: unknown): void {
    if (state === "done" || state === "stopped") this.event({ type: state });
    if (state === "failed") this.event({ type: "failed", reason: reason ?? "" });
    const activeSeconds = this.activeSeconds();
    this.activeSince = undefined;
    this.update({ state, activeSeconds, endedAt: this.host.now().toISOString(), reason });
    this.failure = cause;
  }

  private async close(): Promise<void> {
    await this.assembly?.dispose();
    await this.log.close();
    await this.record.flush();
    await this.pool.flush();
    await this.folder.release();
  }

  private pauseChanged(reason: string | undefined): void {
    const { state } = this.record.data;
    if (state !== "running" && state !== "paused") return;
    const activeSeconds = this.activeSeconds();
    this.activeSince = reason === undefined ? this.host.now().getTime() : undefined;
    this.event(reason === undefined ? { type: "resumed" } : { type: "paused", reason });
    this.update({ state: reason === undefined ? "running" : "paused", reason, activeSeconds });
  }

  private event(
    event: { type: "started" | "resumed" | "done" | "stopped" } | { type: "paused" | "failed"; reason: string },
  ): void {
    this.log.append("events", { ...event, ...this.place() });
    this.log.flush();
  }

  /** Pauses and ends belong to the iterations completed, so that they outlive a rewind. */
  private place(): { iteration: number; userSteps: number } {
    return this.trainer?.place ?? { iteration: 0, userSteps: 0 };
  }

  private activeSeconds(): number {
    const { activeSeconds } = this.record.data;
    return this.activeSince === undefined
      ? activeSeconds
      : activeSeconds + (this.host.now().getTime() - this.activeSince) / 1000;
  }

  private update(changes: { readonly [K in keyof RunRecord]?: RunRecord[K] | undefined }): void {
    this.record.update((record) => {
      const changed = { ...record, ...changes };
      // An absent reason must be absent, not undefined: the record is checked when it is written.
      return Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined)) as RunRecord;
    });
    this.host.listener.record?.(this.current);
  }

  private summarise(): void {
    const summary = this.assembly?.evaluation.summary;
    if (summary) this.update({ summary: { ...summary, userSteps: this.place().userSteps } });
  }

  private savePool(): void {
    const reflections = this.assembly?.pool.reflections ?? [];
    this.pool.update(() => ({ schemaVersion: 1, reflections: [...reflections] }));
    this.host.listener.reflections?.(this.id);
  }

  private notePrompt(
    role: "planner" | "critic",
    prompt: { file: string; text: string; hash: string },
    since: number,
  ): void {
    const versions = this.record.data.prompts.filter((version) => version.role === role);
    const isKnown = since === 0 && versions.some(({ hash }) => hash === prompt.hash);
    if (isKnown || versions.findLast((version) => version.since <= since)?.hash === prompt.hash) return;
    const { file, text, hash } = prompt;
    this.update({ prompts: [...this.record.data.prompts, { role, hash, file, text, since }] });
  }

  private reportPhase(phase: string, fraction: number): void {
    const { iterations } = this.record.data;
    this.host.listener.progress?.({ runId: this.id, phase, fraction, iteration: 0, iterations, calls: 0, cost: 0 });
  }

  private reportIteration(iteration: number, share: number): void {
    const spending = this.assembly?.models.budget.spending ?? { calls: 0, cost: 0 };
    this.host.listener.progress?.(trainingProgress(this.current, this.began, iteration, share, spending));
  }
}

export const storageFolder = (workspaceFolder: string): string => `${workspaceFolder}/.lerl`;
