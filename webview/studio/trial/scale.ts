/** One horizontal scale for all rows of a plot, in percent of its width. */

export interface Scale {
  /** @returns percent of the width, from 0 to 100 */
  readonly x: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Air on either side, share of the span. */
const AIR = 0.06;
const WANTED_TICKS = 4;

/** Holds 0 and all values. */
export function scaleAround(values: readonly number[]): Scale {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const span = high - low || 1;
  const from = low - AIR * span;
  const width = (1 + 2 * AIR) * span;
  const step = roundStep(span / WANTED_TICKS);
  const first = Math.ceil(from / step);
  const last = Math.floor((from + width) / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return { x: (value) => (100 * (value - from)) / width, ticks };
}

/** 1, 2 or 5 times a power of ten, at least `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((digit) => digit * power >= least) ?? 10);
}
