/** Collects interactions in the order of the files and lays them out by user and time. */
import type { InteractionLog } from "./dataset.ts";

/** Rows of a block: a log grows block by block, so that growing copies nothing and holds nothing twice. */
const BLOCK_BITS = 18;
const BLOCK = 1 << BLOCK_BITS;
const IN_BLOCK = BLOCK - 1;

type Values = Int32Array | Float64Array | Uint8Array;

/** A column of values, one per row. */
class Column<T extends Values> {
  private readonly blocks: T[] = [];

  constructor(private readonly block: () => T) {}

  set(row: number, value: number): void {
    const inBlock = row & IN_BLOCK;
    if (inBlock === 0 && row >> BLOCK_BITS === this.blocks.length) this.blocks.push(this.block());
    (this.blocks[row >> BLOCK_BITS] as T)[inBlock] = value;
  }

  at(row: number): number {
    return (this.blocks[row >> BLOCK_BITS] as T)[row & IN_BLOCK] as number;
  }

  /** `to[i]` becomes the value of `rows[i]`; the column is empty from then on. */
  moveTo<To extends T>(rows: Int32Array, to: To): To {
    for (let i = 0; i < rows.length; i++) to[i] = this.at(rows[i] as number);
    this.blocks.length = 0;
    return to;
  }

  free(): void {
    this.blocks.length = 0;
  }
}

export class LogBuilder {
  private rows = 0;
  private readonly users = new Column(() => new Int32Array(BLOCK));
  private readonly items = new Column(() => new Int32Array(BLOCK));
  private readonly times = new Column(() => new Float64Array(BLOCK));
  private readonly feedback = new Column(() => new Uint8Array(BLOCK));
  private readonly observed = new Column(() => new Uint8Array(BLOCK));
  private readonly atRandom = new Column(() => new Uint8Array(BLOCK));
  private anyAtRandom = false;

  /**
   * @param time any unit; rows of one user with equal times keep their order
   * @param atRandom whether the item was drawn uniformly
   */
  add(user: number, item: number, time: number, feedback: number, observed: number, atRandom = false): void {
    const row = this.rows++;
    this.users.set(row, user);
    this.items.set(row, item);
    this.times.set(row, time);
    this.feedback.set(row, feedback);
    this.observed.set(row, observed);
    this.atRandom.set(row, atRandom ? 1 : 0);
    if (atRandom) this.anyAtRandom = true;
  }

  /** Rows added so far. */
  get size(): number {
    return this.rows;
  }

  /**
   * The log by user and time, once; the builder is empty then. A row that repeats another's user, item, time and feedback is
   * a duplicate and left out, unless there is no time to tell a duplicate from a second visit.
   */
  build(users: number, hasTime: boolean): { readonly log: InteractionLog; readonly duplicates: number } {
    const { order, starts } = this.byUser(users);
    const offsets = new Int32Array(users + 1);
    const moments = new Moments();
    let kept = 0;
    for (let user = 0; user < users; user++) {
      const rows = order.subarray(starts[user], starts[user + 1]);
      const times = hasTime ? moments.inOrder(rows, this.times) : undefined;
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i] as number;
        if (times && this.isRepeated(row, i, times, moments)) continue;
        // Never overtakes the row being read, as at most as many are kept as were read.
        order[kept++] = row;
      }
      offsets[user + 1] = kept;
    }
    this.times.free();
    const rows = order.subarray(0, kept);
    const atRandom = this.anyAtRandom ? this.atRandom.moveTo(rows, new Uint8Array(kept)) : undefined;
    this.atRandom.free();
    const log: InteractionLog = {
      offsets,
      items: this.items.moveTo(rows, new Int32Array(kept)),
      feedback: this.feedback.moveTo(rows, new Uint8Array(kept)),
      observed: this.observed.moveTo(rows, new Uint8Array(kept)),
      ...(atRandom?.includes(1) && { atRandom }),
    };
    return { log, duplicates: this.rows - kept };
  }

  /** Rows grouped by user, in the order they came (counting sort). */
  private byUser(users: number): { readonly order: Int32Array; readonly starts: Int32Array } {
    const starts = new Int32Array(users + 1);
    for (let row = 0; row < this.rows; row++) {
      const next = this.users.at(row) + 1;
      starts[next] = (starts[next] as number) + 1;
    }
    for (let user = 0; user < users; user++) starts[user + 1] = (starts[user + 1] as number) + (starts[user] as number);
    const order = new Int32Array(this.rows);
    const next = starts.slice();
    for (let row = 0; row < this.rows; row++) {
      const user = this.users.at(row);
      order[next[user] as number] = row;
      next[user] = (next[user] as number) + 1;
    }
    this.users.free();
    return { order, starts };
  }

  /** Whether a row of the same user, time, item and feedback came before it. @param i its place by time */
  private isRepeated(row: number, i: number, times: Float64Array, moments: Moments): boolean {
    const isApart = (other: number): boolean => times[other] !== times[i];
    if (isApart(i - 1) && isApart(i + 1)) return false;
    const what = 256 * this.items.at(row) + this.feedback.at(row);
    return moments.happened(isApart(i - 1), what);
  }
}

/** Below it, rows are sorted by moving them one by one. */
const FEW = 48;

/** One user's rows by time, and what happened at one of the times. */
class Moments {
  private times = new Float64Array(1 << 10);
  private readonly atOnce = new Set<number>();

  /** Sorts the rows by time, those of equal times as they came. @returns their times, NaN behind them; valid until the next call */
  inOrder(rows: Int32Array, of: Column<Float64Array>): Float64Array {
    const count = rows.length;
    if (this.times.length <= count) this.times = new Float64Array(2 * count);
    const times = this.times;
    let isSorted = true;
    for (let i = 0; i < count; i++) {
      times[i] = of.at(rows[i] as number);
      if (i > 0 && (times[i] as number) < (times[i - 1] as number)) isSorted = false;
    }
    times[count] = Number.NaN;
    if (isSorted) return times;
    if (count <= FEW) insertionSort(times, rows);
    else {
      rows.sort((a, b) => of.at(a) - of.at(b) || a - b);
      for (let i = 0; i < count; i++) times[i] = of.at(rows[i] as number);
    }
    return times;
  }

  /** @param isFirst whether the time is another than before */
  happened(isFirst: boolean, what: number): boolean {
    if (isFirst) this.atOnce.clear();
    if (this.atOnce.has(what)) return true;
    this.atOnce.add(what);
    return false;
  }
}

function insertionSort(times: Float64Array, rows: Int32Array): void {
  for (let i = 1; i < rows.length; i++) {
    const time = times[i] as number;
    const row = rows[i] as number;
    let to = i;
    for (; to > 0 && (times[to - 1] as number) > time; to--) {
      times[to] = times[to - 1] as number;
      rows[to] = rows[to - 1] as number;
    }
    times[to] = time;
    rows[to] = row;
  }
}
