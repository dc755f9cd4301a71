/**
 * The trials this window knows, with how far they are, kept up to date by the engine's notifications. Nobody asks for
 * them before somebody looks at them.
 */
import { type Disposable, type Event, EventEmitter, type LogOutputChannel } from "vscode";
import { isActive } from "../../protocol/run/states.ts";
import type { TrialProgress, TrialSummary } from "../../protocol/trial/summary.ts";
import { DisposableStore } from "../platform/disposables.ts";
import type { EngineClient } from "./engineClient.ts";
import { OwnedList } from "./ownedList.ts";

export class TrialStore implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly list: OwnedList<TrialSummary>;
  private readonly progressOf = new Map<string, TrialProgress>();

  private readonly changed = this.owned.add(new EventEmitter<string | undefined>());
  private readonly progressed = this.owned.add(new EventEmitter<TrialProgress>());

  /** A trial changed; undefined: the list did. */
  readonly onDidChange: Event<string | undefined> = this.changed.event;
  readonly onDidProgress: Event<TrialProgress> = this.progressed.event;

  constructor(engine: Pick<EngineClient, "request" | "on" | "onDidDie" | "onDidChangeState">, log: LogOutputChannel) {
    this.list = this.owned.add(
      new OwnedList({
        list: () => engine.request("trials/list", {}),
        listed: () => this.changed.fire(undefined),
        merge: withResult,
        warn: (message) => log.warn(message),
      }),
    );
    this.owned.addAll(
      engine.on("trial/changed", (trial) => this.take(trial)),
      engine.on("trial/progress", (progress) => this.takeProgress(progress)),
      engine.onDidDie(() => this.engineDied()),
      engine.onDidChangeState(({ state }) => state === "ready" && this.list.engineIsBack()),
    );
  }

  /** All trials known, newest first. */
  get all(): readonly TrialSummary[] {
    return this.list.all;
  }

  /** Those of an experiment, newest first. */
  of(experimentFile: string): readonly TrialSummary[] {
    return this.all.filter(({ base }) => base.experimentFile === experimentFile);
  }

  get(id: string): TrialSummary | undefined {
    return this.list.items.get(id);
  }

  progress(id: string): TrialProgress | undefined {
    return this.progressOf.get(id);
  }

  /** Trials that have not ended and belong to this window, newest first. */
  get active(): readonly TrialSummary[] {
    return this.list.active;
  }

  isMine(id: string): boolean {
    return this.list.mine.has(id);
  }

  /** Lists the workspace's trials once; `refresh` asks again. */
  load(): Promise<void> {
    return this.list.load();
  }

  refresh(): Promise<void> {
    return this.list.refresh();
  }

  /** Takes what a request answered with: the trial is this window's from now on when it is active. */
  adopt(trial: TrialSummary): TrialSummary {
    const known = this.get(trial.id);
    // One that is known to go on has been told of since the answer was given.
    if (!known || !isActive(known.state)) this.take(trial);
    return trial;
  }

  /** A trial whose folder was removed. */
  forget(id: string): void {
    this.drop(id);
    this.list.items.delete(id);
    this.changed.fire(undefined);
  }

  dispose(): void {
    this.owned.dispose();
  }

  private take(trial: TrialSummary): void {
    const known = this.get(trial.id);
    this.list.items.set(trial.id, withResult(trial, known));
    if (isActive(trial.state)) this.list.mine.add(trial.id);
    else this.drop(trial.id);
    this.changed.fire(known ? trial.id : undefined);
  }

  private takeProgress(progress: TrialProgress): void {
    this.progressOf.set(progress.id, progress);
    this.progressed.fire(progress);
  }

  private drop(id: string): void {
    this.progressOf.delete(id);
    this.list.mine.delete(id);
  }

  /** What it served stands in the trials' folders, and nothing of it is lost. */
  private engineDied(): void {
    const lost = this.list.interrupt((id) => this.drop(id));
    if (lost.length > 0) this.changed.fire(undefined);
  }
}

/** While a trial goes on, its record is told without what is known so far. */
function withResult(trial: TrialSummary, known: TrialSummary | undefined): TrialSummary {
  if (trial.result || !known?.result || !isActive(trial.state)) return trial;
  return { ...trial, result: known.result };
}
