/** One trial: a folder, a frozen base, visits served by every contender; from start or interruption to a result. */
import { dirname } from "node:path";
import type { CellRow } from "../../protocol/trial/cell.ts";
import { keysOfTrial } from "../../protocol/trial/contenderPlanner.ts";
import type { TrialEstimate } from "../../protocol/trial/estimate.ts";
import type { TrialRecord } from "../../protocol/trial/record.ts";
import type { TrialResult } from "../../protocol/trial/result.ts";
import type { VisitRow } from "../../protocol/trial/visit.ts";
import { InputError, messageOf } from "../errors.ts";
import { CallLog } from "../serving/callLog.ts";
import { RunControl, StopSignal } from "../serving/control.ts";
import { orUndo } from "../store/files.ts";
import type { JsonDocument } from "../store/jsonDocument.ts";
import { JsonLinesWriter } from "../store/jsonLines.ts";
import { storageFolder } from "../store/storage.ts";
import { type Base, keepRunAsBase, keptCheckpoint, untrainedBase } from "./base.ts";
import { estimateTrial } from "./estimate.ts";
import { trialJobs } from "./jobs.ts";
import { serveAll } from "./lanes.ts";
import { modelPaces } from "./modelPace.ts";
import { gridOf, type MomentGrid } from "./momentGrid.ts";
import { PaidAnswers } from "./paidAnswers.ts";
import { openStage, type Stage, type WordsPlanner } from "./stage.ts";
import { Tally } from "./tally.ts";
import { readCells, readVisits, recordedCalls, TrialFolder } from "./trialFolder.ts";
import type { TrialExtension, TrialHost, TrialStart } from "./trialHost.ts";
import { TrialModels } from "./trialModels.ts";
import { extended, filesOfTrial, newRecord, tallySetting, withLimits } from "./trialRecord.ts";

export class Trial {
  readonly control: RunControl;
  /** What made it fail: an InputError where the user can mend it. */
  failure: unknown;
  private readonly tally: Tally;
  private models: TrialModels | undefined;
  /** Undefined before the stage is open, and without moments. */
  private grid: MomentGrid | undefined;
  private finished: Promise<TrialRecord> | undefined;
  /** Whether all that was kept is known; a result without it would take the place of a better one. */
  private isComplete = false;
  /** When this process began to serve, in milliseconds of a clock that nobody sets. */
  private began = 0;

  /** @param opened the record as it was found; undefined: the trial is new */
  private constructor(
    readonly folder: TrialFolder,
    private readonly document: JsonDocument<TrialRecord>,
    private readonly base: Base,
    private readonly host: TrialHost,
    private readonly opened?: TrialRecord,
  ) {
    this.control = new RunControl((paused) => this.pauseChanged(paused?.reason));
    folder.onLost(() => this.control.stop("interrupted"));
    this.tally = new Tally(tallySetting(document.data));
  }

  /**
   * Makes the folder of a new trial, its base included.
   * @throws InputError where the base or a contender cannot serve; then nothing is left
   */
  static async create(start: TrialStart, host: TrialHost): Promise<Trial> {
    const { workspaceFolder, now, random } = host;
    const folder = await TrialFolder.create({ workspaceFolder, words: start.name, now, random });
    try {
      const { base: choice } = start;
      const base =
        "run" in choice
          ? await keepRunAsBase(choice.run, folder.path, choice.like)
          : untrainedBase(choice.experimentFile, choice.experiment, choice.prompts);
      const record = newRecord(start, base, folder.id, host);
      await host.files(await filesOfTrial(record));
      await host.models.settle?.(keysOfTrial(record));
      const document = await folder.record(warner(host), record);
      return new Trial(folder, document, base, host);
    } catch (error) {
      await folder.remove();
      throw error;
    }
  }

  /**
   * Opens the folder of a trial, to go on with it or to extend it.
   * @throws InputError where there is no trial, or its base is damaged
   */
  static async reopen(path: string, host: TrialHost, extension: TrialExtension = {}): Promise<Trial> {
    const folder = await TrialFolder.open(path, host.now, extension.takeOver);
    try {
      const document = await folder.record(warner(host));
      const { data: opened } = document;
      await host.models.settle?.(keysOfTrial(opened));
      document.update((record) => extended(record, extension));
      const { data: record } = document;
      await host.files(await filesOfTrial(record));
      const checkpoint = await keptCheckpoint(path, record.base);
      const base: Base = {
        record: record.base,
        experiment: record.experiment,
        promptInForce: undefined,
        versions: record.prompts,
        checkpoint,
        pool: checkpoint?.json.pool,
      };
      return new Trial(folder, document, base, host, opened);
    } catch (error) {
      await folder.release();
      throw error;
    }
  }

