/**
 * A queue of tapes in shared memory. Tickets only ever grow (modulo 2^32), so a slow thread can never take work of a run
 * it has not seen: a ticket is either taken once or not yet published.
 */
import type { Address } from "./kernels.ts";
import type { LinearMemory } from "./memory.ts";

const NEXT = 0;
const END = 16;
const FINISHED = 32;
const STOPPED = 48;
const FAILURE = 49;
const TABLE = 64;
const CAPACITY = 4096;

/** Bytes a queue needs. */
export const QUEUE_BYTES = (TABLE + 2 * CAPACITY) * 4;

/** Polls before a thread sleeps: some tens of microseconds, longer than the pause between the phases of one update. */
const SPINS = 20_000;

export class WorkQueue {
  constructor(
    /** The int32 words of the queue. */
    private readonly words: Int32Array,
    private readonly execute: (tape: Address, length: number) => void,
  ) {}

  static in(memory: LinearMemory, address: Address, execute: (tape: Address, length: number) => void): WorkQueue {
    return new WorkQueue(memory.integers(address, QUEUE_BYTES / 4), execute);
  }

  /** Makes tapes available to all threads. Everything published before must be finished. */
  publish(tapes: readonly { readonly address: Address; readonly length: number }[]): void {
    if (tapes.length > CAPACITY) throw new RangeError(`${tapes.length} tapes in one run; ${CAPACITY} at most`);
    const { words } = this;
    const start = Atomics.load(words, END);
    tapes.forEach((tape, i) => {
      const entry = TABLE + 2 * ((start + i) & (CAPACITY - 1));
      words[entry] = tape.address;
      words[entry + 1] = tape.length;
    });
    Atomics.store(words, END, (start + tapes.length) | 0);
    Atomics.notify(words, END);
  }

  /** Takes and plays tapes until none is left. */
  work(): void {
    const { words } = this;
    for (;;) {
      const ticket = Atomics.load(words, NEXT);
      if (((Atomics.load(words, END) - ticket) | 0) <= 0) return;
      if (Atomics.compareExchange(words, NEXT, ticket, (ticket + 1) | 0) !== ticket) continue;
      const entry = TABLE + 2 * (ticket & (CAPACITY - 1));
      try {
        this.execute(words[entry] as number, words[entry + 1] as number);
      } catch (error) {
        Atomics.store(words, FAILURE, 1);
        throw error;
      } finally {
        Atomics.add(words, FINISHED, 1);
        if (Atomics.load(words, FINISHED) === Atomics.load(words, END)) Atomics.notify(words, FINISHED);
      }
    }
  }

  /** Sleeps until something is published; false once the queue is stopped. */
  waitForWork(): boolean {
    const { words } = this;
    for (let spin = 0; ; spin++) {
      if (Atomics.load(words, STOPPED) !== 0) return false;
      const end = Atomics.load(words, END);
      if (((end - Atomics.load(words, NEXT)) | 0) > 0) return true;
      if (spin >= SPINS) Atomics.wait(words, END, end);
    }
  }

  /** Waits until everything published is finished; false when nothing finished for `milliseconds`. */
  waitForFinish(milliseconds: number): boolean {
    const { words } = this;
    const end = Atomics.load(words, END);
    for (let spin = 0; ; spin++) {
      const finished = Atomics.load(words, FINISHED);
      if (finished === end) return true;
      if (spin >= SPINS && Atomics.wait(words, FINISHED, finished, milliseconds) === "timed-out") return false;
    }
  }

  /** A thread failed while it played a tape. */
  get failed(): boolean {
    return Atomics.load(this.words, FAILURE) !== 0;
  }

  stop(): void {
    Atomics.store(this.words, STOPPED, 1);
    Atomics.notify(this.words, END);
  }
}
