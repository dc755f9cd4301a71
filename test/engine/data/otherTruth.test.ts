import { describe, expect, it } from "vitest";
import type { LatentTruth } from "../../../src/engine/data/dataset.ts";
import { latentLogit } from "../../../src/engine/data/latentTruth.ts";
import { otherTruth } from "../../../src/engine/data/otherTruth.ts";
import { allAtOnce } from "../../../src/engine/data/pauses.ts";
import { generateSynthetic } from "../../../src/engine/data/synthetic.ts";
import { sigmoid } from "../../../src/engine/math/elementary.ts";
import { datasetSchema } from "../../../src/protocol/experiment/dataset.ts";

const config = datasetSchema.parse({ kind: "synthetic", users: 300, items: 400, categories: 12 });
if (config.kind !== "synthetic") throw new Error("unexpected kind");
const dataset = generateSynthetic(config);
const truth = dataset.latent as LatentTruth;
const other = allAtOnce(otherTruth(truth, dataset.fingerprint));

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
function covariance(a: Float32Array, b: Float32Array): number {
  const [ma, mb] = [mean(a), mean(b)];
  return a.reduce((sum, value, i) => sum + (value - ma) * ((b[i] as number) - mb), 0) / a.length;
}
const redrawn = ["userFactors", "affinity", "itemBias"] as const;

describe("the truth of evaluations", () => {
  it.each(redrawn)("keeps mean and spread of %s, and correlates with training's by .95", (name) => {
    const [a, b] = [truth[name], other[name]];
    const spread = Math.sqrt(covariance(a, a));
    expect(Math.abs(mean(b) - mean(a))).toBeLessThan(0.05 * spread);
    expect(Math.sqrt(covariance(b, b)) / spread).toBeCloseTo(1, 1);
    const correlation = covariance(a, b) / (spread * Math.sqrt(covariance(b, b)));
    expect(Math.abs(correlation - Math.sqrt(1 - 0.3 ** 2))).toBeLessThan(0.02);
  });

  it("is the same world in all else, and clicks are about as frequent", () => {
    const rest = ({ userFactors, affinity, itemBias, ...others }: LatentTruth) => others;
    expect(rest(other)).toEqual(rest(truth));
    const fresh = new Float64Array(dataset.categories.length);
    const rate = (of: LatentTruth) => {
      let sum = 0;
      for (let user = 0; user < dataset.users; user++)
        for (let item = 0; item < dataset.items; item++)
          sum += sigmoid(latentLogit(of, dataset.itemCategories, user, item, fresh));
      return sum / (dataset.users * dataset.items);
    };
    expect(rate(other) / rate(truth)).toBeCloseTo(1, 1);
  });

  it("mixes as the formula says: what is kept and what is new can be told apart", () => {
    // x' = m + sqrt(1 - r^2) (x - m) + r s z: where nothing spreads there is no noise either.
    const flat = { ...truth, itemBias: Float32Array.of(2, 2, 2) };
    expect([...allAtOnce(otherTruth(flat, "x")).itemBias]).toEqual([2, 2, 2]);
    // Mean 1, spread 1: the noise of the second is that of the first, whatever is kept.
    const noise = (values: readonly number[]) =>
      allAtOnce(otherTruth({ ...truth, itemBias: Float32Array.from(values) }, "x")).itemBias.map(
        (value, i) => value - (1 + Math.sqrt(0.91) * ((values[i] as number) - 1)),
      );
    const [first, second] = [noise([0, 2]), noise([2, 0])];
    for (const i of [0, 1]) expect(second[i]).toBeCloseTo(first[i] as number, 5);
    expect(Math.abs(first[0] as number)).toBeGreaterThan(0);
  });

  it("is decided by the data alone", () => {
    expect(allAtOnce(otherTruth(truth, dataset.fingerprint))).toEqual(other);
    expect(allAtOnce(otherTruth(truth, "other data")).affinity).not.toEqual(other.affinity);
  });
});
