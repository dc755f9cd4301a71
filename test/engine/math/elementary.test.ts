import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exp, log, pow, sigmoid, tanh } from "../../../src/engine/math/elementary.ts";

const relative = (found: number, wanted: number) => Math.abs(found - wanted) / Math.max(Math.abs(wanted), 1e-300);

describe("elementary functions", () => {
  it("agree with the platform's to the last digits", () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        expect(relative(exp(x), Math.exp(x))).toBeLessThan(4e-15);
        expect(Math.abs(tanh(x) - Math.tanh(x))).toBeLessThan(1e-11);
        expect(Math.abs(sigmoid(x) - 1 / (1 + Math.exp(-x)))).toBeLessThan(1e-15);
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        expect(Math.abs(log(x) - Math.log(x))).toBeLessThanOrEqual(4e-16 * Math.max(1, Math.abs(Math.log(x))));
      }),
    );
  });

  it("handle the ends of the number line", () => {
    expect(exp(0)).toBe(1);
    expect(exp(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(exp(1000)).toBe(Number.POSITIVE_INFINITY);
    expect(exp(Number.NaN)).toBeNaN();
    expect(log(1)).toBe(0);
    expect(log(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(log(-1)).toBeNaN();
    expect(log(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(relative(log(5e-324), Math.log(5e-324))).toBeLessThan(1e-15);
    expect(tanh(100)).toBe(1);
    expect(tanh(-100)).toBe(-1);
    expect(pow(2, 10)).toBeCloseTo(1024, 10);
  });
});
