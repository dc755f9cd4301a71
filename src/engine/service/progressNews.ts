/** Tells how far runs or trials are: the newest, at most every 250 ms for each. Their work tells it step by step. */
const INTERVAL_MS = 250;

interface Teller<Progress> {
  timer: NodeJS.Timeout;
  newest: Progress | undefined;
}

export class ProgressNews<Progress> {
  private readonly tellers = new Map<string, Teller<Progress>>();

  constructor(
    private readonly idOf: (progress: Progress) => string,
    private readonly send: (progress: Progress) => void,
  ) {}

  take(progress: Progress): void {
    const teller = this.tellers.get(this.idOf(progress));
    if (teller) teller.newest = progress;
    else this.tell(progress);
  }

  /** It has ended: what waits is told at once. */
  flush(id: string): void {
    const teller = this.tellers.get(id);
    if (!teller) return;
    clearTimeout(teller.timer);
    this.tellers.delete(id);
    if (teller.newest) this.send(teller.newest);
  }

  private tell(progress: Progress): void {
    const id = this.idOf(progress);
    this.send(progress);
    const timer = setTimeout(() => {
      const newest = this.tellers.get(id)?.newest;
      this.tellers.delete(id);
      if (newest) this.tell(newest);
    }, INTERVAL_MS);
    this.tellers.set(id, { timer, newest: undefined });
  }
}
