/** One row on both sides, in turn. */
import { messageOf } from "../../src/engine/errors.ts";
import type { Figure } from "../figure.ts";
import type { Row } from "../rows.ts";
import type { Side } from "../side.ts";
import { median, orderOf, ratios, type Spread, spread, type Verdict, verdict } from "./statistics.ts";

export interface Comparison extends Spread {
  readonly name: string;
  readonly unit: string;
  /** As measured, round by round. */
  readonly olds: readonly number[];
  readonly news: readonly number[];
  readonly old: number;
  readonly new: number;
  readonly verdict: Verdict;
  /** False where the sides computed different things: then the ratio is not of the same work. */
  readonly sameWork: boolean;
}

export interface Sides {
  readonly old: Side;
  readonly new: Side;
}

/** A row, or why the other side has none. */
export type Compared = { readonly comparisons: readonly Comparison[] } | { readonly notMeasured: string };

/** @throws LerlError what the new side cannot do */
export async function compare(
  row: Row,
  sides: Sides,
  rounds: number,
  signal: AbortSignal,
  measured: () => void,
): Promise<Compared> {
  const found: { readonly old: (readonly Figure[])[]; readonly new: (readonly Figure[])[] } = { old: [], new: [] };
  for (let round = 0; round < rounds; round++) {
    for (const side of orderOf(round)) {
      try {
        found[side].push(await row.measure(sides[side], signal));
      } catch (error) {
        signal.throwIfAborted();
        if (side === "new") throw error;
        return { notMeasured: messageOf(error) };
      }
      measured();
    }
  }
  return { comparisons: comparisonsOf(found.old, found.new) };
}

/** Once per side. Returns why the old one cannot. */
export async function prepare(row: Row, sides: Sides, signal: AbortSignal): Promise<string | undefined> {
  await row.prepare?.(sides.new, signal);
  try {
    await row.prepare?.(sides.old, signal);
  } catch (error) {
    signal.throwIfAborted();
    return messageOf(error);
  }
  return undefined;
}

/** @param olds the figures of each round */
export function comparisonsOf(
  olds: readonly (readonly Figure[])[],
  news: readonly (readonly Figure[])[],
): Comparison[] {
  const [first = []] = news;
  return first.flatMap(({ name, unit, lessIsBetter = false }) => {
    const of = (rounds: readonly (readonly Figure[])[]) =>
      rounds.flatMap((figures) => figures.filter((figure) => figure.name === name && figure.unit === unit));
    const [before, after] = [of(olds), of(news)];
    if (before.length !== after.length) return [];
    const values = { olds: before.map(({ value }) => value), news: after.map(({ value }) => value) };
    const interval = spread(ratios(values.olds, values.news));
    return [
      {
        ...{ name, unit, ...values, ...interval },
        ...{ old: median(values.olds), new: median(values.news) },
        verdict: verdict(interval, lessIsBetter),
        sameWork: new Set([...before, ...after].map(({ check }) => check)).size <= 1,
      },
    ];
  });
}
