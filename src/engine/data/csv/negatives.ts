/** Rows without a click for a log of clicks only: drawn uniformly among the items that the user has no row with. */
import { RandomStream } from "../../math/random.ts";
import type { InteractionLog } from "../dataset.ts";
import type { UnnamedDataset } from "../loading.ts";

export interface Negatives {
  readonly perClick: number;
  readonly seed: number;
}

/**
 * With `perClick` rows around every row with a click, at places drawn too, where every kind of feedback is recorded as not
 * given; a user who knows nearly all items gets as many as are left to draw from.
 */
export function withNegatives(dataset: UnnamedDataset, { perClick, seed }: Negatives): UnnamedDataset {
  const { log, users, items, feedbackTypes } = dataset;
  const random = new RandomStream(seed, "negatives");
  const recorded = (1 << feedbackTypes.length) - 1;
  const room = log.items.length + perClick * clicksIn(log);
  const drawn = { items: new Int32Array(room), feedback: new Uint8Array(room), observed: new Uint8Array(room) };
  const offsets = new Int32Array(users + 1);
  let end = 0;
  const put = (item: number, feedback: number, observed: number): void => {
    drawn.items[end] = item;
    drawn.feedback[end] = feedback;
    drawn.observed[end] = observed;
    end++;
  };
  for (let user = 0; user < users; user++) {
    const from = log.offsets[user] as number;
    const to = log.offsets[user + 1] as number;
    const known = new Set(log.items.subarray(from, to));
    for (let row = from; row < to; row++) {
      const around = isClick(log, row) ? Math.min(perClick, items - known.size) : 0;
      const place = random.integer(around + 1);
      for (let k = 0; k <= around; k++) {
        if (k === place) put(log.items[row] as number, log.feedback[row] as number, log.observed[row] as number);
        else put(draw(items, known, random), 0, recorded);
      }
    }
    offsets[user + 1] = end;
  }
  const withDrawn: InteractionLog = {
    offsets,
    items: drawn.items.slice(0, end),
    feedback: drawn.feedback.slice(0, end),
    observed: drawn.observed.slice(0, end),
  };
  const { reading } = dataset;
  return { ...dataset, log: withDrawn, ...(reading && { reading: { ...reading, drawn: end - log.items.length } }) };
}

const isClick = (log: InteractionLog, row: number): boolean =>
  ((log.feedback[row] as number) & (log.observed[row] as number) & 1) === 1;

function clicksIn(log: InteractionLog): number {
  let clicks = 0;
  for (let row = 0; row < log.items.length; row++) if (isClick(log, row)) clicks++;
  return clicks;
}

/** An item that is not known; the caller has made sure there is one. */
function draw(items: number, known: ReadonlySet<number>, random: RandomStream): number {
  for (;;) {
    const item = random.integer(items);
    if (!known.has(item)) return item;
  }
}
