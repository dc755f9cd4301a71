import fc from "fast-check";
import { expect, test } from "vitest";
import { SmoothedSeries } from "../../../../webview/studio/curves/smoothing.ts";
import { Series } from "../../../../webview/studio/runs/series.ts";

const seriesOf = (values: readonly number[], from = 1): Series => {
  const series = new Series();
  values.forEach((value, i) => void series.append(from + i, (from + i) * 240, value));
  return series;
};

test("smoothing has no start-up bias: a constant stays, the first point is itself", () => {
  expect([...new SmoothedSeries(seriesOf([5, 5, 5]), 0.9).numbers()]).toEqual(
    [5, 5, 5].map((v) => expect.closeTo(v, 10)),
  );
  // s_2 = (w (1 - w) y_1 + (1 - w) y_2) / (1 - w^2) with w = 0.5: (0.25 * 1 + 0.5 * 4) / 0.75.
  const smoothed = new SmoothedSeries(seriesOf([1, 4]), 0.5).numbers();
  expect(smoothed[0]).toBeCloseTo(1, 12);
  expect(smoothed[1]).toBeCloseTo(3, 12);
});

test("smoothing follows growth and rewinds as if started over", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 4, maxLength: 40 }), (values) => {
      const grown = seriesOf(values.slice(0, 2));
      const smoothed = new SmoothedSeries(grown, 0.7);
      smoothed.numbers();
      values.slice(2).forEach((value, i) => void grown.append(3 + i, 0, value));
      expect([...smoothed.numbers()]).toEqual([...new SmoothedSeries(seriesOf(values), 0.7).numbers()]);
      grown.append(2, 0, 99);
      const afresh = new SmoothedSeries(seriesOf([values[0] ?? 0, 99]), 0.7);
      expect([...smoothed.numbers()]).toEqual([...afresh.numbers()]);
    }),
    { numRuns: 30 },
  );
});
