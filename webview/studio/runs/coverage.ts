/** What a page holds of the iterations before a run's newest rows: nothing, a sample, or all. */

/** Iterations: `from` <= iteration < `to`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

interface Held extends Stretch {
  /** All of its rows, not a sample of them. */
  readonly whole: boolean;
}

/** A sample serves for a part of its range down to this share; of a smaller one more is asked for. */
const SAMPLE_SERVES = 0.5;

export class Coverage {
  private held: readonly Held[] = [];

  /** @param end the first iteration of the newest rows; 0: all rows are held */
  constructor(readonly end: number) {}

  /** Whether rows are drawn as a sample, or not at all. */
  get isPartial(): boolean {
    return this.end > 0 && !this.serves({ from: 0, to: this.end, whole: true });
  }

  /** What to ask for when these iterations are seen; undefined: what is held serves. */
  missing({ from, to }: Stretch): Stretch | undefined {
    const seen = { from: Math.max(0, Math.floor(from)), to: Math.min(this.end, Math.ceil(to)) };
    return seen.from >= seen.to || this.serves({ ...seen, whole: false }) ? undefined : seen;
  }

  add(held: Held): void {
    // What lies within was drawn over.
    this.held = [...this.held.filter(({ from, to }) => from < held.from || to > held.to), held];
  }

  private serves({ from, to, whole }: Held): boolean {
    return this.held.some(
      (held) =>
        held.from <= from &&
        held.to >= to &&
        (held.whole || (!whole && to - from >= SAMPLE_SERVES * (held.to - held.from))),
    );
  }
}
