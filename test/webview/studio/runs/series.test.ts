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
