/**
 * The runs this window knows: records, progress and the newest rows, kept up to date by the engine's notifications.
 * Trees, status bar and Studio listen to it; nobody else keeps copies.
 */
import { type Disposable, type Event, EventEmitter, type LogOutputChannel } from "vscode";
import type {
  EngineNotifications,
  RangeQuery,
  RunCursor,
  RunProgress,
  RunRange,
  RunSlice,
  UnreadableRun,
} from "../../protocol/engine.ts";
import { beginOf, standingOf } from "../../protocol/run/rowCursor.ts";
import { isActive } from "../../protocol/run/states.ts";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { messageOf } from "../platform/errors.ts";
import type { EngineClient } from "./engineClient.ts";
import { OwnedList } from "./ownedList.ts";
import { RunWindow } from "./runWindow.ts";

/** After rows that are missing could not be read: batches come ten times a second, the next attempt after this. */
const GAP_REST_MS = 5000;

export class RunStore implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly list: OwnedList<RunRecord>;
  private notReadable: readonly UnreadableRun[] = [];
  private readonly progressOf = new Map<RunId, RunProgress>();
  private readonly windows = new Map<RunId, RunWindow>();
  private readonly sequences = new Map<RunId, number>();
  /** Rows of a run are taken one batch after the other, also while a gap is being filled. */
  private readonly taking = new Map<RunId, Promise<void>>();
  /** Runs whose missing rows could not be read, and until when they are left alone. */
  private readonly resting = new Map<RunId, number>();

  private readonly changed = this.owned.add(new EventEmitter<RunId | undefined>());
  private readonly progressed = this.owned.add(new EventEmitter<RunProgress>());
  private readonly appended = this.owned.add(new EventEmitter<RunSlice>());
  private readonly reflected = this.owned.add(new EventEmitter<RunId>());
  private readonly interrupted = this.owned.add(new EventEmitter<readonly RunRecord[]>());

  /** A run's record changed; undefined: the list did. */
  readonly onDidChange: Event<RunId | undefined> = this.changed.event;
  readonly onDidProgress: Event<RunProgress> = this.progressed.event;
  /** New rows, without gaps: each slice begins where the last one ended, or earlier where a run went back to its checkpoint. */
  readonly onDidAppend: Event<RunSlice> = this.appended.event;
  readonly onDidChangeReflections: Event<RunId> = this.reflected.event;
  /** The engine died while these ran. */
  readonly onDidInterrupt: Event<readonly RunRecord[]> = this.interrupted.event;

  constructor(
    private readonly engine: EngineClient,
    private readonly log: LogOutputChannel,
  ) {
    this.list = this.owned.add(
      new OwnedList({
        list: async () => {
          const { runs, unreadable } = await engine.request("runs/list", {});
          this.notReadable = unreadable;
          return runs;
        },
        listed: () => this.changed.fire(undefined),
        warn: (message) => log.warn(message),
      }),
    );
    this.owned.addAll(
      engine.on("run/changed", (record) => this.takeRecord(record)),
      engine.on("run/progress", (progress) => this.takeProgress(progress)),
      engine.on("run/appended", (batch) => this.takeBatch(batch)),
      engine.on("reflections/changed", ({ runId }) => this.reflected.fire(runId)),
      engine.onDidDie(() => this.engineDied()),
      engine.onDidChangeState(({ state }) => state === "ready" && this.list.engineIsBack()),
    );
  }

  /** All runs known, newest first. */
  get all(): readonly RunRecord[] {
    return this.list.all;
  }

  /** Folders among the runs whose record cannot be read, and why; as they were listed last. */
  get unreadable(): readonly UnreadableRun[] {
    return this.notReadable;
  }

  get(runId: RunId): RunRecord | undefined {
    return this.list.items.get(runId);
  }

  progress(runId: RunId): RunProgress | undefined {
    return this.progressOf.get(runId);
  }

  /** Runs that have not ended and belong to this window, newest first. */
  get active(): readonly RunRecord[] {
    return this.list.active;
  }

  /** The run a window without a choice follows: the newest that is active, else the newest. */
  get current(): RunRecord | undefined {
    return this.active[0] ?? this.all[0];
  }

  isMine(runId: RunId): boolean {
    return this.list.mine.has(runId);
  }

  /** Lists the workspace's runs once; `refresh` asks again. */
  load(): Promise<void> {
    return this.list.load();
  }

  refresh(): Promise<void> {
    return this.list.refresh();
  }

  /** Takes a record that a request answered with: the run is this window's from now on when it is active. */
  adopt(record: RunRecord): RunRecord {
    this.takeRecord(record);
    return record;
  }

  /** A run whose folder was removed. */
  forget(runId: RunId): void {
    this.drop(runId);
    this.list.items.delete(runId);
    this.notReadable = this.notReadable.filter(({ id }) => id !== runId);
    this.changed.fire(undefined);
  }

  /** Rows of a run from a cursor on: from memory where it holds them, else read by the engine. */
  async slice(runId: RunId, cursor: RunCursor): Promise<RunSlice> {
    await this.taking.get(runId);
    return this.windows.get(runId)?.from(cursor) ?? this.engine.request("runs/slice", { runId, cursor });
  }

  /** Rows of earlier iterations than a slice begins with. */
  range(query: RangeQuery): Promise<RunRange> {
    return this.engine.request("runs/range", query);
  }

  dispose(): void {
    this.owned.dispose();
  }

  private takeRecord(record: RunRecord): void {
    const before = this.get(record.id)?.state;
    this.list.items.set(record.id, record);
    if (isActive(record.state)) this.list.mine.add(record.id);
    else this.progressOf.delete(record.id);
    this.changed.fire(before === undefined ? undefined : record.id);
    // No batch may come any more that would ask again.
    if (before !== record.state && this.resting.delete(record.id)) this.take(record.id, () => this.fillGap(record.id));
  }

  private takeProgress(progress: RunProgress): void {
    this.progressOf.set(progress.runId, progress);
    this.progressed.fire(progress);
  }

  private takeBatch(batch: EngineNotifications["run/appended"]): void {
    this.take(batch.runId, () => this.append(batch));
  }

  private take(runId: RunId, work: () => Promise<void>): void {
    const before = this.taking.get(runId) ?? Promise.resolve();
    const taken = before.then(work).catch((error: unknown) => this.log.error(`Rows of ${runId}: ${messageOf(error)}`));
    this.taking.set(runId, taken);
  }

  private async append({ sequence, ...batch }: EngineNotifications["run/appended"]): Promise<void> {
    const { runId } = batch;
    const expected = (this.sequences.get(runId) ?? -1) + 1;
    this.sequences.set(runId, sequence);
    const window = this.windowFor(batch, sequence);
    const standing = sequence === expected ? standingOf(window.cursor, batch) : undefined;
    if (sequence === 0 || standing === "next") {
      window.append(batch);
      this.appended.fire(batch);
      return;
    }
    // Read while a gap was filled.
    if (standing === "held") return;
    if ((this.resting.get(runId) ?? 0) > performance.now()) return;
    this.log.debug(`Rows of ${runId}: batch ${sequence} instead of ${expected}; reading what is missing.`);
    await this.fillGap(runId);
  }

  private async fillGap(runId: RunId): Promise<void> {
    const window = this.windows.get(runId);
    if (!window) return;
    try {
      const missing = await this.engine.request("runs/slice", { runId, cursor: window.cursor });
      this.resting.delete(runId);
      window.append(missing);
      this.appended.fire(missing);
    } catch (error) {
      this.resting.set(runId, performance.now() + GAP_REST_MS);
      throw error;
    }
  }

  /** The first batch of a process opens a new window: before it lie rows of an earlier process, or none. */
  private windowFor(batch: RunSlice, sequence: number): RunWindow {
    const { runId } = batch;
    const known = this.windows.get(runId);
    if (known && sequence > 0) return known;
    const window = new RunWindow(runId, sequence === 0 ? beginOf(batch) : undefined);
    this.windows.set(runId, window);
    return window;
  }

  private drop(runId: RunId): void {
    this.windows.delete(runId);
    this.sequences.delete(runId);
    this.taking.delete(runId);
    this.resting.delete(runId);
    this.progressOf.delete(runId);
    this.list.mine.delete(runId);
  }

  /** What it ran stands in the run folders as of the last checkpoint. */
  private engineDied(): void {
    const lost = this.list.interrupt((id) => this.drop(id));
    if (lost.length === 0) return;
    this.changed.fire(undefined);
    this.interrupted.fire(lost);
  }
}
