/**
 * One run: a folder, a world, a trainer; from start or checkpoint to the end, a stop or a failure. The engine process
 * and the command line both drive it.
 */
import { dirname } from "node:path";
import type { LiveChange, PromptTexts, ReflectionChange } from "../../protocol/engine.ts";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import { keysOf } from "../../protocol/wantedKeys.ts";
import { poolChange, type ReflectionPool } from "../critic/reflectionPool.ts";
import { InputError, messageOf } from "../errors.ts";
import { modelUse } from "../llm/budget.ts";
import { RunControl, type StopKind, StopSignal } from "../serving/control.ts";
import { filesOf } from "../serving/namedFiles.ts";
import type { Checkpoint } from "../store/checkpoint.ts";
import { orUndo } from "../store/files.ts";
import type { RunFolder } from "../store/runFolder.ts";
import { storageFolder } from "../store/storage.ts";
import type { IterationWork, Trainer, TrainingSink } from "../training/trainer.ts";
import { takingOver } from "../training/trainerState.ts";
import { type Assembly, assembleRun } from "./assembleRun.ts";
import { type Comeback, type ComingBack, comeBack, promptsAt, spent } from "./comeback.ts";
import { ModelTicker } from "./modelTicker.ts";
import { openRun } from "./openRun.ts";
import type { ModelWork, RecordKeeper } from "./recordKeeper.ts";
import type { RunHost, RunStart } from "./runHost.ts";
import { amendment, type HandMade, poolEvent, type RunLog } from "./runLog.ts";
import { RunStorage } from "./runStorage.ts";

export class Run {
  readonly control: RunControl;
  private assembly: Assembly | undefined;
  private trainer: Trainer | undefined;
  /** The last completed iteration's state: what a stop in the middle of an iteration goes back to. */
  private lastState: Checkpoint | undefined;
  /** What made the run fail: an InputError where the user can mend it. */
  failure: unknown;
  /** What ended the run before its time. */
  stoppedBy: StopKind | undefined;
  private finished: Promise<RunRecord> | undefined;
  private readonly modelTicker = new ModelTicker(
    () => this.assembly?.models.activity,
    () => this.current.experiment,
    (message) => this.host.listener.log?.("info", message),
    () => this.record.reportAgain(this.modelWork),
  );

  private constructor(
    private readonly storage: RunStorage,
    private readonly host: RunHost,
    private readonly prompts: PromptTexts,
    private readonly comeback: Comeback | undefined,
  ) {
    this.control = new RunControl((paused) => this.pauseChanged(paused?.reason));
    this.folder.onLost(() => this.control.stop("interrupted"));
  }

  /**
   * Makes the folder of a new run.
   * @throws InputError where the folder cannot be made, or a file may not be read or a key not be sent
   */
  static async create(start: RunStart, host: RunHost): Promise<Run> {
    await host.files(await filesOf(start.experiment, dirname(start.experimentFile)));
    await host.models.settle?.(keysOf(start.experiment));
    return new Run(await RunStorage.create(start, host), host, start.prompts, undefined);
  }

  /**
   * Opens the folder of a run that did not end, to go on from its checkpoint.
   * @throws InputError where there is nothing to go on from, rows are missing, or a change is not allowed
   */
  static async reopen(path: string, host: RunHost, how: ComingBack = {}): Promise<Run> {
    const onWarning = ({ message }: Error): void => host.listener.log?.("warn", message);
    const folder = await openRun(path, host.now, onWarning, { takeOver: how.takeOver });
    return orUndo(
      async () => {
        const comeback = await comeBack(folder, how, host, onWarning);
        const { checkpoint, logs } = comeback;
        const storage = await RunStorage.open(folder, host, { given: checkpoint?.origin?.uid, logs });
        const prompts = promptsAt(storage.record.current, checkpoint?.json.prompts);
        return new Run(storage, host, prompts, comeback);
      },
      () => folder.release(),
    );
  }

  get folder(): RunFolder {
    return this.storage.folder;
  }

  get id(): RunId {
    return this.folder.id;
  }

  get current(): RunRecord {
    return this.record.current;
  }

  private get record(): RecordKeeper {
    return this.storage.record;
  }

  private get log(): RunLog {
    return this.storage.log;
  }

  get reflectionPool(): ReflectionPool | undefined {
    return this.assembly?.pool;
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
    if (!this.trainer || !this.assembly?.pool.change(change.id, poolChange(change))) {
      throw new InputError("reflections.unknown", `Reflection ${change.id} is no longer in the pool of ${this.id}.`);
    }
    this.log.append("events", poolEvent(change, this.assembly.place.next));
    this.log.flush();
    this.savePool();
  }

  /** Lets readers of the folder see every row so far. */
  flush(): void {
    this.log.flush();
  }

  describe(changes: { readonly name?: string; readonly note?: string }): RunRecord {
    this.record.update(changes);
    return this.current;
  }

  private async conclude(): Promise<RunRecord> {
    try {
      await this.play();
      this.end("done");
    } catch (error) {
      await this.endEarly(error);
    }
    await this.close();
    return this.current;
  }

