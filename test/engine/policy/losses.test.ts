import { describe, expect, it } from "vitest";
import { annealed, clippedSurrogate, policyGradient } from "../../../src/engine/policy/losses.ts";

describe("clipped surrogate", () => {
  const objective = clippedSurrogate(0.2);
  const at = (ratio: number, advantage: number) => objective(Math.log(ratio), 0, advantage);

  it.each([
    // ratio, advantage, loss, gradient by ln p, clipped
    [1, 2, -2, -2, false],
    [1.1, 2, -2.2, -2.2, false],
    [1.5, 2, -2.4, 0, true],
    [1.5, -2, 3, 3, true],
    [0.5, 2, -1, -1, true],
    [0.5, -2, 1.6, 0, true],
    [1.3, 0, 0, 0, true],
  ])("ratio %f, advantage %f", (ratio, advantage, loss, gradient, clipped) => {
    const result = at(ratio, advantage);
    expect(result.loss).toBeCloseTo(loss, 10);
    expect(result.gradient).toBeCloseTo(gradient, 10);
    expect(result.clipped).toBe(clipped);
  });

  it("stays finite however far the policy went", () => {
    for (const result of [objective(5000, 0, -1), objective(-5000, 0, 1), objective(5000, 0, 0)]) {
      for (const value of [result.loss, result.gradient, result.k1, result.k3])
        expect(Number.isFinite(value)).toBe(true);
    }
  });

  it("measures the divergence with k1 = -ln ratio and k3 = (ratio - 1) - ln ratio", () => {
    const { k1, k3 } = at(1.5, 1);
    expect(k1).toBeCloseTo(-Math.log(1.5), 12);
    expect(k3).toBeCloseTo(0.5 - Math.log(1.5), 12);
    expect(at(1, 1).k3).toBe(0);
  });
});

it("A2C weights ln p with the advantage, whatever the ratio", () => {
  const { loss, gradient } = policyGradient(0.2)(-3, -4, 2);
  expect([loss, gradient]).toEqual([6, -2]);
});

it("annealing falls linearly to 0 and stays there", () => {
  expect([0, 25, 100, 150].map((iteration) => annealed(iteration, 100))).toEqual([1, 0.75, 0, 0]);
});
