import { historyOf } from "../../data/dataset.ts";
import { RandomStream } from "../../math/random.ts";
import type { UserSampler } from "../../simulator/sessionSource.ts";
import { expectedRewards, type OracleDependencies } from "./truth.ts";

/** Users that stand for all: an item's mean over them has a standard error below .02; fewer where items are many. */
const SAMPLE = 1000;
const FEWEST = 200;
/** Predictions that take a second or so. */
const MOST_PREDICTIONS = 10_000_000;

export interface Population {
  readonly users: UserSampler;
  /** Logged interactions that a user brings along. */
  readonly historyLength: number;
}

/**
 * Expected reward of every item to whoever comes next: the mean over users drawn as the simulator draws them, each with
 * their logged history and before the first slate.
 * @returns [items]
 */
export function meanRewards(truth: OracleDependencies, { users, historyLength }: Population): Float32Array {
  const { dataset, rewards } = truth;
  const model = truth.responseModels(1);
  const random = new RandomStream(0, "population");
  const own = new Float32Array(dataset.items);
  const sums = new Float64Array(dataset.items);
  const sample = Math.max(FEWEST, Math.min(SAMPLE, Math.floor(MOST_PREDICTIONS / dataset.items)));
  for (let n = 0; n < sample; n++) {
    const user = users.sample(random);
    model.open(0, user, historyOf(dataset, user, historyLength));
    expectedRewards(model, 0, rewards, own);
    for (let item = 0; item < own.length; item++) sums[item] = (sums[item] as number) + (own[item] as number);
  }
  model.dispose();
  return Float32Array.from(sums, (sum) => sum / sample);
}
