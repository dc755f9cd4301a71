/**
 * Fewer points for the same picture. The visible part of the axis is cut into buckets about as wide as a line is thick;
 * of each bucket stay the first, the lowest, the highest and the last point: spikes stay, and lines join up.
 *
 *     |          highest            |
 *     |             ●               |
 *     |   ·                  ·      |        ● kept
 *     | ●      ·        ·        ·  |        · left out
 *     | first     ·         ·     ● |
 *     |      ·                 last |
 *     |               ·    ●        |
 *     |                 lowest      |
 *     +-------- one bucket ---------+
 *
 * Most points of a long curve are not even looked at: where a bucket covers a whole block of points, the block's own
 * lowest and highest (blockExtremes.ts) stand for them.
 *
 *     blocks   |---------|---------|---------|---------|---
 *     bucket        [····|=========|=========|·····]            · read one by one, = known from the block
 */
import { lowerBound } from "../runs/series.ts";
import { BLOCK_POINTS, type BlockExtremes } from "./blockExtremes.ts";
import type { Range } from "./viewport.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Curve {
  /** Ascending. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Of y's blocks: the same result sooner. */
  readonly blocks?: BlockExtremes;
}

/** What of a curve is seen, and how finely. */
interface Sight {
  /** Visible part of the axis; one neighbour on each side is kept, so that lines run to the edge. */
  readonly range: Range;
  /** Parts of the range; each keeps at most four points. */
  readonly buckets: number;
  /** A logarithmic scale shows no others. */
  readonly positiveOnly: boolean;
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

export function decimate({ x, y, blocks }: Curve, { range, buckets, positiveOnly }: Sight): Decimated {
  const from = Math.max(0, lowerBound(x, range[0]) - 1);
  const to = Math.min(x.length, lowerBound(x, range[1]) + 1);
  const of = to - from;
  const points: Point[] = [];
  const keep = (i: number): void => void points.push({ x: x[i] as number, y: y[i] as number });
  let notPositive = 0;
  if (of <= buckets * POINTS_PER_BUCKET) {
    for (let i = from; i < to; i++) {
      if (positiveOnly && (y[i] as number) <= 0) notPositive++;
      else keep(i);
    }
    return { points, of, decimated: false, notPositive };
  }
  const start = x[from] as number;
  const width = ((x[to - 1] as number) - start) / buckets;
  // What a logarithmic scale leaves out has to be counted point by point.
  const lows = positiveOnly ? none : (blocks?.lowest ?? none);
  const highs = positiveOnly ? none : (blocks?.highest ?? none);
  const bucket = new Bucket(y);
  let i = from;
  for (let bucketsEnded = 1; i < to; bucketsEnded++) {
    // The bucket's end is searched for, so that the loop over its points only compares values.
    const end = bucketsEnded >= buckets ? to : Math.min(to, lowerBound(x, start + bucketsEnded * width, i));
    bucket.empty();
    while (i < end) {
      const block = i / BLOCK_POINTS;
      if (i % BLOCK_POINTS === 0 && block < lows.length && i + BLOCK_POINTS <= end) {
        bucket.addBlock(i, lows[block] as number, highs[block] as number);
        i += BLOCK_POINTS;
      } else {
        if (positiveOnly && (y[i] as number) <= 0) notPositive++;
        else bucket.add(i);
        i++;
      }
    }
    bucket.forEach(keep);
  }
  return { points, of, decimated: true, notPositive };
}

const none = new Float64Array(0);

/** Of the points added the first, lowest, highest and last, by their index. */
class Bucket {
  private first = -1;
  private lowest = -1;
  private highest = -1;
  private last = -1;
  private low = Number.POSITIVE_INFINITY;
  private high = Number.NEGATIVE_INFINITY;

  constructor(private readonly y: Float64Array) {}

  empty(): void {
    this.first = -1;
    this.lowest = -1;
    this.highest = -1;
    this.last = -1;
    this.low = Number.POSITIVE_INFINITY;
    this.high = Number.NEGATIVE_INFINITY;
  }

  add(i: number): void {
    if (this.first < 0) this.first = i;
    this.last = i;
    this.lower(i);
    this.raise(i);
  }

  /** A block from `start` on, whose lowest and highest are known. */
  addBlock(start: number, lowest: number, highest: number): void {
    if (this.first < 0) this.first = start;
    this.last = start + BLOCK_POINTS - 1;
    this.lower(lowest);
    this.raise(highest);
  }

  private lower(i: number): void {
    const value = this.y[i] as number;
    if (value >= this.low) return;
    this.low = value;
    this.lowest = i;
  }

  private raise(i: number): void {
    const value = this.y[i] as number;
    if (value <= this.high) return;
    this.high = value;
    this.highest = i;
  }

  /** Each point once, in the order of the axis. */
  forEach(keep: (i: number) => void): void {
    let kept = -1;
    const inOrder = [this.first, Math.min(this.lowest, this.highest), Math.max(this.lowest, this.highest), this.last];
    for (const i of inOrder) {
      if (i > kept) keep(i);
      kept = i;
    }
  }
}
