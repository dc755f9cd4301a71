import { expect, test } from "vitest";
import { nearestIndex, Series } from "../../../../webview/studio/runs/series.ts";

const seriesOf = (values: readonly number[], from = 1): Series => {
  const series = new Series();
  values.forEach((value, i) => void series.append(from + i, (from + i) * 240, value));
  return series;
};

test("a series keeps every point it is given", () => {
  const series = seriesOf(Array.from({ length: 5000 }, (_, i) => i));
  expect(series.length).toBe(5000);
  expect(series.values.numbers()[4999]).toBe(4999);
  expect(series.axis("userSteps")[4999]).toBe(5000 * 240);
});

test("points of a resumed run replace the ones after its checkpoint", () => {
  const series = seriesOf([1, 2, 3, 4]);
  series.append(3, 720, 30);
  expect([...series.values.numbers()]).toEqual([1, 2, 30]);
  expect(series.rewinds).toBe(1);
});

test("the point nearest to a place", () => {
  const values = Float64Array.from([1, 2, 4]);
  expect(nearestIndex(values, -5)).toBe(0);
  expect(nearestIndex(values, 2.9)).toBe(1);
  expect(nearestIndex(values, 3.1)).toBe(2);
  expect(nearestIndex(values, 99)).toBe(2);
  expect(nearestIndex(new Float64Array(), 1)).toBe(-1);
});

test("points are put in the place of those of a range", () => {
  const series = seriesOf([1, 2, 3, 4, 5]);
  series.fill(2, 4, { iteration: [2, 3], userSteps: [480, 720], values: [20, 30] });
  expect([...series.values.numbers()]).toEqual([1, 20, 30, 4, 5]);
  series.fill(-9, 1, { iteration: [-2, 0], userSteps: [0, 0], values: [7, 8] });
  expect([...series.iteration.numbers()]).toEqual([-2, 0, 1, 2, 3, 4, 5]);
  series.fill(4, 99, { iteration: [], userSteps: [], values: [] });
  expect([...series.values.numbers()]).toEqual([7, 8, 1, 20, 30]);
  series.append(6, 1440, 9);
  expect([...series.values.numbers()]).toEqual([7, 8, 1, 20, 30, 9]);
});

test("the iteration at a place of either axis, before the first point too", () => {
  const series = seriesOf([1, 2, 3], 100);
  expect(series.iterationAt("iteration", 12.5)).toBe(12.5);
  expect(series.iterationAt("userSteps", 101 * 240)).toBe(101);
  expect(series.iterationAt("userSteps", 50 * 240)).toBe(50);
  expect(series.iterationAt("userSteps", 1e9)).toBe(102);
  expect(new Series().iterationAt("userSteps", 7)).toBe(7);
});
