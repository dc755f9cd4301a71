/** Counts the reflections that arrived while nobody looked. */
import type { RunId } from "../../protocol/run.ts";

export class Unseen {
  private readonly seen = new Map<RunId, ReadonlySet<string>>();
  private readonly present = new Map<RunId, readonly string[]>();

  /**
   * @param looked whether the view is being looked at
   * @param recent whether the run goes on, or this window has run it; the pool of another, when first read, holds nothing new
   */
  take(runId: RunId, ids: readonly string[], looked: boolean, recent: boolean): void {
    const isOld = !recent && !this.present.has(runId);
    this.present.set(runId, ids);
    if (looked || isOld) this.seen.set(runId, new Set(ids));
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
