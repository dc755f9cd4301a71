/** Counts the reflections that arrived while nobody looked. */
import type { RunId } from "../../protocol/run.ts";

export class Unseen {
  private readonly seen = new Map<RunId, ReadonlySet<string>>();
  private readonly present = new Map<RunId, readonly string[]>();

  /** @param watched whether the pool is being looked at, or is none that grows */
  take(runId: RunId, ids: readonly string[], watched: boolean): void {
    this.present.set(runId, ids);
    if (watched) this.seen.set(runId, new Set(ids));
  }

  seeAll(): void {
    for (const [runId, ids] of this.present) this.seen.set(runId, new Set(ids));
  }

  /** What left the pool meanwhile does not count. */
  get count(): number {
    let count = 0;
    for (const [runId, ids] of this.present) {
      const seen = this.seen.get(runId);
      count += ids.filter((id) => !seen?.has(id)).length;
    }
    return count;
  }
}
