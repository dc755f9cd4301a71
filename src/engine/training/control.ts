/** Pausing, resuming and stopping a run. The loop asks `proceed` before every environment step. */

/** Thrown out of the loop by `stop`: the run ends in good order, with a checkpoint. */
export class StopSignal extends Error {
  override readonly name = "StopSignal";

  constructor(readonly kind: "stopped" | "interrupted") {
    super(kind === "stopped" ? "The run was stopped." : "The run was interrupted.");
  }
}

export interface PauseState {
  /** For a person: who or what paused it, and what makes it go on. */
  readonly reason: string;
}

export class RunControl {
  private readonly abort = new AbortController();
  private paused: PauseState | undefined;
  private readonly waiting = new Set<() => void>();

  /** @param changed hears every change between running and paused */
  constructor(private readonly changed: (paused: PauseState | undefined) => void) {}

  /** Aborts every wait of the run when it is stopped. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  get pauseState(): PauseState | undefined {
    return this.paused;
  }

  pause(reason: string): void {
    if (this.paused || this.signal.aborted) return;
    this.paused = { reason };
    this.changed(this.paused);
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = undefined;
    this.changed(undefined);
    this.wakeAll();
  }

  stop(kind: StopSignal["kind"]): void {
    this.abort.abort(new StopSignal(kind));
    this.wakeAll();
  }

  private wakeAll(): void {
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }

  /** Returns at once while running; waits while paused; throws the StopSignal once stopped. */
  async proceed(): Promise<void> {
    while (this.paused && !this.signal.aborted) {
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
    this.signal.throwIfAborted();
  }

  /**
   * Pauses for `reason` and waits until somebody resumes or `retryMs` have passed; a stop ends the wait. After a retry
   * the run still counts as paused: `resume` it when what was missing is there again.
   */
  async block(reason: string, retryMs?: number): Promise<void> {
    this.pause(reason);
    if (retryMs === undefined) return this.proceed();
    let timer: NodeJS.Timeout | undefined;
    const retry = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, retryMs);
    });
    await Promise.race([this.proceed(), retry]);
    clearTimeout(timer);
  }
}
