/** A fully recorded log as a matrix of clicks. */
import type { ClickMatrix } from "./dataset.ts";
import type { UnnamedDataset } from "./loading.ts";

/** The clicks of a log as a matrix; a pair that is not in the log, 0.4 % of the small matrix, counts as no click. */
export function matrixOf({ users, items, log }: UnnamedDataset): ClickMatrix {
  const bits = new Uint8Array(Math.ceil((users * items) / 8));
  for (let user = 0; user < users; user++) {
    for (let row = log.offsets[user] as number; row < (log.offsets[user + 1] as number); row++) {
      const bit = user * items + (log.items[row] as number);
      if ((log.feedback[row] as number) & 1) bits[bit >> 3] = (bits[bit >> 3] as number) | (1 << (bit & 7));
    }
  }
  return { bits };
}
