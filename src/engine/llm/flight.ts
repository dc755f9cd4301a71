import { abortable } from "./waiting.ts";

/** One call that several callers share. It is aborted only when all of them have gone. */
export class Flight<T> {
  private callers = 0;
  private readonly controller = new AbortController();
  private readonly outcome: Promise<T>;

  /** @param landed called, perhaps twice, when nobody can join any more */
  constructor(
    call: (signal: AbortSignal) => Promise<T>,
    private readonly landed: () => void,
  ) {
    this.outcome = call(this.controller.signal).finally(landed);
  }

  /** The call's outcome, or the caller's own abort, at once. */
  async join(signal: AbortSignal): Promise<T> {
    this.callers++;
    try {
      return await abortable(this.outcome, signal);
    } finally {
      this.callers--;
      if (this.callers === 0) {
        this.landed();
        this.controller.abort(signal.reason);
      }
    }
  }
}
