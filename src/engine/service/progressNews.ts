/** Tells how far runs are: the newest, at most every 250 ms for each run. Training tells it step by step. */
import type { RunProgress } from "../../protocol/engine.ts";
import type { RunId } from "../../protocol/run.ts";

const INTERVAL_MS = 250;

interface Teller {
  timer: NodeJS.Timeout;
  newest: RunProgress | undefined;
}

export class ProgressNews {
  private readonly tellers = new Map<RunId, Teller>();

  constructor(private readonly send: (progress: RunProgress) => void) {}

  take(progress: RunProgress): void {
    const teller = this.tellers.get(progress.runId);
    if (teller) teller.newest = progress;
    else this.tell(progress);
  }

  /** The run has ended: what waits is told at once. */
  flush(runId: RunId): void {
    const teller = this.tellers.get(runId);
    if (!teller) return;
    clearTimeout(teller.timer);
    this.tellers.delete(runId);
    if (teller.newest) this.send(teller.newest);
  }

  private tell(progress: RunProgress): void {
    const { runId } = progress;
    this.send(progress);
    const timer = setTimeout(() => {
      const newest = this.tellers.get(runId)?.newest;
      this.tellers.delete(runId);
      if (newest) this.tell(newest);
    }, INTERVAL_MS);
    this.tellers.set(runId, { timer, newest: undefined });
  }
}
