/** Collects interactions in the order of the files and lays them out by user and time. */
import type { InteractionLog } from "./dataset.ts";

/** Rows of a block: a log grows block by block, so that growing copies nothing and holds nothing twice. */
const BLOCK_BITS = 17;
const BLOCK = 1 << BLOCK_BITS;
const IN_BLOCK = BLOCK - 1;

/** Rows side by side, 16 bytes each, so that laying out a log touches one place in memory per row: time, item, bits. */
class Block {
  private readonly bytes = new ArrayBuffer(16 * BLOCK);
  /** The time is word 2 r of a row r. */
  readonly times = new Float64Array(this.bytes);
  /** The item is word 4 r + 2, the bits word 4 r + 3: feedback, observed from bit 8 on, drawn at random at bit 16. */
  readonly words = new Int32Array(this.bytes);
}

export interface LogRow {
  readonly user: number;
  readonly item: number;
  readonly time: number;
  readonly feedback: number;
  readonly observed: number;
}

export class LogBuilder {
  private rows = 0;
  private readonly users: Int32Array[] = [];
  private readonly blocks: Block[] = [];
  private anyAtRandom = false;

  /**
   * @param time any unit; rows of one user with equal times keep their order
   * @param atRandom whether the item was drawn uniformly
   */
  add(user: number, item: number, time: number, feedback: number, observed: number, atRandom = false): void {
    const row = this.rows & IN_BLOCK;
    if (row === 0) {
      this.users.push(new Int32Array(BLOCK));
      this.blocks.push(new Block());
    }
    const block = this.blocks[this.rows >> BLOCK_BITS] as Block;
    (this.users[this.rows >> BLOCK_BITS] as Int32Array)[row] = user;
    block.times[2 * row] = time;
    block.words[4 * row + 2] = item;
    block.words[4 * row + 3] = feedback | (observed << 8) | (atRandom ? 1 << 16 : 0);
    if (atRandom) this.anyAtRandom = true;
    this.rows++;
  }

  /** Rows added so far. */
  get size(): number {
    return this.rows;
  }

  /** The first rows as they were added, no more than a block holds; before the log is built. */
  first(count: number): readonly LogRow[] {
    return Array.from({ length: Math.min(count, BLOCK, this.rows) }, (_, row) => {
      const { times, words } = this.blocks[0] as Block;
      const bits = words[4 * row + 3] as number;
      return {
        user: (this.users[0] as Int32Array)[row] as number,
        item: words[4 * row + 2] as number,
        time: times[2 * row] as number,
        feedback: bits & 0xff,
        observed: (bits >> 8) & 0xff,
      };
    });
  }

  /**
   * The log by user and time, once; the builder is empty then. A row that repeats another's user, item, time and feedback is a duplicate and left out, unless
   * there is no time to tell a duplicate from a second visit.
   */
  build(users: number, hasTime: boolean): { readonly log: InteractionLog; readonly duplicates: number } {
    const { order, starts } = this.byUser(users);
    const offsets = new Int32Array(users + 1);
    const items = new Int32Array(this.rows);
    const feedback = new Uint8Array(this.rows);
    const observed = new Uint8Array(this.rows);
    const atRandom = new Uint8Array(this.anyAtRandom ? this.rows : 0);
    const visits = new Visits();
    let kept = 0;
    for (let user = 0; user < users; user++) {
      const [from, to] = [starts[user] as number, starts[user + 1] as number];
      visits.read(this.blocks, order, from, to);
      if (hasTime) visits.sort();
      for (let i = 0; i < to - from; i++) {
        if (hasTime && visits.isRepeated(i)) continue;
        items[kept] = visits.items[i] as number;
        const bits = visits.bits[i] as number;
        feedback[kept] = bits & 0xff;
        observed[kept] = (bits >> 8) & 0xff;
        if (this.anyAtRandom) atRandom[kept] = bits >> 16;
        kept++;
      }
      offsets[user + 1] = kept;
    }
    this.blocks.length = 0;
    const duplicates = this.rows - kept;
    const exact = <T extends Int32Array | Uint8Array>(all: T): T =>
      duplicates === 0 ? all : (all.slice(0, kept) as T);
    const log: InteractionLog = {
      offsets,
      items: exact(items),
      feedback: exact(feedback),
      observed: exact(observed),
      ...(atRandom.includes(1) && { atRandom: exact(atRandom) }),
    };
    return { log, duplicates };
  }

