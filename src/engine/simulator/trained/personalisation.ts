/** How much a response model tells users apart, and what it expects of items that nobody chose. */
import * as z from "zod";
import { type Dataset, historyOf } from "../../data/dataset.ts";
import { RandomStream } from "../../math/random.ts";
import type { ResponseModel } from "../responseModel.ts";

/** Items of each user's list, or a quarter of all where those are fewer. */
const BEST = 120;
const PAIRS = 100;
/** Logged interactions a user brings along. */
const HISTORY = 100;

export const personalisationSchema = z.strictObject({
  /** Pairs of different users, drawn at random. */
  pairs: z.int(),
  /** Items in a list of those a user would click most probably, and how many there are. */
  best: z.int(),
  items: z.int(),
  /** Share of the list that two users have in common, mean over the pairs: 1 is one list for everybody. */
  overlap: z.number(),
  /** Mean click probability of items drawn uniformly, over the same users. */
  uniformClick: z.number(),
});
export type Personalisation = z.output<typeof personalisationSchema>;

/** @param model with room for one session; undefined without two users */
export function personalisationOf(model: ResponseModel, dataset: Dataset, seed: number): Personalisation | undefined {
  const { users, items } = dataset;
  if (users < 2) return undefined;
  const best = Math.min(BEST, Math.ceil(items / 4));
  const random = new RandomStream(seed, "personalisation");
  const clicks = new Float32Array(items);
  let common = 0;
  let click = 0;
  const listOf = (user: number): Set<number> => {
    model.open(0, user, historyOf(dataset, user, HISTORY));
    model.predictAll(0, 0, clicks);
    click += clicks.reduce((sum, p) => sum + p, 0) / items;
    const order = Uint32Array.from(clicks.keys());
    order.sort((a, b) => (clicks[b] as number) - (clicks[a] as number) || a - b);
    return new Set(order.subarray(0, best));
  };
  for (let pair = 0; pair < PAIRS; pair++) {
    const one = random.integer(users);
    const other = (one + 1 + random.integer(users - 1)) % users;
    const own = listOf(one);
    for (const item of listOf(other)) if (own.has(item)) common++;
  }
  return { pairs: PAIRS, best, items, overlap: common / (PAIRS * best), uniformClick: click / (2 * PAIRS) };
}
