/** The one sentence that a comparison's intervals support, and no more than that. */

import type { ComparedDifference } from "../../protocol/engine.ts";
import { FEWEST_VALUES } from "../metrics/confidenceSequence.ts";
import { type Estimate, formatEstimate, formatInterval, formatNumber } from "../metrics/statistics.ts";
import type { ComparedRow } from "./runComparison.ts";
import { coverageNote } from "./tables.ts";

/** With more rows than this, their intervals are left to the table. */
const MOST_INTERVALS = 6;

/**
 * Sorts the rows by whether the interval of their difference to the baseline in R_cum lies above 0, below it or around
 * it. An interval around 0 does not prove equality: the sentence then says that no difference could be shown.
 */
export function conclude(rows: readonly ComparedRow[], baseline: number): string {
  const base = rows[baseline];
  const level = base?.metrics.rCum;
  if (!base || !level) return "Nothing can be concluded: the baseline has not been evaluated.";
  const stated = `${base.label} reaches R_cum ${formatEstimate(level)}${seedsOf(level)}`;
  const others = rows.filter((row) => row !== base && row.metrics.rCum);
  if (others.length === 0) return `${stated}.`;
  const shown = others.length <= MOST_INTERVALS;
  const name = (row: ComparedRow) => {
    const difference = row.against?.difference;
    return shown && difference ? `${row.label} (${differenceText(difference)})` : row.label;
  };
  const of = (wanted: Verdict) => others.filter((row) => verdictOf(row) === wanted);
  const [above, below, unclear, single] = [of("higher"), of("lower"), of("unclear"), of("one seed")];
  const is = (list: readonly ComparedRow[]) => `${listed(list.map(name))} ${list.length === 1 ? "is" : "are"}`;
  const parts = [
    ...(above.length > 0 ? [`${is(above)} higher`] : []),
    ...(below.length > 0 ? [`${is(below)} lower`] : []),
    ...(unclear.length > 0 ? [`no difference could be shown for ${listed(unclear.map(name))}`] : []),
    ...(single.length > 0 ? [listed(single.map(pairedWords))] : []),
  ];
  const limit = single.length > 0 ? " With one seed in a row nothing can be said about other seeds." : "";
  return `${stated}; ${parts.join(", ")}.${limit}`;
}

type Verdict = "higher" | "lower" | "unclear" | "one seed";

function verdictOf({ against }: ComparedRow): Verdict {
  const difference = against?.difference;
  if (!difference || difference.covers === "sessions") return "one seed";
  return difference.low > 0 ? "higher" : difference.high < 0 ? "lower" : "unclear";
}

function differenceText(difference: ComparedDifference): string {
  const note = coverageNote(difference);
  return `${signed(difference.value)} ${formatInterval(difference, 2)}${note === "" ? "" : `, ${note}`}`;
}

/** What visit by visit can be said of two runs of one seed. */
function pairedWords({ label, against }: ComparedRow): string {
  const difference = against?.difference;
  if (!difference)
    return `nothing can be said about differences to ${label} before both are evaluated on the same visits`;
  const { value, low, high, n } = difference;
  const measured = `${label} differs by ${signed(value)}`;
  if (n < FEWEST_VALUES) return `${measured} over ${n} paired ${n === 1 ? "visit" : "visits"}, too few for an interval`;
  const verdict = low > 0 ? "higher" : high < 0 ? "lower" : "no difference shown";
  return `${measured} ${formatInterval(difference, 2)} over ${n} paired visits (${verdict})`;
}

export const signed = (value: number): string => `${value < 0 ? "" : "+"}${formatNumber(value, 2)}`;

const seedsOf = ({ n }: Estimate): string => (n === 1 ? "" : ` over ${n} seeds`);

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