  /** Rows grouped by user, in the order they came (counting sort). */
  private byUser(users: number): { readonly order: Int32Array; readonly starts: Int32Array } {
    const starts = new Int32Array(users + 1);
    const userOf = (row: number): number => (this.users[row >> BLOCK_BITS] as Int32Array)[row & IN_BLOCK] as number;
    for (let row = 0; row < this.rows; row++) {
      const next = userOf(row) + 1;
      starts[next] = (starts[next] as number) + 1;
    }
    for (let user = 0; user < users; user++) starts[user + 1] = (starts[user + 1] as number) + (starts[user] as number);
    const order = new Int32Array(this.rows);
    const next = starts.slice();
    for (let row = 0; row < this.rows; row++) {
      const user = userOf(row);
      order[next[user] as number] = row;
      next[user] = (next[user] as number) + 1;
    }
    this.users.length = 0;
    return { order, starts };
  }
}

/** Below it, visits are sorted by moving them one by one. */
const FEW = 48;

/** One user's rows, and what happened at one of their times. */
class Visits {
  items = new Int32Array(0);
  bits = new Int32Array(0);
  private times = new Float64Array(0);
  private count = 0;
  private readonly atOnce = new Set<number>();

  /** @param order the rows of the user are those at [from, to) */
  read(blocks: readonly Block[], order: Int32Array, from: number, to: number): void {
    this.count = to - from;
    if (this.items.length < this.count) {
      this.items = new Int32Array(2 * this.count);
      this.bits = new Int32Array(2 * this.count);
      this.times = new Float64Array(2 * this.count);
    }
    for (let i = 0; i < this.count; i++) {
      const row = order[from + i] as number;
      const { times, words } = blocks[row >> BLOCK_BITS] as Block;
      const inBlock = row & IN_BLOCK;
      this.times[i] = times[2 * inBlock] as number;
      this.items[i] = words[4 * inBlock + 2] as number;
      this.bits[i] = words[4 * inBlock + 3] as number;
    }
  }

  /** By time, those of equal times as they came. */
  sort(): void {
    const { times, count } = this;
    let isSorted = true;
    for (let i = 1; i < count && isSorted; i++) isSorted = (times[i - 1] as number) <= (times[i] as number);
    if (isSorted) return;
    if (count <= FEW) this.insert();
    else
      this.arrange(
        Int32Array.from({ length: count }, (_, i) => i).sort(
          (a, b) => (times[a] as number) - (times[b] as number) || a - b,
        ),
      );
  }

  /** Whether a visit before had the same item, time and feedback; asked in the order of time. */
  isRepeated(i: number): boolean {
    const { times } = this;
    const followsOne = i > 0 && times[i - 1] === times[i];
    const isFollowed = i + 1 < this.count && times[i + 1] === times[i];
    if (!followsOne && !isFollowed) return false;
    if (!followsOne) this.atOnce.clear();
    const what = 256 * (this.items[i] as number) + ((this.bits[i] as number) & 0xff);
    if (this.atOnce.has(what)) return true;
    this.atOnce.add(what);
    return false;
  }

  private insert(): void {
    const { times, items, bits } = this;
    for (let i = 1; i < this.count; i++) {
      const [time, item, bit] = [times[i] as number, items[i] as number, bits[i] as number];
      let to = i;
      for (; to > 0 && (times[to - 1] as number) > time; to--) {
        times[to] = times[to - 1] as number;
        items[to] = items[to - 1] as number;
        bits[to] = bits[to - 1] as number;
      }
      times[to] = time;
      items[to] = item;
      bits[to] = bit;
    }
  }

  private arrange(order: Int32Array): void {
    const [times, items, bits] = [this.times.slice(), this.items.slice(), this.bits.slice()];
    order.forEach((from, to) => {
      this.times[to] = times[from] as number;
      this.items[to] = items[from] as number;
      this.bits[to] = bits[from] as number;
    });
  }
}
