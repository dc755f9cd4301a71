/** Draws the ground truth of synthetic data. The constants are tuned to KuaiRand-Pure's numbers (docs/data.md). */
import type { RandomStream } from "../math/random.ts";
import type { LatentTruth } from "./dataset.ts";
import { normals, places } from "./sampling.ts";

const FACTORS = 8;
/** Standard deviations on the logit scale. */
const USER_SPREAD = 1.25;
const ITEM_SPREAD = 0.82;
const MATCH_SPREAD = 2.2;
const AFFINITY_SPREAD = 0.8;
/** Logit between the least and the most active user: who likes more stays longer. */
const ACTIVITY = 1.4;
/** Logit between the most popular and the most obscure item. */
const OBSCURITY = 1.2;
/** Logit between the most and the least appealing category. */
const CATEGORY_RANGE = 1.2;
/** Logit lost per exposure at `satiation: 1`, and how an exposure fades per item shown. */
const SATIATION = 0.5;
const SATIATION_DECAY = 0.85;

/** Standard deviation of one factor; the dot product of two such vectors has MATCH_SPREAD. */
export const factorSpread = Math.sqrt(MATCH_SPREAD / Math.sqrt(FACTORS));

export interface TruthOptions {
  /** [users], in [0, 1): place in the order of activity, the most active last. */
  readonly activity: Float64Array;
  /** [items], in [0, 1): place in the order of popularity, the most popular first. */
  readonly obscurity: Float64Array;
  readonly categories: number;
  /** 1: as strong as in KuaiRand. */
  readonly satiation: number;
  readonly stream: (name: string) => RandomStream;
}

/** Everything of the truth but the bias, which the log's click rate decides later. */
export function* drawTruth({
  activity,
  obscurity,
  categories,
  satiation,
  stream,
}: TruthOptions): Generator<undefined, LatentTruth> {
  const users = activity.length;
  const items = obscurity.length;
  const appeal = Float64Array.from(
    places(categories, stream("category appeal")),
    (place) => -CATEGORY_RANGE * (place * place),
  );
  const affinity = yield* normals(users * categories, AFFINITY_SPREAD, stream("affinity"));
  const userBias = yield* normals(users, USER_SPREAD, stream("user bias"));
  const itemBias = yield* normals(items, ITEM_SPREAD, stream("item bias"));
  return {
    dim: FACTORS,
    userFactors: yield* normals(users * FACTORS, factorSpread, stream("user factors")),
    itemFactors: yield* normals(items * FACTORS, factorSpread, stream("item factors")),
    userBias: userBias.map((bias, user) => bias + ACTIVITY * ((activity[user] as number) - 0.5)),
    itemBias: itemBias.map((bias, item) => {
      const place = obscurity[item] as number;
      return bias - OBSCURITY * (place * place);
    }),
    affinity: affinity.map((value, i) => value + (appeal[i % categories] as number)),
    bias: 0,
    satiation: satiation * SATIATION,
    satiationDecay: SATIATION_DECAY,
  };
}
