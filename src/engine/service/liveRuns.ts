/** The runs this process owns, and what is sent to the client about them. */
import type { EngineNotifications, RunProgress } from "../../protocol/engine.ts";
import { firstRow } from "../../protocol/run/rowCursor.ts";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import { messageOf } from "../errors.ts";
import type { ComingBack } from "../runs/comeback.ts";
import { Run } from "../runs/run.ts";
import type { RunHost, RunListener, RunStart } from "../runs/runHost.ts";
import { ProgressNews } from "./progressNews.ts";
import { RowBatches } from "./rowBatches.ts";
import type { RunReader } from "./runReader.ts";

export type Notify = <N extends keyof EngineNotifications>(name: N, params: EngineNotifications[N]) => void;

export class LiveRuns {
  private readonly runs = new Map<RunId, Run>();
  private readonly feeds = new Map<RunId, RowBatches>();
  private readonly progress: ProgressNews<RunProgress>;

  constructor(
    private readonly host: Omit<RunHost, "listener" | "models">,
    private readonly reader: RunReader,
    private readonly notify: Notify,
  ) {
    this.progress = new ProgressNews(
      ({ runId }) => runId,
      (progress) => notify("run/progress", progress),
    );
  }

  get(runId: RunId): Run | undefined {
    return this.runs.get(runId);
  }

  /** Begins a new run; returns as soon as its folder stands. */
  async start(start: RunStart, models: RunHost["models"]): Promise<RunRecord> {
    const run = await Run.create(start, { ...this.host, models, listener: this.listener() });
    this.feeds.set(run.id, this.feedFrom(run.id, firstRow));
    return this.execute(run);
  }

  /** Goes on with a run from its checkpoint. */
  async reopen(runId: RunId, models: RunHost["models"], how: ComingBack): Promise<RunRecord> {
    const host = { ...this.host, models, listener: this.listener() };
    const run = await Run.reopen(this.reader.folder(runId), host, how);
    try {
      this.feeds.set(run.id, this.feedFrom(run.id, await this.reader.end(runId)));
    } catch (error) {
      // Nobody could follow it: it ends at once, and gives its folder back.
      run.control.stop("interrupted");
      await run.execute();
      throw error;
    }
    return this.execute(run);
  }

  /** Stops all runs with a checkpoint, and waits for them. */
  async stopAll(): Promise<void> {
    const running = [...this.runs.values()];
    for (const run of running) run.control.stop("interrupted");
    await Promise.allSettled(running.map((run) => run.execute()));
  }

  private execute(run: Run): RunRecord {
    this.runs.set(run.id, run);
    run
      .execute()
      .catch((error: unknown) =>
        this.notify("engine/log", { level: "error", message: `Run ${run.id}: ${messageOf(error)}` }),
      )
      .finally(() => {
        this.feeds.get(run.id)?.flush();
        this.feeds.delete(run.id);
        this.progress.flush(run.id);
        this.runs.delete(run.id);
        this.notify("run/changed", run.current);
        this.notify("reflections/changed", { runId: run.id });
      });
    return run.current;
  }

  private feedFrom(runId: RunId, cursor: ConstructorParameters<typeof RowBatches>[1]): RowBatches {
    return new RowBatches(runId, cursor, (batch) => this.notify("run/appended", batch));
  }

  private listener(): RunListener {
    return {
      record: (record) => this.notify("run/changed", record),
      row: (runId, kind, row) => this.feeds.get(runId)?.take(kind, row),
      progress: (progress) => this.progress.take(progress),
      reflections: (runId) => this.notify("reflections/changed", { runId }),
      log: (level, message) => this.notify("engine/log", { level, message }),
    };
  }
}
