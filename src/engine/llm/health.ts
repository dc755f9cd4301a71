/** Calls in vain after which a request is not tried in further forms, where the simplest one was refused too. */
const MOST_FORMS = 3;

/**
 * Tells a server in trouble from a request in trouble: counts answers, and failures in a row without one. Requests that
 * were on their way together fail together and count once.
 */
export class Health {
  /** Answers so far. */
  answers = 0;
  /** Failures in a row since the last one. */
  inVain = 0;
  /** The same with those that were sent again in another form. */
  private calls = 0;
  private era = 0;

  /** Of a request that is sent now; hand it to `failed`. */
  get now(): number {
    return this.era;
  }

  answered(): void {
    this.answers++;
    this.inVain = 0;
    this.calls = 0;
  }

  failed(era: number): void {
    if (this.refused(era)) this.inVain++;
  }

  /** A call was refused, for its form or for good. @returns whether it counts */
  refused(era: number): boolean {
    if (era !== this.era) return false;
    this.era++;
    this.calls++;
    return true;
  }

  /** A request was refused in every form that was tried. */
  gaveUp(): void {
    this.inVain++;
  }

  get isExhausted(): boolean {
    return this.inVain > 0 && this.calls >= MOST_FORMS;
  }
}
