/** Collects interactions in the order of the files and lays them out by user and time. */
import type { InteractionLog } from "./dataset.ts";

const FIRST_CAPACITY = 1 << 16;

export class LogBuilder {
  private rows = 0;
  private users = new Int32Array(FIRST_CAPACITY);
  private items = new Int32Array(FIRST_CAPACITY);
  private times = new Float64Array(FIRST_CAPACITY);
  private feedback = new Uint8Array(FIRST_CAPACITY);
  private observed = new Uint8Array(FIRST_CAPACITY);
  private atRandom = new Uint8Array(FIRST_CAPACITY);

  /**
   * @param time any unit; rows of one user with equal times keep their order
   * @param atRandom whether the item was drawn uniformly
   */
  add(user: number, item: number, time: number, feedback: number, observed: number, atRandom = false): void {
    if (this.rows === this.users.length) this.grow();
    this.users[this.rows] = user;
    this.items[this.rows] = item;
    this.times[this.rows] = time;
    this.feedback[this.rows] = feedback;
    this.observed[this.rows] = observed;
    this.atRandom[this.rows] = atRandom ? 1 : 0;
    this.rows++;
  }

  /**
   * The log by user and time. A row that repeats another's user, item, time and feedback is a duplicate and left out,
   * unless there is no time to tell a duplicate from a second visit.
   */
  build(users: number, hasTime: boolean): { readonly log: InteractionLog; readonly duplicates: number } {
    const { order, starts } = this.byUser(users);
    const offsets = new Int32Array(users + 1);
    let kept = 0;
    for (let user = 0; user < users; user++) {
      const rows = order.subarray(starts[user], starts[user + 1]);
      if (hasTime) this.sortByTime(rows);
      const first = kept;
      for (const row of rows) {
        if (hasTime && this.isDuplicate(row, order, first, kept)) continue;
        // Never overtakes the row being read, as at most as many are kept as were read.
        order[kept++] = row;
      }
      offsets[user + 1] = kept;
    }
    const rows = order.subarray(0, kept);
    const atRandom = gather(this.atRandom, rows, new Uint8Array(kept));
    return {
      log: {
        offsets,
        items: gather(this.items, rows, new Int32Array(kept)),
        feedback: gather(this.feedback, rows, new Uint8Array(kept)),
        observed: gather(this.observed, rows, new Uint8Array(kept)),
        ...(atRandom.includes(1) && { atRandom }),
      },
      duplicates: this.rows - kept,
    };
  }

  /** Rows grouped by user, in the order they came (counting sort). */
  private byUser(users: number): { readonly order: Int32Array; readonly starts: Int32Array } {
    const starts = new Int32Array(users + 1);
    for (let row = 0; row < this.rows; row++) {
      const next = (this.users[row] as number) + 1;
      starts[next] = (starts[next] as number) + 1;
    }
    for (let user = 0; user < users; user++) starts[user + 1] = (starts[user + 1] as number) + (starts[user] as number);
    const order = new Int32Array(this.rows);
    const next = starts.slice();
    for (let row = 0; row < this.rows; row++) {
      const user = this.users[row] as number;
      order[next[user] as number] = row;
      next[user] = (next[user] as number) + 1;
    }
    return { order, starts };
  }

  private sortByTime(rows: Int32Array): void {
    const times = this.times;
    for (let i = 1; i < rows.length; i++) {
      if ((times[rows[i] as number] as number) < (times[rows[i - 1] as number] as number)) {
        rows.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
        return;
      }
    }
  }

  /** Whether one of `kept[first .. end)`, latest first, equals the row; only those of the same time can. */
  private isDuplicate(row: number, kept: Int32Array, first: number, end: number): boolean {
    for (let i = end - 1; i >= first; i--) {
      const other = kept[i] as number;
      if (this.times[other] !== this.times[row]) return false;
      if (this.items[other] === this.items[row] && this.feedback[other] === this.feedback[row]) return true;
    }
    return false;
  }

  private grow(): void {
    const capacity = Math.ceil(this.users.length * 1.5);
    const wider = <T extends Int32Array | Float64Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.users = wider(this.users, new Int32Array(capacity));
    this.items = wider(this.items, new Int32Array(capacity));
    this.times = wider(this.times, new Float64Array(capacity));
    this.feedback = wider(this.feedback, new Uint8Array(capacity));
    this.observed = wider(this.observed, new Uint8Array(capacity));
    this.atRandom = wider(this.atRandom, new Uint8Array(capacity));
  }
}

/** `to[i] = from[rows[i]]`; a loop, as a typed array's own `from` collects its values in a list first. */
function gather<T extends Int32Array | Uint8Array>(from: T, rows: Int32Array, to: T): T {
  for (let i = 0; i < rows.length; i++) to[i] = from[rows[i] as number] as number;
  return to;
}
