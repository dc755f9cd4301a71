import pLimit from "p-limit";

/** Each takes one or two file descriptors, of which a process may have as few as 256. */
const AT_ONCE = 16;

/** Looks at many folders, a few of them at a time; the results are in their order. */
export function fewAtOnce<T, R>(items: readonly T[], look: (item: T) => Promise<R>): Promise<readonly R[]> {
  const limit = pLimit(AT_ONCE);
  return Promise.all(items.map((item) => limit(() => look(item))));
}
