import { expect, test } from "vitest";
import { Coverage } from "../../../../webview/studio/runs/coverage.ts";

test("nothing is missing where all rows are held", () => {
  const coverage = new Coverage(0);
  expect(coverage.isPartial).toBe(false);
  expect(coverage.missing({ from: -10, to: 1e9 })).toBeUndefined();
});

test("of what is seen only earlier iterations are asked for, in whole ones", () => {
  const coverage = new Coverage(1000);
  expect(coverage.missing({ from: -0.5, to: 2000 })).toEqual({ from: 0, to: 1000 });
  expect(coverage.missing({ from: 900.5, to: 950.5 })).toEqual({ from: 900, to: 951 });
  expect(coverage.missing({ from: 1000, to: 2000 })).toBeUndefined();
});

test("a sample serves for about its own range, all rows for every part", () => {
  const coverage = new Coverage(1000);
  coverage.add({ from: 0, to: 1000, whole: false });
  expect(coverage.isPartial).toBe(true);
  expect(coverage.missing({ from: 100, to: 700 })).toBeUndefined();
  expect(coverage.missing({ from: 100, to: 500 })).toEqual({ from: 100, to: 500 });
  coverage.add({ from: 100, to: 500, whole: true });
  expect(coverage.missing({ from: 200, to: 210 })).toBeUndefined();
  expect(coverage.missing({ from: 0, to: 1000 })).toBeUndefined();
  coverage.add({ from: 0, to: 1000, whole: true });
  expect(coverage.isPartial).toBe(false);
});

test("what is drawn over is held no more", () => {
  const coverage = new Coverage(1000);
  coverage.add({ from: 100, to: 200, whole: true });
  coverage.add({ from: 0, to: 1000, whole: false });
  expect(coverage.missing({ from: 100, to: 200 })).toEqual({ from: 100, to: 200 });
});
