import { setMaxListeners } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../../src/engine/llm/types.ts";

interface Timer {
  readonly at: number;
  readonly ring: () => void;
}

/** Time that passes only while everybody waits: minutes of a slow server take milliseconds, and are always the same. */
export class VirtualTime implements Clock {
  private time = 0;
  private timers: Timer[] = [];

  now = (): number => this.time;

  sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const forget = (): void => {
        this.timers = this.timers.filter((other) => other !== timer);
      };
      const end = (): void => {
        forget();
        reject(signal.reason);
      };
      const timer: Timer = {
        at: this.time + ms,
        ring: () => {
          forget();
          signal.removeEventListener("abort", end);
          resolve();
        },
      };
      this.timers.push(timer);
      setMaxListeners(0, signal);
      signal.addEventListener("abort", end, { once: true });
    });

  /** Lets time pass until the promise is settled. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    promise.then(done, done);
    for (;;) {
      for (let turns = 0; turns < 3; turns++) await nextTurn();
      if (settled) return promise;
      const [next] = this.timers.toSorted((a, b) => a.at - b.at);
      if (!next) throw new Error("everybody waits, and for nothing");
      this.time = next.at;
      next.ring();
    }
  }
}
