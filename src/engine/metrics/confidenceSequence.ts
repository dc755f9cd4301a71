/**
 * An interval that may be looked at after every value and still covers: the asymptotic confidence sequence of
 * Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2021, "Time-uniform central limit theory and asymptotic confidence
 * sequences", in its two-sided form (equation 9 there).
 */
import { log } from "../math/elementary.ts";

export interface SequenceSetting {
  /** Share of all sequences, however long they are watched, that ever leave out the truth: in (0, 1). */
  readonly alpha: number;
  /** Values at which the interval is to be tightest; chosen before the first, and kept. */
  readonly planned: number;
}

/** Below so many values there is no interval: the sequence holds asymptotically. */
export const FEWEST_VALUES = 16;

/**
 * Half the interval's width around the mean of `n` values; undefined below `FEWEST_VALUES`.
 * @param deviation their standard deviation
 */
export function sequenceHalfWidth(
  n: number,
  deviation: number,
  { alpha, planned }: SequenceSetting,
): number | undefined {
  if (n < FEWEST_VALUES) return undefined;
  const narrowing = (-2 * log(alpha) + log(-2 * log(alpha)) + 1) / planned;
  const spread = n * narrowing + 1;
  return deviation * Math.sqrt(((2 * spread) / (n * n * narrowing)) * log(Math.sqrt(spread) / alpha));
}

/** Mean and standard deviation of values as they come (Welford 1962). */
export class RunningMoments {
  private count = 0;
  private average = 0;
  private squares = 0;

  add(value: number): void {
    this.count++;
    const off = value - this.average;
    this.average += off / this.count;
    this.squares += off * (value - this.average);
  }

  get n(): number {
    return this.count;
  }

  /** 0 before the first value. */
  get mean(): number {
    return this.average;
  }

  /** With n - 1 in the denominator; 0 before the second value. */
  get deviation(): number {
    return this.count < 2 ? 0 : Math.sqrt(this.squares / (this.count - 1));
  }
}
