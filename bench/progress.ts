/** What is being measured and how long it still takes, on standard error. */
import { duration, paint } from "../src/engine/commands/terminal.ts";

export class Progress {
  private row = "";
  /** Planned seconds that the row at hand still has, and those of everything that is done. */
  private rowLeft = 0;
  private done = 0;
  /** Seconds that what is done took. */
  private taken = 0;
  private since = 0;

  /** @param left planned seconds of all rows */
  constructor(
    private left: number,
    private readonly stream: NodeJS.WriteStream = process.stderr,
    private readonly now: () => number = () => performance.now() / 1000,
  ) {}

  /** A line that the next one replaces; where there is no terminal, one that stays. */
  say(text: string): void {
    if (this.stream.isTTY) this.stream.write(`\r\x1b[K${paint.quiet(text)}`);
    else this.stream.write(`${text}\n`);
  }

  /** A row begins that is planned to take so long. */
  begin(row: string, planned: number): void {
    this.row = row;
    this.rowLeft = planned;
    this.since = this.now();
    this.say(`${row}, ${this.timeLeft()}`);
  }

  /** So much of the row, as planned, is done. */
  measured(planned: number): void {
    this.taken += this.now() - this.since;
    this.since = this.now();
    this.done += planned;
    this.rowLeft -= planned;
    this.left -= planned;
    if (this.stream.isTTY) this.say(`${this.row}, ${this.timeLeft()}`);
  }

  /** The row is done, or cannot go on; makes room for its lines. */
  end(): void {
    this.left -= this.rowLeft;
    this.rowLeft = 0;
    if (this.stream.isTTY) this.stream.write("\r\x1b[K");
  }

  /** The plan at the pace of what was measured so far. */
  private timeLeft(): string {
    const pace = this.done === 0 ? 1 : this.taken / this.done;
    return `about ${duration(this.left * pace)} left`;
  }
}
