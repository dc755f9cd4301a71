import fc from "fast-check";
import { expect, test } from "vitest";
import { BlockExtremes } from "../../../../webview/studio/curves/blockExtremes.ts";
import { decimate } from "../../../../webview/studio/curves/decimate.ts";

const ascending = (length: number) => Float64Array.from({ length }, (_, i) => i);

test("few points pass through untouched", () => {
  const y = Float64Array.from([3, 1, 2]);
  const { points, decimated } = decimate({ x: ascending(3), y }, { range: [0, 2], buckets: 100, positiveOnly: false });
  expect(decimated).toBe(false);
  expect(points.map(({ y: value }) => value)).toEqual([3, 1, 2]);
});

test("a single spike among 100,000 points stays, and the count says what is shown", () => {
  const y = new Float64Array(100_000);
  y[61_803] = 7;
  y[12_345] = -7;
  const { points, of, decimated } = decimate(
    { x: ascending(100_000), y },
    { range: [0, 99_999], buckets: 500, positiveOnly: false },
  );
  expect(decimated).toBe(true);
  expect(of).toBe(100_000);
  expect(points.length).toBeLessThanOrEqual(4 * 501);
  expect(points).toContainEqual({ x: 61_803, y: 7 });
  expect(points).toContainEqual({ x: 12_345, y: -7 });
  expect(points[0]?.x).toBe(0);
  expect(points.at(-1)?.x).toBe(99_999);
});

test("keeps every bucket's extremes, in order, whatever the data", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 900, maxLength: 3000 }),
      (values) => {
        const y = Float64Array.from(values);
        const { points } = decimate(
          { x: ascending(y.length), y },
          { range: [0, y.length], buckets: 50, positiveOnly: false },
        );
        const shown = points.map((point) => point.y);
        expect(Math.max(...shown)).toBe(Math.max(...values));
        expect(Math.min(...shown)).toBe(Math.min(...values));
        for (let i = 1; i < points.length; i++) {
          expect(points[i]?.x).toBeGreaterThan(points[i - 1]?.x ?? 0);
        }
        for (const { x, y: value } of points) expect(value).toBe(values[x]);
      },
    ),
    { numRuns: 40 },
  );
});

test("only the visible range counts, with one neighbour on each side", () => {
  const { points } = decimate(
    { x: ascending(1000), y: ascending(1000) },
    { range: [400, 410], buckets: 100, positiveOnly: false },
  );
  expect(points[0]?.x).toBe(399);
  expect(points.at(-1)?.x).toBe(410);
});

test("a logarithmic scale leaves out what it cannot show and counts it", () => {
  const { points, notPositive } = decimate(
    { x: ascending(4), y: Float64Array.from([0, 1, -2, 3]) },
    { range: [0, 4], buckets: 100, positiveOnly: true },
  );
  expect(points.map(({ y }) => y)).toEqual([1, 3]);
  expect(notPositive).toBe(2);
});

test("the blocks' extremes change nothing, while the curve grows, is cut back, and grows again", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 900 }),
      fc.tuple(fc.nat(900), fc.nat(900)),
      fc.nat(900),
      fc.integer({ min: 1, max: 12 }),
      fc.boolean(),
      (numbers, [a, b], cut, buckets, positiveOnly) => {
        const blocks = new BlockExtremes();
        const all = Float64Array.from(numbers);
        const grown = Float64Array.from([...all.slice(0, cut), ...all]);
        const range = [Math.min(a, b), Math.max(a, b)] as const;
        // The same points, then fewer and other ones, as after a resumed run.
        [all.slice(0, cut), all, grown].forEach((y, i) => {
          const x = ascending(y.length);
          blocks.follow(y, i === 2 ? 1 : 0);
          if (y.length === 0) return;
          const sight = { range, buckets, positiveOnly };
          expect(decimate({ x, y, blocks }, sight)).toEqual(decimate({ x, y }, sight));
        });
      },
    ),
  );
});
