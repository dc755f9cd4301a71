/** A metric of one run as it grows: the raw numbers, all of them, for as long as the page lives. */

export type Axis = "iteration" | "userSteps";

/** Numbers that are only ever appended; the buffer doubles, so appending is O(1) amortised and memory at most twice the data. */
export class GrowingArray {
  private buffer = new Float64Array(64);
  private filled = 0;

  get length(): number {
    return this.filled;
  }

  push(value: number): void {
    if (this.filled === this.buffer.length) {
      const larger = new Float64Array(this.buffer.length * 2);
      larger.set(this.buffer);
      this.buffer = larger;
    }
    this.buffer[this.filled] = value;
    this.filled += 1;
  }

  truncate(length: number): void {
    this.filled = Math.min(this.filled, length);
  }

  /** Puts numbers in the place of those from one index up to another. */
  replace(from: number, to: number, numbers: readonly number[]): void {
    const filled = this.filled - (to - from) + numbers.length;
    const changed = new Float64Array(Math.max(64, 2 * filled));
    changed.set(this.buffer.subarray(0, from));
    changed.set(numbers, from);
    changed.set(this.buffer.subarray(to, this.filled), from + numbers.length);
    this.buffer = changed;
    this.filled = filled;
  }

  /** The buffer itself as far as it is filled: valid until the next push. */
  numbers(): Float64Array {
    return this.buffer.subarray(0, this.filled);
  }
}

/** Of each point its place in one of the lists, of the same length. */
export interface SeriesPoints {
  readonly iteration: number[];
  readonly userSteps: number[];
  readonly values: number[];
}

export class Series {
  readonly iteration = new GrowingArray();
  readonly userSteps = new GrowingArray();
  readonly values = new GrowingArray();
  /** Counts every change, for caches. */
  revision = 0;
  /** Counts rewinds: what was derived from the old points is void. */
  rewinds = 0;

  get length(): number {
    return this.values.length;
  }

  /** A run resumed from a checkpoint repeats iterations: the newer points replace the older. */
  append(iteration: number, userSteps: number, value: number): void {
    const iterations = this.iteration.numbers();
    if (iterations.length > 0 && iteration <= (iterations[iterations.length - 1] as number)) {
      this.truncate(lowerBound(iterations, iteration));
    }
    this.iteration.push(iteration);
    this.userSteps.push(userSteps);
    this.values.push(value);
    this.revision += 1;
  }

  /** Puts points in the place of those with `from` <= iteration < `to`; they lie there themselves, in order. */
  fill(from: number, to: number, points: SeriesPoints): void {
    const iterations = this.iteration.numbers();
    const range = [lowerBound(iterations, from), lowerBound(iterations, to)] as const;
    this.iteration.replace(...range, points.iteration);
    this.userSteps.replace(...range, points.userSteps);
    this.values.replace(...range, points.values);
    this.revision += 1;
    this.rewinds += 1;
  }

  axis(axis: Axis): Float64Array {
    return this[axis].numbers();
  }

  /** The iteration at a place of the axis; before the first point it is as far from 0 as the place is. */
  iterationAt(axis: Axis, x: number): number {
    const places = this.axis(axis);
    const iterations = this.iteration.numbers();
    if (axis === "iteration" || places.length === 0) return x;
    const at = Math.min(lowerBound(places, x), places.length - 1);
    const [place = 1, iteration = 0] = [places[at], iterations[at]];
    return at === 0 ? (x / (place || 1)) * iteration : iteration;
  }

  private truncate(length: number): void {
    this.iteration.truncate(length);
    this.userSteps.truncate(length);
    this.values.truncate(length);
    this.rewinds += 1;
  }
}

/** First index from `from` on whose value is not below `x`. */
export function lowerBound(values: Float64Array, x: number, from = 0): number {
  let low = from;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the point nearest to `x`; -1 when there is none. */
export function nearestIndex(values: Float64Array, x: number): number {
  if (values.length === 0) return -1;
  const after = Math.min(lowerBound(values, x), values.length - 1);
  if (after === 0) return 0;
  return x - (values[after - 1] as number) <= (values[after] as number) - x ? after - 1 : after;
}
