/**
 * How often the intervals of a comparison cover what they estimate, from seeds drawn at random. A share may lie below its
 * limit by three binomial deviations of the draws made.
 */
import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { improvementEstimate, pairedDifference } from "../../../src/engine/metrics/differences.ts";
import { seedEstimate } from "../../../src/engine/metrics/seedEstimate.ts";
import type { Estimate } from "../../../src/engine/metrics/statistics.ts";
import { normalTail } from "../../../src/engine/metrics/studentT.ts";
import { isWhole, swept, tell } from "../support/whole.ts";

const stream = new RandomStream(7, "coverage");
const DRAWS = swept(10_000, 500);
/** The level of five seeds lies at the second lowest of so many: enough, and quick. */
const RESAMPLES = 1000;

type Draw = () => number;
const normal: Draw = () => stream.normal();
const exponential: Draw = () => -Math.log(1 - stream.uniform());
const lognormal =
  (sigma: number): Draw =>
  () =>
    Math.exp(sigma * stream.normal());
const bimodal =
  (sigma: number): Draw =>
  () =>
    (stream.uniform() < 0.5 ? -1 : 1) + sigma * stream.normal();

/** With the interquartile mean of the distribution: of a lognormal 2 exp(s^2 / 2) (F(.6745 - s) - F(-.6745 - s)). */
const distributions: readonly (readonly [string, Draw, number])[] = [
  ["normal", normal, 0],
  ["exponential", exponential, 0.738376],
  ["lognormal .5", lognormal(0.5), 1.01793],
  ["lognormal 1", lognormal(1), 1.072923],
  ["two modes, narrow", bimodal(0.1), 0],
  ["two modes, wide", bimodal(0.5), 0],
];

const sample = (draw: Draw, n: number) => Array.from({ length: n }, draw);
const covers = ({ low, high }: Estimate, truth: number) => low <= truth && truth <= high;
const share = (draws: number, is: () => boolean) => {
  let count = 0;
  for (let i = 0; i < draws; i++) if (is()) count++;
  return count / draws;
};
const slack = (limit: number, draws: number) => 3 * Math.sqrt((limit * (1 - limit)) / draws);

describe("intervals over seeds", () => {
  it.each(isWhole ? [5, 6, 7, 8, 10, 12, 20, 50] : [5, 10])("of %i cover the interquartile mean", (n) => {
    const found = distributions.map(([name, draw, truth]) => {
      let width = 0;
      const covered = share(DRAWS, () => {
        const estimate = seedEstimate(sample(draw, n), RESAMPLES);
        width += estimate.high - estimate.low;
        return covers(estimate, truth);
      });
      tell(`${n} seeds, ${name}: ${(100 * covered).toFixed(1)} %, width ${(width / DRAWS).toFixed(2)}`);
      expect.soft(covered, name).toBeGreaterThan(0.93 - slack(0.93, DRAWS));
      return covered;
    });
    const mean = found.reduce((sum, covered) => sum + covered, 0) / found.length;
    expect(mean).toBeGreaterThan(0.93 - slack(0.93, found.length * DRAWS));
  });

  it.each([2, 3, 4])("of %i cover it as often, but where all seeds fall into one of two modes", (n) => {
    for (const [name, draw, truth] of distributions) {
      const covered = share(DRAWS, () => covers(seedEstimate(sample(draw, n)), truth));
      tell(`${n} seeds, ${name}: ${(100 * covered).toFixed(1)} %`);
      const limit = name.startsWith("two modes") ? 0.93 - 2 ** (1 - n) : 0.93;
      expect.soft(covered, name).toBeGreaterThan(limit - slack(0.93, DRAWS));
    }
  });
});

describe("differences over seeds and sessions", () => {
  const SEEDS = 5;
  const SESSIONS = swept(200, 20);
  const TABLES = swept(3000, 300);

  /** Differences of two configurations: each seed trains either anew. */
  function differences(training: Draw, ofSeeds: number, ofSessions: number, noise: number, truth: number): number[][] {
    const sessions = sample(() => ofSessions * stream.normal(), SESSIONS);
    return Array.from({ length: SEEDS }, () => {
      const seed = ofSeeds * (training() - training());
      return sessions.map((session) => truth + seed + session + noise * stream.normal());
    });
  }
  const none = Array.from({ length: SEEDS }, () => Array<number>(SESSIONS).fill(0));

  it.each([
    ["seeds", 1, 0, 0.5],
    ["seeds and sessions", 0.1, 0.5, 2],
    ["sessions", 0, 0.5, 1],
    ["neither", 0, 0, 1],
  ])("%s varying beside noise: hardly ever call equal configurations different", (what, ...spread) => {
    for (const [name, draw] of distributions) {
      const wrong = share(TABLES, () => !covers(pairedDifference(differences(draw, ...spread, 0), none), 0));
      tell(`equal, ${what}, ${name}: ${(100 * wrong).toFixed(1)} % called different`);
      expect.soft(wrong, name).toBeLessThan(0.06 + slack(0.06, TABLES));
    }
  });

  it("see a difference of three deviations between seeds nearly always", () => {
    const seen = share(TABLES, () => pairedDifference(differences(normal, Math.SQRT1_2, 0.5, 1, 3), none).low > 0);
    tell(`a difference of three deviations: seen in ${(100 * seen).toFixed(1)} %`);
    expect(seen).toBeGreaterThan(0.95 - slack(0.95, TABLES));
  });
});

describe("probabilities of improvement", () => {
  const below = (z: number) => (z < 0 ? normalTail(-z) : 1 - normalTail(z));
  it.each([
    ["normal", normal, (shift: number) => below(shift / Math.SQRT2)],
    ["exponential", exponential, (shift: number) => 1 - Math.exp(-shift) / 2],
  ] as const)("%s: those of five seeds each are covered", (name, draw, truth) => {
    for (const shift of [0, 0.5, 1, 2]) {
      const covered = share(4 * DRAWS, () => {
        const first = sample(() => draw() + shift, 5);
        return covers(improvementEstimate(first, sample(draw, 5)), truth(shift));
      });
      tell(`P, ${name}, shift ${shift}: ${(100 * covered).toFixed(1)} %`);
      expect.soft(covered, `shift ${shift}`).toBeGreaterThan(0.93 - slack(0.93, 4 * DRAWS));
    }
  });
});
