import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { diagonalGaussian, fullGaussian } from "../../../src/engine/policy/gaussian.ts";

const mean = Float32Array.from([0.5, -1, 2]);
const action = Float32Array.from([1, -1.5, 1.75]);

describe.each([
  ["diagonal", diagonalGaussian],
  ["full", fullGaussian],
] as const)("%s Gaussian", (_, family) => {
  const spread = Float32Array.from([0.7, 0.9, 1.1], family.initial);

  it("has the gradients that finite differences give", () => {
    const gradient = { mean: new Float64Array(3), spread: new Float64Array(3) };
    const entropyGradient = new Float64Array(3);
    const gaussian = family.at(spread);
    expect(gaussian.logProbabilityGradient(mean, action, gradient)).toBe(gaussian.logProbability(mean, action));
    gaussian.entropyGradient(entropyGradient);
    const h = 2 ** -8;
    const moved = (values: Float32Array, i: number, by: number) => values.map((v, j) => (i === j ? v + by : v));
    for (let i = 0; i < 3; i++) {
      const up = moved(spread, i, h);
      const down = moved(spread, i, -h);
      const step = (up[i] as number) - (down[i] as number);
      const alongMean =
        (gaussian.logProbability(moved(mean, i, h), action) - gaussian.logProbability(moved(mean, i, -h), action)) /
        (2 * h);
      const alongSpread =
        (family.at(up).logProbability(mean, action) - family.at(down).logProbability(mean, action)) / step;
      expect(gradient.mean[i]).toBeCloseTo(alongMean, 6);
      expect(gradient.spread[i]).toBeCloseTo(alongSpread, 3);
      expect(entropyGradient[i]).toBeCloseTo((family.at(up).entropy - family.at(down).entropy) / step, 3);
    }
  });

  it("samples with the standard deviation it was given", () => {
    const gaussian = family.at(spread);
    const random = new RandomStream(1, "sample");
    const out = new Float32Array(3);
    const sums = [0, 0, 0];
    const draws = 20_000;
    for (let n = 0; n < draws; n++) {
      gaussian.sample(mean, random, out);
      for (let i = 0; i < 3; i++) sums[i] = (sums[i] as number) + ((out[i] as number) - (mean[i] as number)) ** 2;
    }
    [0.7, 0.9, 1.1].forEach((std, i) => {
      expect(Math.sqrt((sums[i] as number) / draws)).toBeCloseTo(std, 1);
    });
    expect(gaussian.std).toBeCloseTo(0.9, 3);
  });
});

describe("diagonal Gaussian", () => {
  it("matches hand values of log probability and entropy", () => {
    const standard = diagonalGaussian.at(new Float32Array(2));
    const x = Float32Array.from([1, 2]);
    expect(standard.logProbability(new Float32Array(2), x)).toBeCloseTo(-2.5 - Math.log(2 * Math.PI), 10);
    expect(standard.entropy).toBeCloseTo(1 + Math.log(2 * Math.PI), 10);
  });
});

describe("full Gaussian", () => {
  it("agrees with inverse and determinant of the 2 x 2 matrix written out", () => {
    const e = 1e-4;
    const [a, b] = [0.64, 0.25];
    const gaussian = fullGaussian.at(Float32Array.from([a, b]));
    const determinant = (a + e) * (b + e) - e * e;
    const [x, y] = [0.3, -0.4];
    const quadratic = ((b + e) * x * x - 2 * e * x * y + (a + e) * y * y) / determinant;
    const expected = -0.5 * (quadratic + Math.log(determinant)) - Math.log(2 * Math.PI);
    expect(gaussian.logProbability(new Float32Array(2), Float32Array.from([x, y]))).toBeCloseTo(expected, 6);
    expect(gaussian.entropy).toBeCloseTo(0.5 * Math.log(determinant) + 1 + Math.log(2 * Math.PI), 6);
  });
});
