/** Keeps a run's record: its state, its clock, its prompts and its scores; tells of every change and of the progress. */
import type { RunProgress } from "../../protocol/engine.ts";
import type { PromptRole } from "../../protocol/promptRole.ts";
import type { ModelActivity } from "../../protocol/run/progress.ts";
import type { RunRecord, RunState } from "../../protocol/run.ts";
import type { Spending } from "../llm/budget.ts";
import type { PromptInForce } from "../serving/promptsInForce.ts";
import type { JsonDocument } from "../store/jsonDocument.ts";
import { type Beginning, PhasePace, TRAINING, trainingProgress } from "./progress.ts";

/** What the models of a run have cost, and are doing; absent where none is asked. */
export interface ModelWork {
  readonly spending: Pick<Spending, "calls" | "cost">;
  readonly models?: ModelActivity | undefined;
}

export interface RecordKeeperOptions {
  readonly document: JsonDocument<RunRecord>;
  /** Milliseconds that only grow: the time of day may be set back while a run goes on. The process's own by default. */
  readonly clock?: () => number;
  readonly now: () => Date;
  readonly changed: ((record: RunRecord) => void) | undefined;
  readonly progress: ((progress: RunProgress) => void) | undefined;
}

export class RecordKeeper {
  /** Milliseconds; undefined while the run rests. */
  private activeSince: number | undefined;
  /** Where this process took the run up. */
  private began: Beginning = { iteration: 0, seconds: 0 };
  /** How far training has come in this process. */
  private reached: { readonly iteration: number; readonly share: number } | undefined;
  private trained: RunProgress | undefined;
  private phase = TRAINING;
  private readonly pace = new PhasePace();

  private readonly clock: () => number;

  constructor(private readonly options: RecordKeeperOptions) {
    this.clock = options.clock ?? (() => performance.now());
  }

  get current(): RunRecord {
    return { ...this.options.document.data, activeSeconds: this.activeSeconds() };
  }

  get state(): RunState {
    return this.options.document.data.state;
  }

  /** @param iteration the last one that is complete */
  begin(iteration: number): void {
    this.activeSince = this.clock();
    this.began = { iteration, seconds: this.activeSeconds() };
    this.update({ state: "running", reason: undefined, endedAt: undefined });
  }

  /** @param reason why the run pauses; undefined: it goes on */
  turn(reason: string | undefined): void {
    const activeSeconds = this.activeSeconds();
    this.activeSince = reason === undefined ? this.clock() : undefined;
    this.update({ state: reason === undefined ? "running" : "paused", reason, activeSeconds });
  }

  end(state: RunState, reason: string | undefined): void {
    const activeSeconds = this.activeSeconds();
    this.activeSince = undefined;
    this.update({ state, activeSeconds, endedAt: this.options.now().toISOString(), reason });
  }

  update(changes: { readonly [K in keyof RunRecord]?: RunRecord[K] | undefined }): void {
    this.options.document.update((record) => {
      const changed = { ...record, ...changes };
      // An absent reason must be absent, not undefined: the record is checked when it is written.
      return Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined)) as RunRecord;
    });
    this.options.changed?.(this.current);
  }

  /** Keeps the text of a prompt that is in force from iteration `since` on, unless it is the one that was. */
  notePrompt(role: PromptRole, { file, text, hash }: PromptInForce, since: number): void {
    const { prompts } = this.options.document.data;
    const versions = prompts.filter((version) => version.role === role);
    const isKnown = since === 0 && versions.some((version) => version.hash === hash);
    if (isKnown || versions.findLast((version) => version.since <= since)?.hash === hash) return;
    this.update({ prompts: [...prompts, { role, hash, file, text, since }] });
  }

  /**
   * What goes on beside training. Once that has begun, how far it has come stands beside the words.
   * @param fraction of the phase that is done, 0..1
   */
  reportPhase(phase: string, fraction: number): void {
    this.phase = phase;
    const { id: runId, iteration, iterations } = this.options.document.data;
    const secondsLeft = this.pace.secondsLeft(phase, fraction, this.clock() / 1000);
    this.options.progress?.({
      runId,
      fraction,
      iteration,
      iterations,
      calls: 0,
      cost: 0,
      // Once training goes on, how long that takes stands there.
      ...(secondsLeft !== undefined && { secondsLeft }),
      ...this.trained,
      phase,
    });
  }

  /** @param share of iteration `iteration` that is done, 0..1 */
  reportIteration(iteration: number, share: number, work: ModelWork): void {
    this.phase = TRAINING;
    this.reached = { iteration, share };
    this.reportAgain(work);
  }

  /** The same again: the models' numbers go on while nothing else does. */
  reportAgain({ spending, models }: ModelWork): void {
    if (!this.reached) return;
    const { iteration, share } = this.reached;
    const progress = trainingProgress(this.current, this.began, iteration, share, spending);
    this.trained = { ...progress, ...(models && { models }) };
    this.options.progress?.({ ...this.trained, phase: this.phase });
  }

  /** Waits until the record has reached the disk. */
  flush(): Promise<void> {
    return this.options.document.flush();
  }

  private activeSeconds(): number {
    const { activeSeconds } = this.options.document.data;
    return this.activeSince === undefined ? activeSeconds : activeSeconds + (this.clock() - this.activeSince) / 1000;
  }
}
