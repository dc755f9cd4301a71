/** The one sentence that a comparison's intervals support, and no more than that. */

import { FEWEST_VALUES } from "../metrics/confidenceSequence.ts";
import { type Estimate, formatEstimate, formatInterval, formatNumber } from "../metrics/statistics.ts";
import type { ComparedRow } from "./runComparison.ts";

/** With more rows than this, their intervals are left to the table. */
const MOST_INTERVALS = 6;

/**
 * Sorts the rows by whether their interval of R_cum lies above, below, or overlaps the baseline's. Overlapping intervals
 * do not prove equality: the sentence then says that no difference could be shown.
 */
export function conclude(rows: readonly ComparedRow[], baseline: number): string {
  const base = rows[baseline];
  const level = base?.metrics.rCum;
  if (!base || !level) return "Nothing can be concluded: the baseline has not been evaluated.";
  const others = rows.flatMap((row) => {
    const score = row.metrics.rCum;
    return row === base || !score ? [] : [{ row, score }];
  });
  const stated = `${base.label} reaches R_cum ${formatEstimate(level)}${seedsOf(level)}`;
  if (others.length === 0) return `${stated}.`;
  const single = [level, ...others.map(({ score }) => score)].some(({ n }) => n < 2);
  if (single)
    return `${stated}; ${listed(others.map(({ row }) => pairedWords(row)))}. With one seed in a row nothing can be said about other seeds.`;
  const shown = others.length <= MOST_INTERVALS;
  const name = (list: typeof others) =>
    listed(list.map(({ row, score }) => (shown ? `${row.label} (${formatEstimate(score)})` : row.label)));
  const above = others.filter(({ score }) => score.low > level.high);
  const below = others.filter(({ score }) => score.high < level.low);
  const unclear = others.filter(({ score }) => score.low <= level.high && score.high >= level.low);
  const parts = [
    ...(above.length > 0 ? [`${name(above)} ${above.length === 1 ? "is" : "are"} higher`] : []),
    ...(below.length > 0 ? [`${name(below)} ${below.length === 1 ? "is" : "are"} lower`] : []),
    ...(unclear.length > 0 ? [`no difference could be shown for ${name(unclear)}`] : []),
  ];
  return `${stated}; ${parts.join(", ")}.`;
}

/** What visit by visit can be said of two runs of one seed. */
function pairedWords({ label, against }: ComparedRow): string {
  const difference = against?.difference;
  if (!difference)
    return `nothing can be said about differences to ${label} before both are evaluated on the same visits`;
  const { value, low, high, n } = difference;
  const measured = `${label} differs by ${value < 0 ? "" : "+"}${formatNumber(value, 2)}`;
  if (n < FEWEST_VALUES) return `${measured} over ${n} paired ${n === 1 ? "visit" : "visits"}, too few for an interval`;
  const verdict = low > 0 ? "higher" : high < 0 ? "lower" : "no difference shown";
  return `${measured} ${formatInterval(difference, 2)} over ${n} paired visits (${verdict})`;
}

const seedsOf = ({ n }: Estimate): string => (n === 1 ? "" : ` over ${n} seeds`);

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
