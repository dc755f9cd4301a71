import pLimit, { type LimitFunction } from "p-limit";

/** Each takes one or two file descriptors, of which a process may have as few as 256. */
const AT_ONCE = 16;

/** For looks that begin others. */
export const fewLimit = (): LimitFunction => pLimit(AT_ONCE);

/** Looks at many folders, a few of them at a time; the results are in their order. */
export function fewAtOnce<T, R>(items: readonly T[], look: (item: T) => Promise<R>): Promise<readonly R[]> {
  const limit = fewLimit();
  return Promise.all(items.map((item) => limit(() => look(item))));
}