  private async play(): Promise<void> {
    const { checkpoint, logs, notes = [], handMade = [], changes = [] } = this.comeback ?? {};
    const { experiment, experimentFile } = this.current;
    this.assembly = await assembleRun({
      experiment: checkpoint?.json.experiment ?? experiment,
      begun: experiment,
      prompts: this.prompts,
      baseFolder: dirname(experimentFile),
      storageFolder: storageFolder(this.host.workspaceFolder),
      control: this.control,
      log: this.log,
      sink: this.sink(),
      models: this.host.models,
      attended: this.host.attended,
      progress: (phase, fraction) => this.record.reportPhase(phase, fraction),
      notify: (level, message) => this.host.listener.log?.(level, message),
      promptInForce: (role, prompt, since) => this.record.notePrompt(role, prompt, since),
    });
    this.modelTicker.start();
    await this.record.flush();
    const { trainer, models, data } = this.assembly;
    if (data.read !== undefined || data.findings.length > 0) this.record.update({ data });
    this.trainer = trainer;
    this.control.signal.throwIfAborted();
    this.record.begin(checkpoint?.json.iteration ?? 0);
    models.budget.restore(await spent(this.folder));
    if (checkpoint) {
      takingOver(this.folder.path, () => trainer.restore(checkpoint));
      this.lastState = this.storage.mark(checkpoint, logs);
    }
    this.event({ type: checkpoint ? "resumed" : "started" });
    for (const note of [...(checkpoint ? [] : data.findings), ...notes]) this.event({ type: "warning", ...note });
    this.repeat(handMade);
    this.savePool();
    // From here on the checkpoint says what the run was found to hold.
    if (notes.length > 0) await this.save();
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

  private repeatInPool(event: Extract<HandMade, { type: "pool" }>): void {
    const { reflection, userSteps } = event;
    const make = () => void this.assembly?.pool.change(reflection, poolChange(amendment(event)));
    // A run that was killed at its very end has no step left to wait for.
    if (userSteps <= this.place().userSteps) make();
    else this.assembly?.changes.schedule(userSteps, make);
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
      progress: (iteration, fraction) => this.record.reportIteration(iteration, fraction, this.modelWork),
    };
  }

  private async iterationDone(iteration: number, work: IterationWork): Promise<void> {
    if (work.userSteps > 0) this.logTiming(iteration, work);
    this.log.flush();
    this.savePool();
    this.summarise();
    this.record.update({ iteration });
    this.lastState = this.trainer && this.storage.mark(this.trainer.state());
    const { checkpointEvery } = this.current.experiment.training;
    if (iteration % checkpointEvery === 0) await this.save();
    this.record.reportIteration(iteration, 1, this.modelWork);
  }

  private logTiming(iteration: number, { userSteps, seconds }: IterationWork): void {
    const models = this.assembly?.models.lap(userSteps) ?? {};
    const values = { userStepsPerSecond: userSteps / seconds, ...models };
    this.log.append("timing", { iteration, userSteps: this.place().userSteps, values });
  }

  private async save(): Promise<void> {
    if (this.lastState) await this.storage.save(this.lastState);
  }

  /** A stop in the middle of an iteration: everything that belongs to it is computed again when the run goes on. */
  private async endEarly(error: unknown): Promise<void> {
    try {
      if (!(error instanceof StopSignal)) throw error;
      this.stoppedBy = error.kind;
      await this.save();
      this.end(error.kind === "stopped" ? "stopped" : "interrupted", error.reason);
    } catch (failure) {
      this.fail(failure);
    }
  }

  private end(state: "done" | "stopped" | "interrupted", reason?: string): void {
    if (state !== "interrupted") this.event({ type: state });
    this.record.end(state, reason);
  }

  private fail(cause: unknown): void {
    const reason = messageOf(cause);
    this.failure = cause;
    try {
      this.event({ type: "failed", reason });
    } catch (error) {
      // A full disk or a folder taken over, most likely what made the run fail: the record says so too.
      if (error !== cause) this.warn(error);
    }
    this.record.end("failed", reason);
  }

  private async close(): Promise<void> {
    this.modelTicker.stop();
    const failed = (error: unknown): void => {
      if (this.failure === undefined) this.fail(error);
      else if (error !== this.failure) this.warn(error);
    };
    await this.assembly?.dispose().catch(failed);
    await this.storage.close(failed);
  }

  private warn(error: unknown): void {
    this.host.listener.log?.("warn", messageOf(error));
  }

  private pauseChanged(reason: string | undefined): void {
    const { state } = this.record;
    if (state !== "running" && state !== "paused") return;
    if (reason === undefined) this.event({ type: "resumed" });
    // Another reason for the same pause is no second pause: a server may word every failure otherwise.
    else if (state === "running") this.event({ type: "paused", reason });
    this.record.turn(reason);
  }

  private event(
    event:
      | { type: "started" | "resumed" | "done" | "stopped" }
      | { type: "paused" | "failed"; reason: string }
      | { type: "warning"; code: string; message: string },
  ): void {
    this.log.append("events", { ...event, ...this.place() });
    this.log.flush();
  }

  /** Pauses and ends belong to the iterations completed, so that they outlive a rewind. */
  private place(): { iteration: number; userSteps: number } {
    return this.assembly?.place.completed ?? { iteration: 0, userSteps: 0 };
  }

  private summarise(): void {
    const summary = this.assembly?.evaluation.summary;
    const { answered = {}, planQuality: plans } = this.trainer ?? {};
    const models = this.assembly && modelUse(this.assembly.models.budget.spending);
    this.record.update({
      ...(summary && {
        summary: { ...summary, userSteps: this.place().userSteps, ...(plans && { plans }), ...(models && { models }) },
      }),
      ...(Object.keys(answered).length > 0 && { answered }),
    });
  }

  private savePool(): void {
    this.storage.keepPool(this.assembly?.pool.reflections ?? []);
    this.host.listener.reflections?.(this.id);
  }

  private get modelWork(): ModelWork {
    return {
      spending: this.assembly?.models.budget.spending ?? { calls: 0, cost: 0 },
      models: this.modelTicker.activity,
    };
  }
}
