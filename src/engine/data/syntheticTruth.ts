/** Draws the ground truth of synthetic data. The constants are tuned to KuaiRand-Pure's numbers (docs/data.md). */
import type { SyntheticConfig } from "../../protocol/experiment/dataset.ts";
import type { RandomStream } from "../math/random.ts";
import type { LatentTruth } from "./dataset.ts";
import { normals, places } from "./sampling.ts";

const FACTORS = 8;
/** How an exposure fades per item shown. */
const SATIATION_DECAY = 0.85;

/** What clicks depend on, on the logit scale. */
interface Spreads {
  /** Standard deviations. */
  readonly user: number;
  readonly item: number;
  /** Of a user's and an item's taste together. */
  readonly match: number;
  readonly affinity: number;
  /** Between the least and the most active user: who likes more stays longer. */
  readonly activity: number;
  /** Between the most popular and the most obscure item. */
  readonly obscurity: number;
  /** Between the most and the least appealing category. */
  readonly category: number;
  /** Lost per exposure at `satiation: 1`. */
  readonly satiation: number;
  /** Of a long view and of a like, against a click. */
  readonly rarer: readonly [longView: number, like: number];
}

const spreadsOf: Readonly<Record<SyntheticConfig["signal"], Spreads>> = {
  realistic: {
    user: 0.69,
    item: 0.42,
    match: 1.24,
    affinity: 0.43,
    activity: 1.45,
    obscurity: 1.8,
    category: 0.28,
    satiation: 0.34,
    rarer: [-0.72, -4.62],
  },
  strong: {
    user: 1.25,
    item: 0.82,
    match: 2.2,
    affinity: 0.8,
    activity: 1.4,
    obscurity: 1.2,
    category: 1.2,
    satiation: 0.5,
    rarer: [-0.98, -6.2],
  },
};

/** Standard deviation of one factor; the dot product of two such vectors has the spread of a match. */
export const factorSpread = (signal: SyntheticConfig["signal"]): number =>
  Math.sqrt(spreadsOf[signal].match / Math.sqrt(FACTORS));

export interface TruthOptions {
  /** [users], in [0, 1): place in the order of activity, the most active last. */
  readonly activity: Float64Array;
  /** [items], in [0, 1): place in the order of popularity, the most popular first. */
  readonly obscurity: Float64Array;
  readonly categories: number;
  readonly signal: SyntheticConfig["signal"];
  /** 1: as strong as in KuaiRand. */
  readonly satiation: number;
  readonly stream: (name: string) => RandomStream;
}

/** Everything of the truth but the bias, which the log's click rate decides later. */
export function* drawTruth({
  activity,
  obscurity,
  categories,
  signal,
  satiation,
  stream,
}: TruthOptions): Generator<undefined, LatentTruth> {
  const spreads = spreadsOf[signal];
  const factor = factorSpread(signal);
  const users = activity.length;
  const items = obscurity.length;
  const appeal = Float64Array.from(
    places(categories, stream("category appeal")),
    (place) => -spreads.category * (place * place),
  );
  const affinity = yield* normals(users * categories, spreads.affinity, stream("affinity"));
  const userBias = yield* normals(users, spreads.user, stream("user bias"));
  const itemBias = yield* normals(items, spreads.item, stream("item bias"));
  return {
    dim: FACTORS,
    userFactors: yield* normals(users * FACTORS, factor, stream("user factors")),
    itemFactors: yield* normals(items * FACTORS, factor, stream("item factors")),
    userBias: userBias.map((bias, user) => bias + spreads.activity * ((activity[user] as number) - 0.5)),
    itemBias: itemBias.map((bias, item) => {
      const place = obscurity[item] as number;
      return bias - spreads.obscurity * (place * place);
    }),
    affinity: affinity.map((value, i) => value + (appeal[i % categories] as number)),
    bias: 0,
    feedbackShift: [0, ...spreads.rarer],
    satiation: satiation * spreads.satiation,
    satiationDecay: SATIATION_DECAY,
  };
}
