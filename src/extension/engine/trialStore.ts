/**
 * The trials this window knows, with how far they are, kept up to date by the engine's notifications. Nobody asks for
 * them before somebody looks at them.
 */
import { type Disposable, type Event, EventEmitter, type LogOutputChannel } from "vscode";
import { isActive } from "../../protocol/run/states.ts";
import type { TrialProgress, TrialSummary } from "../../protocol/trial/summary.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { messageOf } from "../platform/errors.ts";
import type { EngineClient } from "./engineClient.ts";

/** How often trials of other processes (the command line) are looked at. */
const FOREIGN_POLL_MS = 2000;

export class TrialStore implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly trials = new Map<string, TrialSummary>();
  private readonly progressOf = new Map<string, TrialProgress>();
  /** Trials this window's engine works on, or has ended; others that are active belong to other processes. */
  private readonly mine = new Set<string>();
  private loaded: Promise<void> | undefined;
  private foreignTimer: NodeJS.Timeout | undefined;

  private readonly changed = this.owned.add(new EventEmitter<string | undefined>());
  private readonly progressed = this.owned.add(new EventEmitter<TrialProgress>());

  /** A trial changed; undefined: the list did. */
  readonly onDidChange: Event<string | undefined> = this.changed.event;
  readonly onDidProgress: Event<TrialProgress> = this.progressed.event;

  constructor(
    private readonly engine: Pick<EngineClient, "request" | "on" | "onDidDie" | "onDidChangeState">,
    private readonly log: LogOutputChannel,
  ) {
    this.owned.addAll(
      engine.on("trial/changed", (trial) => this.take(trial)),
      engine.on("trial/progress", (progress) => this.takeProgress(progress)),
      engine.onDidDie(() => this.engineDied()),
      engine.onDidChangeState(({ state }) => state === "ready" && this.engineIsBack()),
    );
  }

  /** All trials known, newest first. */
  get all(): readonly TrialSummary[] {
    return [...this.trials.values()].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  }

  /** Those of an experiment, newest first. */
  of(experimentFile: string): readonly TrialSummary[] {
    return this.all.filter(({ base }) => base.experimentFile === experimentFile);
  }

  get(id: string): TrialSummary | undefined {
    return this.trials.get(id);
  }

  progress(id: string): TrialProgress | undefined {
    return this.progressOf.get(id);
  }

  /** Trials that have not ended and belong to this window, newest first. */
  get active(): readonly TrialSummary[] {
    return this.all.filter(({ id, state }) => this.mine.has(id) && isActive(state));
  }

  isMine(id: string): boolean {
    return this.mine.has(id);
  }

  /** Lists the workspace's trials once; `refresh` asks again. */
  load(): Promise<void> {
    this.loaded ??= this.refresh().catch((error: unknown) => {
      this.loaded = undefined;
      throw error;
    });
    return this.loaded;
  }

  async refresh(): Promise<void> {
    const before = new Map(this.trials);
    const listed = await this.engine.request("trials/list", {});
    // What was told while the list was being made is newer than it.
    const told = [...this.trials.values()].filter((trial) => before.get(trial.id) !== trial);
    this.trials.clear();
    for (const trial of listed) this.trials.set(trial.id, withResult(trial, before.get(trial.id)));
    for (const trial of told) this.trials.set(trial.id, trial);
    this.changed.fire(undefined);
    this.watchForeign();
  }

  /** Takes what a request answered with: the trial is this window's from now on when it is active. */
  adopt(trial: TrialSummary): TrialSummary {
    const known = this.trials.get(trial.id);
    // One that is known to go on has been told of since the answer was given.
    if (!known || !isActive(known.state)) this.take(trial);
    return trial;
  }

  /** A trial whose folder was removed. */
  forget(id: string): void {
    this.drop(id);
    this.trials.delete(id);
    this.changed.fire(undefined);
  }

  dispose(): void {
    clearTimeout(this.foreignTimer);
    this.owned.dispose();
  }

  private take(trial: TrialSummary): void {
    const known = this.trials.get(trial.id);
    this.trials.set(trial.id, withResult(trial, known));
    if (isActive(trial.state)) this.mine.add(trial.id);
    else this.drop(trial.id);
    this.changed.fire(known ? trial.id : undefined);
  }

  private takeProgress(progress: TrialProgress): void {
    this.progressOf.set(progress.id, progress);
    this.progressed.fire(progress);
  }

  private drop(id: string): void {
    this.progressOf.delete(id);
    this.mine.delete(id);
  }

  /** What it served stands in the trials' folders, and nothing of it is lost. */
  private engineDied(): void {
    this.loaded = undefined;
    const lost = this.active.map((trial): TrialSummary => ({ ...trial, state: "interrupted" }));
    for (const trial of lost) {
      this.drop(trial.id);
      this.trials.set(trial.id, trial);
    }
    if (lost.length > 0) this.changed.fire(undefined);
  }

  private engineIsBack(): void {
    if (this.loaded || this.trials.size === 0) return;
    this.load().catch((error: unknown) => this.log.warn(messageOf(error)));
  }

  private watchForeign(): void {
    clearTimeout(this.foreignTimer);
    if (!this.all.some(({ id, state }) => isActive(state) && !this.mine.has(id))) return;
    this.foreignTimer = setTimeout(() => {
      this.refresh().catch((error: unknown) => {
        this.log.warn(messageOf(error));
        this.watchForeign();
      });
    }, FOREIGN_POLL_MS);
  }
}

/** While a trial goes on, its record is told without what is known so far. */
function withResult(trial: TrialSummary, known: TrialSummary | undefined): TrialSummary {
  if (trial.result || !known?.result || !isActive(trial.state)) return trial;
  return { ...trial, result: known.result };
}
