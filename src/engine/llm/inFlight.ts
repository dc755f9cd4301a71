/**
 * How many requests are in flight at once: as many as the server takes without keeping them waiting for too long, as TCP
 * finds out what a line carries. The first request goes alone; after it go a few together, and then the number grows with
 * every answer, as long as the longest silence of a call, taken to grow with it, stays well below the time-out. A failure
 * takes it back to one.
 */

/** Of the time-out that a call may spend in silence: growing stops at it. */
const SHARE_OF_TIMEOUT = 0.5;
/** Above this share there are too many already. */
const TOO_LONG_SHARE = 0.75;
/** Requests after the first answer: all of them may wait for one another without being too many. */
const SECOND_WAVE = 4;

export interface InFlightLimits {
  /** The experiment's and the provider's own. */
  readonly most: number;
  readonly timeoutMs: number;
}

export class InFlight {
  private allowed = 1;
  private flying = 0;
  /** Where a failure stopped the growth: reached again with one answer, exceeded one at a time. */
  private threshold = Number.POSITIVE_INFINITY;
  /** Answers since the last change above the threshold. */
  private steady = 0;
  private slots = Number.POSITIVE_INFINITY;
  private readonly waiting: (() => void)[] = [];

  constructor(private limits: InFlightLimits) {}

  get limit(): number {
    return Math.max(1, Math.min(this.allowed, this.most));
  }

  get count(): number {
    return this.flying;
  }

  get isFull(): boolean {
    return this.flying >= this.limit;
  }

  setLimits(limits: InFlightLimits): void {
    this.limits = limits;
    this.wake();
  }

  /** The server works on so many at once; more would only wait there. */
  setSlots(slots: number): void {
    this.slots = slots;
    if (this.threshold === Number.POSITIVE_INFINITY) this.allowed = slots;
    this.wake();
  }

  /** Requests in flight with this one. */
  begin(): number {
    return ++this.flying;
  }

  end(): void {
    this.flying--;
    this.wake();
  }

  /**
   * Before its `end`.
   * @param withIt requests in flight when it was sent, itself included
   */
  answered(withIt: number, silenceMs: number): void {
    if (this.allowed === 1 && this.threshold === Number.POSITIVE_INFINITY) this.allowed = this.secondWave(silenceMs);
    else if (this.allowed === 1 && this.threshold > 1) this.allowed = this.threshold;
    else this.adapt((withIt + this.flying) / 2, silenceMs);
    this.wake();
  }

  /** Something is wrong with the server: one at a time until it answers again. */
  failed(): void {
    if (this.allowed > 1) this.threshold = Math.max(1, Math.floor(this.limit / 2));
    this.allowed = 1;
    this.steady = 0;
  }

  /** Resolves when something has changed: a request ended, or a limit. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private get most(): number {
    return Math.min(this.limits.most, this.slots);
  }

  private secondWave(silenceMs: number): number {
    const room = Math.floor((TOO_LONG_SHARE * this.limits.timeoutMs) / silenceMs);
    return Math.max(1, Math.min(this.most, SECOND_WAVE, room));
  }

  /** @param together requests that shared the server, on average */
  private adapt(together: number, silenceMs: number): void {
    const { timeoutMs } = this.limits;
    const each = silenceMs / together;
    if (silenceMs > TOO_LONG_SHARE * timeoutMs) {
      this.allowed = Math.min(this.allowed, Math.max(1, Math.floor((SHARE_OF_TIMEOUT * timeoutMs) / each)));
      this.threshold = this.allowed;
      this.steady = 0;
    } else if (this.flying >= this.allowed && each * (this.allowed + 1) <= SHARE_OF_TIMEOUT * timeoutMs) {
      this.grow();
    }
  }

  private grow(): void {
    if (this.allowed >= this.most) return;
    if (this.allowed < this.threshold || ++this.steady >= this.allowed) {
      this.allowed++;
      this.steady = 0;
    }
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
