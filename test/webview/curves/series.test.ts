import fc from "fast-check";
import { expect, test } from "vitest";
import type { RunCursor, RunSlice } from "../../../src/protocol/engine.ts";
import { meanWithBand } from "../../../webview/studio/curves/lines.ts";
import { SmoothedSeries } from "../../../webview/studio/curves/smoothing.ts";
import { panned, zoomed } from "../../../webview/studio/curves/viewport.ts";
import { RunLibrary } from "../../../webview/studio/runs/runLibrary.ts";
import { nearestIndex, Series } from "../../../webview/studio/runs/series.ts";

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

test("mean and band over seeds, at the iterations all runs have", () => {
  const { series, band } = meanWithBand([seriesOf([1, 2, 3]), seriesOf([3, 6]), seriesOf([4, 0], 2)]);
  expect([...series.iteration.numbers()]).toEqual([2]);
  expect([...series.values.numbers()]).toEqual([4]);
  expect([...(band?.low.values.numbers() ?? [])]).toEqual([2]);
  expect([...(band?.high.values.numbers() ?? [])]).toEqual([6]);
});

test("zooming keeps the centre in place and ends at the whole", () => {
  expect(zoomed([0, 100], [0, 100], 25, 0.5)).toEqual([12.5, 62.5]);
  expect(zoomed([12.5, 62.5], [0, 100], 25, 4)).toBeUndefined();
  expect(panned([10, 20], [0, 100], -5)).toEqual([0, 10]);
  expect(panned([90, 95], [0, 100], 9)).toEqual([95, 100]);
});

// ---------------------------------------------------------------------------------------------------- loading a run

const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({
    iteration: from + i + 1,
    userSteps: (from + i + 1) * 240,
    values: { tInt: from + i },
  }));

const sliceOf = (from: number, to: number): RunSlice => ({
  runId: "a",
  metrics: rows(from, to),
  timing: [],
  events: [],
  references: [],
  cursor: { metrics: to, timing: 0, events: 0 },
});

/** A run of `length` rows that answers at most `chunk` at a time. */
function library(run: { length: number }, chunk = 1000) {
  const asked: RunCursor[] = [];
  const made = new RunLibrary(
    async (_runId, cursor) => {
      asked.push(cursor);
      const from = Math.min(Math.max(0, cursor.metrics), run.length);
      return sliceOf(from, Math.min(run.length, from + chunk));
    },
    () => undefined,
  );
  return { made, asked };
}

test("loads a run in as many slices as the host gives", async () => {
  const { made } = library({ length: 2500 });
  await made.load("a");
  expect(made.get("a")?.series.get("tInt")?.length).toBe(2500);
});

test("an event that joins on is taken; one after a gap makes the page ask from its cursor", async () => {
  const run = { length: 10 };
  const { made, asked } = library(run);
  await made.load("a");
  run.length = 12;
  await made.append(sliceOf(10, 12));
  expect(made.get("a")?.series.get("tInt")?.length).toBe(12);
  const before = asked.length;
  run.length = 20;
  await made.append(sliceOf(18, 20));
  expect(asked.slice(before)[0]?.metrics).toBe(12);
  expect(made.get("a")?.series.get("tInt")?.length).toBe(20);
});

test("a log cut back to a checkpoint is read anew", async () => {
  const run = { length: 50 };
  const { made } = library(run);
  await made.load("a");
  run.length = 30;
  await made.load("a");
  expect(made.get("a")?.series.get("tInt")?.length).toBe(30);
});
