/**
 * Rows of ids: a map from texts to 0, 1, 2, ... that stays quick with millions of them, as a log asks for two per row. Most
 * ids are short; their characters stand in the table itself, so that a look-up touches one place in memory.
 */
import { randomBytes } from "node:crypto";

const FIRST_SLOTS = 1 << 10;
/** Ids of so many characters of Latin-1 stand in a slot, four to a word. */
const SHORT = 12;
/** Words of a slot: three of an id, and its row + 1; 0 where the slot is free. */
const WORDS = 4;
/** Drawn anew by every process, so that no file can be written whose ids all fall into one slot. */
const SEED = randomBytes(4).readInt32LE();

/** The words of the id last taken apart: its characters, or 0, its hash and its length where it is longer. */
const words = new Int32Array(3);

export class IdIndex {
  readonly ids: string[] = [];
  /** Open addressing with linear probing. */
  private slots = new Int32Array(WORDS * FIRST_SLOTS);
  private mask = FIRST_SLOTS - 1;
  /** Words and hashes of the ids that are looked up together. */
  private asked = new Int32Array(0);
  /** What is read ahead is kept, or it would not be read. */
  protected seen = 0;

  /** The row of an id, or -1. */
  find(id: string): number {
    const hash = takeApart(id, words, 0);
    return this.rowOf(id, words, 0, hash);
  }

  /**
   * The rows of many ids, or -1 each. The places where they may stand are looked at before any is compared, so that memory
   * answers many at once.
   */
  findAll(ids: readonly string[], count: number, rows: Int32Array): void {
    const slots = this.slots;
    const { mask } = this;
    if (this.asked.length < WORDS * count) this.asked = new Int32Array(WORDS * count);
    const asked = this.asked;
    let seen = 0;
    for (let i = 0; i < count; i++) {
      const hash = takeApart(ids[i] as string, asked, WORDS * i);
      asked[WORDS * i + 3] = hash;
      seen |= slots[WORDS * (hash & mask)] as number;
    }
    this.seen = seen;
    for (let i = 0; i < count; i++) {
      rows[i] = this.rowOf(ids[i] as string, asked, WORDS * i, asked[WORDS * i + 3] as number);
    }
  }

  /** @param from where the id's words stand */
  private rowOf(id: string, parts: Int32Array, from: number, hash: number): number {
    const slots = this.slots;
    const { mask } = this;
    const a = parts[from] as number;
    const b = parts[from + 1] as number;
    const c = parts[from + 2] as number;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = WORDS * slot;
      const row = (slots[at + 3] as number) - 1;
      if (row < 0) return -1;
      if (slots[at] !== a || slots[at + 1] !== b || slots[at + 2] !== c) continue;
      if (a !== 0 || this.ids[row] === id) return row;
    }
  }

  /** Adds an id that is not there yet; its row. */
  add(id: string): number {
    const row = this.ids.length;
    this.ids.push(id);
    if (2 * this.ids.length > this.mask) this.grow();
    else this.place(id, row);
    return row;
  }

  private place(id: string, row: number): void {
    const slots = this.slots;
    const { mask } = this;
    let slot = takeApart(id, words, 0) & mask;
    while (slots[WORDS * slot + 3] !== 0) slot = (slot + 1) & mask;
    slots.set(words, WORDS * slot);
    slots[WORDS * slot + 3] = row + 1;
  }

  private grow(): void {
    this.mask = 2 * this.mask + 1;
    this.slots = new Int32Array(WORDS * (this.mask + 1));
    for (let row = 0; row < this.ids.length; row++) this.place(this.ids[row] as string, row);
  }
}

/** Leaves an id's words at a place. @returns their hash */
function takeApart(id: string, to: Int32Array, at: number): number {
  const length = id.length;
  if (length === 0 || length > SHORT) return long(id, to, at);
  let a = 0;
  let b = 0;
  let c = 0;
  for (let i = 0; i < length; i++) {
    const code = id.charCodeAt(i);
    if (code > 0xff || code === 0) return long(id, to, at);
    if (i < 4) a = (a << 8) | code;
    else if (i < 8) b = (b << 8) | code;
    else c = (c << 8) | code;
  }
  to[at] = a;
  to[at + 1] = b;
  to[at + 2] = c;
  return mixed(Math.imul(a ^ SEED, 0x9e3779b1) ^ Math.imul(b + SEED, 0x85ebca77) ^ Math.imul(c, 0xc2b2ae3d));
}

function long(id: string, to: Int32Array, at: number): number {
  let hash = 0x811c9dc5 ^ SEED;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  to[at] = 0;
  to[at + 1] = hash;
  to[at + 2] = id.length;
  return mixed(hash);
}

/** Spreads a hash over all of its bits (the end of MurmurHash3). */
function mixed(hash: number): number {
  let spread = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  spread = Math.imul(spread ^ (spread >>> 13), 0xc2b2ae35);
  return spread ^ (spread >>> 16);
}
