/** Waiting that an abort ends at once. */
import { setMaxListeners } from "node:events";
import type { Clock } from "./types.ts";

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const end = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", end);
        resolve();
      }, ms);
      signal.addEventListener("abort", end, { once: true });
    }),
};

/** The promise's outcome, or the signal's reason as soon as it is aborted, whatever the promise does meanwhile. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // One signal of a run stands behind the waits of all its users.
  setMaxListeners(0, signal);
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", end));
  });
}
