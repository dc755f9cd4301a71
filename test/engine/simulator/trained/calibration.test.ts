import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sigmoid } from "../../../../src/engine/math/elementary.ts";
import { RandomStream } from "../../../../src/engine/math/random.ts";
import { areaUnderCurve } from "../../../../src/engine/simulator/trained/auc.ts";
import {
  type Answers,
  calibrated,
  fitPlatt,
  reliabilityOf,
  UNCALIBRATED,
} from "../../../../src/engine/simulator/trained/calibration.ts";

const answers = (logits: readonly number[], labels: readonly number[], weights?: readonly number[]): Answers => ({
  logits: Float32Array.from(logits),
  labels: Uint8Array.from(labels),
  ...(weights && { weights: Float64Array.from(weights) }),
});

/** Logits whose labels are as frequent as sigmoid(slope logit + intercept) says. */
function drawn(rows: number, slope: number, intercept: number): Answers {
  const random = new RandomStream(7, "platt");
  const logits = Array.from({ length: rows }, () => 1.5 * random.normal());
  return answers(
    logits,
    logits.map((x) => (random.uniform() < sigmoid(slope * x + intercept) ? 1 : 0)),
  );
}

const mean = (values: Iterable<number>, weights?: ArrayLike<number>): number => {
  let [sum, total] = [0, 0];
  for (const [i, value] of [...values].entries()) {
    const weight = weights?.[i] ?? 1;
    sum += weight * value;
    total += weight;
  }
  return sum / total;
};

