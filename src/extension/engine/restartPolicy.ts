/** How often a process that fails is started again, and after how long. Immutable: each failure gives the next policy. */

export class RestartPolicy {
  private constructor(
    private readonly delays: readonly number[],
    private readonly failures: number,
  ) {}

  /** @param delays milliseconds before the first, second, ... restart; after the last there is none */
  static after(delays: readonly number[] = [1000, 2000, 4000]): RestartPolicy {
    return new RestartPolicy(delays, 0);
  }

  /** The wait before the next start; undefined: give up. */
  get delay(): number | undefined {
    return this.failures === 0 ? 0 : this.delays[this.failures - 1];
  }

  failed(): RestartPolicy {
    return new RestartPolicy(this.delays, this.failures + 1);
  }

  succeeded(): RestartPolicy {
    return this.failures === 0 ? this : new RestartPolicy(this.delays, 0);
  }
}
