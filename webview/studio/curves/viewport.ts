/** The part of the axis all charts show, and the place of their common crosshair. */

export type Range = readonly [number, number];

/** Narrower than this share of the whole there is nothing to see. */
const NARROWEST_SHARE = 1e-6;

/** `range` scaled by `factor` around `centre`, inside `full`; undefined once everything is visible. */
export function zoomed(range: Range, full: Range, centre: number, factor: number): Range | undefined {
  const width = Math.max((range[1] - range[0]) * factor, (full[1] - full[0]) * NARROWEST_SHARE);
  const share = (centre - range[0]) / (range[1] - range[0] || 1);
  return inside([centre - width * share, centre + width * (1 - share)], full);
}

/** `range` moved by `share` of its width, as far as there is something. */
export function panned(range: Range, full: Range, share: number): Range | undefined {
  const by = (range[1] - range[0]) * share;
  const moved = Math.min(Math.max(by, full[0] - range[0]), full[1] - range[1]);
  return inside([range[0] + moved, range[1] + moved], full);
}

function inside(range: Range, full: Range): Range | undefined {
  const low = Math.max(range[0], full[0]);
  const high = Math.min(range[1], full[1]);
  return high - low >= full[1] - full[0] ? undefined : [low, high];
}
