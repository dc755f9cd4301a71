/** The reflection pools of runs as they are now, read anew when they change, and changed by a person. */
import { isDeepStrictEqual } from "node:util";
import { type Disposable, type Event, EventEmitter, type LogOutputChannel } from "vscode";
import type { PooledReflection, ReflectionChange } from "../../protocol/engine.ts";
import { isActive } from "../../protocol/run/states.ts";
import type { RunId } from "../../protocol/run.ts";
import type { EngineClient } from "../engine/engineClient.ts";
import type { RunStore } from "../engine/runStore.ts";
import { DisposableStore } from "../platform/disposables.ts";
import { messageOf } from "../platform/errors.ts";

/** The first change after a rest is shown this soon, with what comes along with it. */
const COALESCE_MS = 300;
/**
 * Changes come with every iteration of a run. Rows that are being read anew take no clicks, and a list that moves cannot
 * be read, so the pool of an active run is at rest for this long at least.
 */
const REST_MS = 5000;

export class ReflectionPools implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly known = new Map<RunId, Promise<readonly PooledReflection[]>>();
  private readonly timers = new Map<RunId, NodeJS.Timeout>();
  /** When each pool was last read anew; milliseconds of the process's clock. */
  private readonly readAt = new Map<RunId, number>();
  private readonly changed = this.owned.add(new EventEmitter<RunId>());

  /** A pool that was asked for is another now. */
  readonly onDidChange: Event<RunId> = this.changed.event;

  constructor(
    private readonly engine: Pick<EngineClient, "request">,
    private readonly runs: Pick<RunStore, "get" | "onDidChange" | "onDidChangeReflections">,
    private readonly log: Pick<LogOutputChannel, "warn">,
  ) {
    this.owned.addAll(
      runs.onDidChangeReflections((runId) => this.refreshSoon(runId)),
      runs.onDidChange(() => this.refreshEnded()),
    );
  }

  /** Oldest first. A failure is not kept. */
  of(runId: RunId): Promise<readonly PooledReflection[]> {
    const known = this.known.get(runId);
    if (known) return known;
    const listed = this.engine.request("reflections/list", { runId });
    this.known.set(runId, listed);
    listed.catch(() => {
      if (this.known.get(runId) === listed) this.known.delete(runId);
    });
    return listed;
  }

  async find(runId: RunId, id: string): Promise<PooledReflection | undefined> {
    return (await this.of(runId)).find((reflection) => reflection.id === id);
  }

  /** Asks the engine; the new pool is announced as soon as it is known. */
  async change(change: ReflectionChange): Promise<void> {
    await this.engine.request("reflections/change", change);
    await this.refresh(change.runId);
  }

  forget(runId: RunId): void {
    clearTimeout(this.timers.get(runId));
    this.timers.delete(runId);
    this.readAt.delete(runId);
    this.known.delete(runId);
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    this.owned.dispose();
  }

  private refreshSoon(runId: RunId): void {
    if (this.timers.has(runId)) return;
    const readAt = this.isActive(runId) ? this.readAt.get(runId) : undefined;
    const rest = readAt === undefined ? 0 : readAt + REST_MS - performance.now();
    this.timers.set(
      runId,
      setTimeout(() => this.refreshNow(runId), Math.max(COALESCE_MS, rest)),
    );
  }

  /** Nothing moves the rows of a run that has ended any more: what its last sessions taught is shown with its end. */
  private refreshEnded(): void {
    for (const runId of [...this.timers.keys()]) if (!this.isActive(runId)) this.refreshNow(runId);
  }

  private isActive(runId: RunId): boolean {
    const run = this.runs.get(runId);
    return run !== undefined && isActive(run.state);
  }

  private refreshNow(runId: RunId): void {
    clearTimeout(this.timers.get(runId));
    this.timers.delete(runId);
    this.refresh(runId).catch((error: unknown) => this.log.warn(`Reflections of ${runId}: ${messageOf(error)}`));
  }

  /** The old pool stays in use until the new one is there. */
  private async refresh(runId: RunId): Promise<void> {
    const before = await this.known.get(runId)?.catch(() => undefined);
    const listed = await this.engine.request("reflections/list", { runId });
    this.readAt.set(runId, performance.now());
    this.known.set(runId, Promise.resolve(listed));
    // Drawing the view anew takes what a person folds in that moment with it.
    if (!isDeepStrictEqual(before, listed)) this.changed.fire(runId);
  }
}
