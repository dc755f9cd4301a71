import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explainedVariance, generalisedAdvantages, moments, normalise } from "../../../src/engine/policy/advantage.ts";

const gae = (rewards: number[], values: number[], bootstrap: number, gamma: number, lambda: number) => {
  const out = new Float64Array(rewards.length);
  generalisedAdvantages(Float64Array.from(rewards), Float64Array.from(values), bootstrap, gamma, lambda, out);
  return [...out];
};

describe("generalised advantages", () => {
  it("matches hand values of a session that ended", () => {
    // deltas: 1 + .5*1 - 2 = -.5; 2 + .5*4 - 1 = 3; 3 + 0 - 4 = -1; gamma * lambda = .25
    const [a0, a1, a2] = gae([1, 2, 3], [2, 1, 4], 0, 0.5, 0.5);
    expect(a2).toBeCloseTo(-1, 12);
    expect(a1).toBeCloseTo(3 - 0.25, 12);
    expect(a0).toBeCloseTo(-0.5 + 0.25 * 2.75, 12);
  });

  it("bootstraps a session that was cut with the value of its true next observation", () => {
    expect(gae([1], [2], 10, 0.9, 0.95)[0]).toBeCloseTo(1 + 9 - 2, 12);
    expect(gae([1], [2], 0, 0.9, 0.95)[0]).toBeCloseTo(-1, 12);
  });

  it("is the one-step TD error with lambda 0 and the Monte Carlo return minus value with lambda 1", () => {
    const numbers = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(numbers, fc.double({ min: -2, max: 2, noNaN: true }), (rewards, bootstrap) => {
        const values = rewards.map((reward, i) => Math.sin(i) + reward / 3);
        gae(rewards, values, bootstrap, 0.9, 0).forEach((advantage, i) => {
          const next = values[i + 1] ?? bootstrap;
          expect(advantage).toBeCloseTo((rewards[i] as number) + 0.9 * next - (values[i] as number), 9);
        });
        let discounted = bootstrap;
        const monteCarlo = rewards.toReversed().map((reward) => {
          discounted = reward + 0.9 * discounted;
          return discounted;
        });
        monteCarlo.reverse();
        gae(rewards, values, bootstrap, 0.9, 1).forEach((advantage, i) => {
          expect(advantage).toBeCloseTo((monteCarlo[i] as number) - (values[i] as number), 9);
        });
      }),
    );
  });
});

describe("normalisation", () => {
  it("gives zero mean and unit variance", () => {
    const values = Float64Array.from([1, 2, 3, 10]);
    normalise(values);
    expect(moments(values).mean).toBeCloseTo(0, 12);
    expect(moments(values).variance).toBeCloseTo(1, 6);
  });

  it("maps equal advantages to 0 instead of dividing by 0", () => {
    const values = Float64Array.from([2, 2, 2]);
    normalise(values);
    expect([...values]).toEqual([0, 0, 0]);
  });
});

describe("explained variance", () => {
  const returns = Float64Array.from([1, 2, 3]);

  it("is 1 for a perfect value, 0 for a constant one, negative for a misleading one", () => {
    expect(explainedVariance(returns, returns)).toBe(1);
    expect(explainedVariance(returns, Float64Array.from([2, 2, 2]))).toBeCloseTo(0, 12);
    expect(explainedVariance(returns, Float64Array.from([3, 2, 1]))).toBeCloseTo(-3, 12);
  });

  it("is 0 where the returns do not vary", () => {
    expect(explainedVariance(Float64Array.from([1, 1]), Float64Array.from([0, 1]))).toBe(0);
  });
});
