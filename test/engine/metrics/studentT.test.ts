import { describe, expect, it } from "vitest";
import { normalTail, studentQuantile } from "../../../src/engine/metrics/studentT.ts";

describe("quantile of Student's t", () => {
  // Any printed table, two-sided 95 %.
  it.each([
    [1, 12.7062],
    [2, 4.30265],
    [3, 3.18245],
    [4, 2.77645],
    [9, 2.26216],
    [30, 2.04227],
    [199, 1.97196],
    [10_000, 1.9602],
  ])("with %i degrees of freedom is %f", (freedom, expected) => {
    expect(studentQuantile(freedom) / expected).toBeCloseTo(1, 4);
  });
});

it("the normal tail is that of a table", () => {
  expect(normalTail(0)).toBe(0.5);
  expect(normalTail(1.959963985)).toBeCloseTo(0.025, 6);
  expect(normalTail(2.776445105)).toBeCloseTo(0.0027478456, 6);
  expect(normalTail(3)).toBeCloseTo(0.001349898, 6);
});
