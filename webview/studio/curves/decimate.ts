/** Fewer points for the same picture: per bucket of the axis the first, lowest, highest and last one, so spikes stay. */

import { lowerBound } from "../runs/series.ts";
import { BLOCK_POINTS, type BlockExtremes } from "./blockExtremes.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Decimated {
  readonly points: readonly Point[];
  /** Points in the visible range before decimation. */
  readonly of: number;
  readonly decimated: boolean;
  /** Points a logarithmic scale cannot show. */
  readonly notPositive: number;
}

const POINTS_PER_BUCKET = 4;
const none = new Float64Array(0);

/**
 * @param x ascending
 * @param range visible part of the axis; one neighbour on each side is kept, so that lines run to the edge
 * @param buckets parts of the range; each keeps at most four points
 * @param blocks the extremes of y's blocks: the same result sooner
 */
export function decimate(
  x: Float64Array,
  y: Float64Array,
  range: readonly [number, number],
  buckets: number,
  positiveOnly: boolean,
  blocks?: BlockExtremes,
): Decimated {
  const from = Math.max(0, lowerBound(x, range[0]) - 1);
  const to = Math.min(x.length, lowerBound(x, range[1]) + 1);
  const count = to - from;
  const points: Point[] = [];
  let notPositive = 0;
  const keep = (i: number): void => {
    points.push({ x: x[i] as number, y: y[i] as number });
  };
  if (count <= buckets * POINTS_PER_BUCKET) {
    for (let i = from; i < to; i++) {
      if (positiveOnly && (y[i] as number) <= 0) notPositive++;
      else keep(i);
    }
    return { points, of: count, decimated: false, notPositive };
  }
  const start = x[from] as number;
  const width = ((x[to - 1] as number) - start) / buckets;
  // What a logarithmic scale leaves out has to be counted point by point.
  const lows = positiveOnly ? none : (blocks?.lowest ?? none);
  const highs = positiveOnly ? none : (blocks?.highest ?? none);
  let i = from;
  for (let bucket = 1; i < to; bucket++) {
    // The bucket's end is searched for, so that the loop over its points only compares values.
    const end = bucket >= buckets ? to : Math.min(to, lowerBound(x, start + bucket * width, i));
    let first = -1;
    let last = -1;
    let lowest = -1;
    let highest = -1;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    while (i < end) {
      const block = i / BLOCK_POINTS;
      if (i % BLOCK_POINTS === 0 && block < lows.length && i + BLOCK_POINTS <= end) {
        const blockLow = lows[block] as number;
        const blockHigh = highs[block] as number;
        if (first < 0) first = i;
        last = i + BLOCK_POINTS - 1;
        if ((y[blockLow] as number) < low) {
          low = y[blockLow] as number;
          lowest = blockLow;
        }
        if ((y[blockHigh] as number) > high) {
          high = y[blockHigh] as number;
          highest = blockHigh;
        }
        i += BLOCK_POINTS;
        continue;
      }
      const at = i++;
      const value = y[at] as number;
      if (positiveOnly && value <= 0) {
        notPositive++;
        continue;
      }
      if (first < 0) first = at;
      last = at;
      if (value < low) {
        low = value;
        lowest = at;
      }
      if (value > high) {
        high = value;
        highest = at;
      }
    }
    if (first < 0) continue;
    keep(first);
    const early = Math.min(lowest, highest);
    const late = Math.max(lowest, highest);
    if (early > first && early < last) keep(early);
    if (late > early && late > first && late < last) keep(late);
    if (last > first) keep(last);
  }
  return { points, of: count, decimated: true, notPositive };
}
