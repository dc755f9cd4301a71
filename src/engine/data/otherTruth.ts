/** The ground truth of synthetic data as evaluations meet it (docs/method.md, section 13): the same world, other noise. */
import { RandomStream } from "../math/random.ts";
import type { LatentTruth } from "./dataset.ts";
import { normals } from "./sampling.ts";

/** Share r of other noise: x' = sqrt(1 - r^2) x + r z, so that spreads stay and x' correlates with x by sqrt(1 - r^2) = .95. */
const OTHERNESS = 0.3;

/**
 * The same users, items and categories, with the users' factors and affinities and the items' quality partly redrawn.
 * Each keeps its mean and its spread, so clicks stay about as frequent.
 * @param fingerprint of the data: it alone decides the noise
 */
export function* otherTruth(truth: LatentTruth, fingerprint: string): Generator<undefined, LatentTruth> {
  const partlyRedrawn = (values: Float32Array, name: string) =>
    redrawn(values, new RandomStream(0, "evaluation world", fingerprint, name));
  return {
    ...truth,
    userFactors: yield* partlyRedrawn(truth.userFactors, "user factors"),
    affinity: yield* partlyRedrawn(truth.affinity, "affinity"),
    itemBias: yield* partlyRedrawn(truth.itemBias, "item bias"),
  };
}

function* redrawn(values: Float32Array, random: RandomStream): Generator<undefined, Float32Array> {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  const noise = yield* normals(values.length, OTHERNESS * spread, random);
  const kept = Math.sqrt(1 - OTHERNESS ** 2);
  return values.map((value, i) => mean + kept * (value - mean) + (noise[i] as number));
}