describe("Platt scaling", () => {
  it("finds the slope and intercept that labels were drawn with, whatever the logits said", () => {
    for (const [slope, intercept] of [
      [0.6, -1],
      [1, 0],
      [2, 0.5],
      [1, -6],
    ] as const) {
      const found = fitPlatt(drawn(100_000, slope, intercept));
      expect(found.fitted).toBe("both");
      expect(found.slope).toBeCloseTo(slope, intercept < -5 ? 0 : 1);
      expect(found.intercept).toBeCloseTo(intercept, intercept < -5 ? 0 : 1);
    }
  });

  it("gives two kinds of logits the rates that were observed with them", () => {
    // A thousand of each: 200 positives at logit -1, 900 at 2; the prior of the slope moves the third digit.
    const rates = [0.2, 0.9];
    const logits = [-1, 2].flatMap((x) => new Array<number>(1000).fill(x));
    const labels = rates.flatMap((rate) => Array.from({ length: 1000 }, (_, i) => (i < 1000 * rate ? 1 : 0)));
    const found = fitPlatt(answers(logits, labels));
    expect(calibrated(found, -1)).toBeCloseTo(0.2, 2);
    expect(calibrated(found, 2)).toBeCloseTo(0.9, 2);
  });

  const rows = fc.array(
    fc.record({
      logit: fc.integer({ min: -64, max: 64 }).map((n) => n / 8),
      label: fc.constantFrom(0, 1),
      weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
    }),
    { minLength: 2, maxLength: 200 },
  );

  it("has the labels' mean on the rows it was fitted on, and ranks as before", () => {
    fc.assert(
      fc.property(rows, fc.boolean(), (all, weighted) => {
        const own = answers(
          all.map(({ logit }) => logit),
          all.map(({ label }) => label),
          weighted ? all.map(({ weight }) => weight) : undefined,
        );
        const found = fitPlatt(own);
        fc.pre(found.fitted === "both");
        expect(found.slope).toBeGreaterThan(0);
        const predicted = Float32Array.from(own.logits, (x) => found.slope * x + found.intercept);
        const probabilities = Array.from(own.logits, (x) => calibrated(found, x));
        expect(mean(probabilities, own.weights)).toBeCloseTo(mean(own.labels, own.weights), 6);
        expect(areaUnderCurve(predicted, own.labels)).toBe(areaUnderCurve(own.logits, own.labels));
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  it("counts a row of weight 2 as two rows", () => {
    const twice = fitPlatt(answers([0, 0, 1, 2, -1, 3], [0, 0, 1, 1, 0, 0]));
    const weighed = fitPlatt(answers([0, 1, 2, -1, 3], [0, 1, 1, 0, 0], [2, 1, 1, 1, 1]));
    expect(weighed.slope).toBeCloseTo(twice.slope, 8);
    expect(weighed.intercept).toBeCloseTo(twice.intercept, 8);
  });

  it("stays finite where the logits tell the labels apart without error", () => {
    const { slope, intercept } = fitPlatt(answers([-2, -1, 1, 2], [0, 0, 1, 1]));
    expect(slope).toBeGreaterThan(1);
    expect(slope).toBeLessThan(5);
    expect(intercept).toBeCloseTo(0, 8);
  });

  it("keeps a ranking that the labels contradict, and gives nearly everything the base rate", () => {
    const found = fitPlatt(
      answers(new Array<number[]>(50).fill([-2, -1, 1, 2]).flat(), new Array<number[]>(50).fill([1, 1, 0, 1]).flat()),
    );
    expect(found.slope).toBeGreaterThan(0);
    for (const x of [-2, 2]) expect(calibrated(found, x)).toBeCloseTo(0.75, 1);
  });

  it("fits a base rate to labels of one kind, and leaves a type alone that nobody recorded", () => {
    const rare = fitPlatt(answers(new Array<number>(99).fill(0.1), new Array<number>(99).fill(0)));
    expect(rare).toMatchObject({ slope: 1, fitted: "one-label" });
    expect(calibrated(rare, 0.1)).toBeCloseTo(0.5 / 100, 6);
    expect(fitPlatt(answers([], []))).toEqual(UNCALIBRATED);
  });
});

describe("reliability", () => {
  const logit = (p: number): number => Math.log(p / (1 - p));

  it("is measured by tenths, as by hand", () => {
    // Twenty rows, two a tenth, probability .05 to .95: the first tenth's rows are clicked never, the last one's always.
    const p = Array.from({ length: 20 }, (_, i) => 0.05 + 0.1 * Math.floor(i / 2));
    const labels = p.map((_, i) => (i < 2 ? 0 : i >= 18 ? 1 : i % 2));
    const found = reliabilityOf(answers(p.map(logit), labels), UNCALIBRATED);
    expect(found?.rows).toBe(20);
    expect(found?.deciles.map(({ observed }) => observed)).toEqual([0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1]);
    expect(found?.deciles[3]).toMatchObject({
      rows: 2,
      raw: expect.closeTo(0.35, 6),
      predicted: expect.closeTo(0.35, 6),
    });
    // |.05 - 0| + .35 + .25 + .15 + .05 + .05 + .15 + .25 + .35 + |.95 - 1| = 1.7, by ten.
    expect(found?.error).toBeCloseTo(0.17, 6);
    expect(found?.rawError).toBeCloseTo(0.17, 6);
    expect(found?.observed).toBe(0.5);
  });

  it("tells before from after: an error that scaling takes away", () => {
    const own = drawn(50_000, 1, -2);
    const found = reliabilityOf(own, fitPlatt(own));
    expect(found?.rawError).toBeGreaterThan(0.2);
    expect(found?.error).toBeLessThan(0.01);
    expect(found?.predicted).toBeCloseTo(found?.observed ?? 0, 6);
  });

  it("weighs its rows, has fewer parts than ten where there are fewer rows, and nothing to say of none", () => {
    const found = reliabilityOf(answers([logit(0.2), logit(0.6)], [1, 0], [3, 1]), UNCALIBRATED);
    expect(found?.deciles).toHaveLength(2);
    expect(found?.error).toBeCloseTo((3 * 0.8 + 1 * 0.6) / 4, 6);
    expect(found?.observed).toBeCloseTo(0.75, 6);
    expect(reliabilityOf(answers([], []), UNCALIBRATED)).toBeUndefined();
  });
});
