const MINUTE = 60_000;

export interface Spent {
  readonly at: number;
  amount: number;
}

/** At most `limit` units in any minute, as servers count them: a window that slides, not a bucket that may burst. */
export class RateWindow {
  private readonly spent: Spent[] = [];

  /** @param limit units per minute; 0: no limit */
  constructor(public limit: number) {}

  /**
   * Milliseconds until `amount` fits beside what was spent in the last minute. More than the whole limit fits into an
   * empty window: it could never be sent otherwise.
   */
  wait(amount: number, now: number): number {
    while (this.spent[0] && this.spent[0].at + MINUTE <= now) this.spent.shift();
    if (this.limit === 0) return 0;
    let inside = this.spent.reduce((sum, entry) => sum + entry.amount, 0);
    let wait = 0;
    for (const { at, amount: spent } of this.spent) {
      if (inside + amount <= this.limit) break;
      inside -= spent;
      wait = at + MINUTE - now;
    }
    return wait;
  }

  /** The entry's amount may be corrected once it is known. */
  spend(amount: number, now: number): Spent {
    const entry = { at: now, amount };
    this.spent.push(entry);
    return entry;
  }
}
