/** Pausing, resuming and stopping a run. The loop asks `proceed` before every environment step. */

/**
 * - `stopped`: by hand
 * - `interrupted`: by a signal, or by a budget that is used up
 * - `unusable`: by a model whose replies are of no use
 */
export type StopKind = "stopped" | "interrupted" | "unusable";

/** Thrown out of the loop by `stop`: the run ends in good order, with a checkpoint. */
export class StopSignal extends Error {
  override readonly name = "StopSignal";

  /** @param reason for a person: why a run stopped that nobody stopped by hand */
  constructor(
    readonly kind: StopKind,
    readonly reason?: string,
  ) {
    super(reason ?? (kind === "stopped" ? "The run was stopped." : "The run was interrupted."));
  }
}

export interface PauseState {
  /** For a person: who or what paused it, and what makes it go on. */
  readonly reason: string;
}

/** Whoever paused by hand, beside the names of what else can hold a run back. */
const HAND = "hand";

export class RunControl {
  private readonly abort = new AbortController();
  /** Reasons to wait, by who gave them; the newest is the one shown. */
  private readonly holding = new Map<string, PauseState>();
  private shown: PauseState | undefined;
  private readonly waiting = new Set<() => void>();

  /** @param changed hears every change between running and paused, and of the reason */
  constructor(private readonly changed: (paused: PauseState | undefined) => void) {}

  /** Aborts every wait of the run when it is stopped. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  pause(reason: string): void {
    this.hold(HAND, reason);
  }

  /** Goes on, whoever paused; what is still missing will pause the run again. */
  resume(): void {
    this.holding.clear();
    this.tell();
  }

  stop(kind: StopSignal["kind"], reason?: string): void {
    this.abort.abort(new StopSignal(kind, reason));
    this.wakeAll();
  }

  /** Returns at once while running; waits while paused; throws the StopSignal once stopped. */
  async proceed(): Promise<void> {
    while (this.holding.size > 0 && !this.signal.aborted) await this.woken();
    this.signal.throwIfAborted();
  }

  /**
   * Pauses on behalf of `who` and waits until that is released, somebody resumes, or `retryMs` have passed; a stop ends
   * the wait. After a retry the run still counts as paused: `release` it when what was missing is there again. A run
   * that was paused by hand besides waits for that hand.
   */
  async block(who: string, reason: string, retryMs?: number): Promise<void> {
    this.hold(who, reason);
    let due = false;
    const timer =
      retryMs === undefined
        ? undefined
        : setTimeout(() => {
            due = true;
            this.wakeAll();
          }, retryMs);
    const held = (): boolean => this.holding.has(HAND) || (this.holding.has(who) && !due);
    while (held() && !this.signal.aborted) await this.woken();
    clearTimeout(timer);
    this.signal.throwIfAborted();
  }

  /** What held the run back on behalf of `who` is over. */
  release(who: string): void {
    if (this.holding.delete(who)) this.tell();
  }

  private hold(who: string, reason: string): void {
    if (this.signal.aborted || this.holding.get(who)?.reason === reason) return;
    // Anew at the end: what went wrong last is what a person must know.
    this.holding.delete(who);
    this.holding.set(who, { reason });
    this.tell();
  }

  private tell(): void {
    const newest = [...this.holding.values()].at(-1);
    if (newest !== this.shown) {
      this.shown = newest;
      this.changed(newest);
    }
    this.wakeAll();
  }

  private woken(): Promise<void> {
    return new Promise((resolve) => this.waiting.add(resolve));
  }

  private wakeAll(): void {
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }
}
