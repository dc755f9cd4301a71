/** Whether work grows with its input, no faster. */
import { expect } from "vitest";

/** Seconds of processor time: what else the machine does counts little. */
function seconds(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Times longer that the second input is. */
const LONGER = 8;
/** Where work grows with the square it is 64 times. */
const MOST_GROWTH = 24;
/** What does not show yet, s: at 32,000 characters a square of a tenth of a nanosecond does. */
const UNSEEN = 0.02;

/**
 * The time for 8 times the input is not much more than 8 times as long.
 * @param work takes an input of this size
 */
export function expectLinear(name: string, size: number, work: (size: number) => () => unknown): void {
  const [short, long] = [work(size), work(LONGER * size)];
  short();
  let [once, longer] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const isLonger = () => longer >= UNSEEN + MOST_GROWTH * once;
  // The least of three times each; of more where a compiler or a collector may have had a hand in those.
  for (let tries = 0; tries < 3 || (tries < 12 && isLonger()); tries++) {
    once = Math.min(once, seconds(short));
    longer = Math.min(longer, seconds(long));
  }
  expect(longer, `${name}: ${(once * 1000).toFixed(1)} ms, then ${(longer * 1000).toFixed(1)} ms`).toBeLessThan(
    UNSEEN + MOST_GROWTH * once,
  );
}