  get current(): TrialRecord {
    return this.document.data;
  }

  /** What is known so far. */
  result(final = false): TrialResult {
    const result = this.tally.result(this.models?.bills() ?? [], final);
    return this.grid ? this.grid.joined(result, this.tally.rewardAStep) : result;
  }

  /** Serves to the end, once. The record says how it ended; only a defect of ours is thrown. */
  execute(): Promise<TrialRecord> {
    this.finished ??= this.conclude();
    return this.finished;
  }

  /** In force at once, for requests that wait too. */
  setLimits(extension: Pick<TrialExtension, "models" | "limits">): void {
    this.update(withLimits(this.current, extension));
    this.models?.setLimits(this.current);
  }

  private async conclude(): Promise<TrialRecord> {
    try {
      await this.serve();
      this.end("done");
    } catch (error) {
      this.endEarly(error);
    }
    const { spending } = this.models ?? {};
    const isEmpty = this.failure instanceof InputError && !this.opened && !this.current.result && !spending?.calls;
    try {
      await this.document.flush();
    } finally {
      // In sight of somebody it stays, with its reason.
      await (isEmpty && !this.host.attended ? this.folder.remove() : this.folder.release());
    }
    return this.current;
  }

  private endEarly(error: unknown): void {
    if (error instanceof StopSignal) {
      this.update({ stoppedBy: error.kind });
      this.end(error.kind === "stopped" ? "stopped" : "interrupted", error.reason);
      return;
    }
    this.failure = error;
    try {
      this.end("failed", messageOf(error));
    } catch {
      // What could not be counted: the reason is told all the same.
      this.update({ state: "failed", reason: messageOf(error) });
    }
  }

  /** What serving would cost at most; nothing is asked, and the folder is left as it was: a new trial's goes. */
  async estimate(): Promise<TrialEstimate> {
    const { opened, document, folder } = this;
    try {
      return await this.onStage((opened) => this.rehearse(opened));
    } finally {
      if (opened) document.update(() => opened);
      await document.flush();
      await (opened ? folder.release() : folder.remove());
    }
  }

  private async serve(): Promise<void> {
    const { host, control, folder, tally } = this;
    this.began = performance.now();
    this.update({ state: "running", reason: undefined, endedAt: undefined, stoppedBy: undefined });
    await this.document.flush();
    await this.onStage(async (opened) => {
      host.estimate?.(await this.rehearse(opened));
      const visits = JsonLinesWriter.open<VisitRow>(folder.file("sessions"), folder.assertOwned);
      const cells = await orUndo(
        async () => JsonLinesWriter.open<CellRow>(folder.file("cells"), folder.assertOwned),
        () => visits.close(),
      );
      const pace = this.pace();
      const reported = (): void => this.report("Serving", this.share, pace());
      const planned = (row: CellRow): void => {
        keep(cells, row);
        this.grid?.add(row);
        reported();
      };
      const served = (row: VisitRow): void => {
        keep(visits, row);
        tally.add(row);
        reported();
      };
      const { stage, paid } = opened;
      const jobs = trialJobs({ stage, paid, tally, grid: this.grid, repeats: this.current.repeats, planned, served });
      try {
        await serveAll({
          lanes: stage.lanes,
          jobs,
          isDone: () => this.share === 1,
          proceed: () => control.proceed(),
          signal: control.signal,
        });
      } finally {
        await Promise.all([visits.close(), cells.close()]);
      }
    });
  }

  /** Opens everything that serving needs, and closes it. */
  private async onStage<T>(use: (opened: Opened) => Promise<T>): Promise<T> {
    const { host, folder, control, tally } = this;
    const record = this.current;
    const calls = await CallLog.open(folder);
    try {
      const paid = await PaidAnswers.read(folder.file("llm"), { usableOnly: this.opened?.useless === true });
      for (const row of await readVisits(folder.path)) if (!tally.has(row.contender, row.session)) tally.add(row);
      const models = new TrialModels({
        record,
        models: host.models,
        control,
        baseFolder: dirname(record.base.experimentFile),
        storageFolder: storageFolder(host.workspaceFolder),
        folder: folder.path,
        paid,
        call: (row) => calls.append(row),
        notice: (message) => host.log?.("warn", message),
        attended: host.attended,
        useless: () => this.update({ useless: true }),
      });
      this.models = models;
      const words: WordsPlanner = (index, world, repeat) => models.planner(index, world, repeat);
      const stage = await openStage(record, this.base, words, {
        workspaceFolder: host.workspaceFolder,
        signal: control.signal,
        progress: (phase, fraction) => this.report(phase, fraction),
        log: (message) => host.log?.("info", message),
      });
      try {
        tally.plans = stage.plans;
        this.grid = gridOf(record, stage.world.dataset.categories, await readCells(folder.path));
        this.isComplete = true;
        return await use({ stage, models, paid });
      } finally {
        await stage.dispose();
      }
    } finally {
      await calls.close();
    }
  }

  /** Of everything to serve, 0..1. Visits that are decided early are all served. */
  private get share(): number {
    const { contenders, sessions, moments, repeats } = this.current;
    const cells = (moments?.moments.length ?? 0) * repeats * contenders.length;
    const visits = sessions * contenders.length;
    const served = this.tally.isDone ? visits : this.tally.n * contenders.length;
    return cells + visits === 0 ? 1 : ((this.grid?.planned ?? 0) + served) / (cells + visits);
  }

  private async rehearse({ stage, models }: Opened): Promise<TrialEstimate> {
    const { host, control, tally, grid } = this;
    const record = this.current;
    const paces = await modelPaces(await recordedCalls(host.workspaceFolder, record.base.run?.id));
    return estimateTrial({
      record,
      stage,
      dryPlanner: (index, world, repeat) => models.dryPlanner(index, world, repeat),
      has: (contender, session) => tally.isDone || tally.has(contender, session),
      hasCell: (cell) => grid?.has(cell) === true,
      pace: (model) => paces.get(model),
      signal: control.signal,
    });
  }

  /** Seconds left at the pace of this process; undefined before it has one. */
  private pace(): () => number | undefined {
    const began = performance.now();
    const from = this.share;
    return () => {
      const seconds = (performance.now() - began) / 1000;
      const { share } = this;
      return share > from ? (seconds / (share - from)) * (1 - share) : undefined;
    };
  }

  private report(phase: string, fraction: number, secondsLeft?: number): void {
    const { calls = 0, cost = 0 } = this.models?.spending ?? {};
    this.host.progress?.({
      id: this.folder.id,
      phase,
      fraction,
      n: this.tally.n,
      sessions: this.current.sessions,
      ...(secondsLeft !== undefined && { secondsLeft }),
      calls,
      cost,
    });
  }

  private pauseChanged(reason: string | undefined): void {
    const { state } = this.current;
    if (state !== "running" && state !== "paused") return;
    if (reason !== undefined) this.host.log?.("warn", reason);
    this.update({ state: reason === undefined ? "running" : "paused", reason });
  }

  private end(state: "done" | "stopped" | "interrupted" | "failed", reason?: string): void {
    const isKnown = this.isComplete || !this.current.result;
    this.update({
      state,
      reason,
      endedAt: this.host.now().toISOString(),
      ...(state === "done" && { useless: undefined }),
      activeSeconds: this.current.activeSeconds + (performance.now() - this.began) / 1000,
      ...(isKnown && (this.tally.n > 0 || this.grid?.planned) && { result: this.result(true) }),
    });
  }

  private update(changes: { readonly [K in keyof TrialRecord]?: TrialRecord[K] | undefined }): void {
    this.document.update((record) => {
      const changed = Object.entries({ ...record, ...changes }).filter(([, value]) => value !== undefined);
      return Object.fromEntries(changed) as TrialRecord;
    });
    this.host.record?.(this.current);
  }
}

interface Opened {
  readonly stage: Stage;
  readonly models: TrialModels;
  readonly paid: PaidAnswers;
}

/** What was paid for, and what came of it, is on disk before anything is made of it. */
function keep<Row>(writer: JsonLinesWriter<Row>, row: Row): void {
  writer.append(row);
  writer.flush();
}

const warner = (host: TrialHost) => (warning: Error) => host.log?.("warn", warning.message);
