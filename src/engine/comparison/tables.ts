/** A comparison as text, Markdown, JSON and CSV. Nothing in it depends on the clock or on the order of finishing. */
import Table from "cli-table3";
import type { ComparedDifference } from "../../protocol/engine.ts";
import { metricCatalogue } from "../../protocol/metrics.ts";
import { csvText, markdownText, visibleText } from "../../protocol/reportText.ts";
import { referenceLabel } from "../../protocol/run.ts";
import type { ComparedMetric } from "../../protocol/suite.ts";
import { type Estimate, formatEstimate, formatInterval, formatNumber } from "../metrics/statistics.ts";
import type { ComparedRow, RunComparison } from "./runComparison.ts";

export const tableFormats = ["text", "markdown", "json", "csv"] as const;
export type TableFormat = (typeof tableFormats)[number];

export function formatComparison(comparison: RunComparison, format: TableFormat): string {
  switch (format) {
    case "text":
      return asText(comparison);
    case "markdown":
      return asMarkdown(comparison);
    case "json":
      return `${JSON.stringify(comparison, undefined, 2)}\n`;
    case "csv":
      return asCsv(comparison);
  }
}

export const metricLabel = (metric: ComparedMetric): string =>
  metricCatalogue[metric === "normalised" ? "evalNormalised" : metric].label;

/** Steps are told with two digits, everything else with three. */
export const digitsOf = (metric: ComparedMetric): number => (metric === "tInt" ? 2 : 3);

export interface Cells {
  readonly head: readonly string[];
  readonly body: readonly (readonly string[])[];
  /** The reference policies. */
  readonly foot: readonly (readonly string[])[];
}

/** The table's texts; reference rows have no interval, they are the same for every seed. */
export function cellsOf({ metrics, rows, references, baseline }: RunComparison): Cells {
  const base = rows[baseline]?.label ?? "";
  const compared = rows.length > 1;
  const head = ["", "Seeds", ...metrics.map(metricLabel), ...(compared ? [`P(> ${base})`, `R_cum - ${base}`] : [])];
  const body = rows.map((row, i) => [
    row.label,
    String(row.seeds.length),
    ...metrics.map((metric) => estimateText(row.metrics[metric], digitsOf(metric))),
    ...(compared ? againstTexts(row, i === baseline) : []),
  ]);
  const foot = references.map(({ policy, metrics: values }) => [
    `reference: ${referenceLabel(policy)}`,
    "",
    ...metrics.map((metric) => numberText(values[metric], digitsOf(metric))),
    ...(compared ? ["", ""] : []),
  ]);
  return { head, body, foot };
}

function againstTexts({ against }: ComparedRow, isBaseline: boolean): readonly string[] {
  if (isBaseline) return ["", ""];
  if (!against) return ["–", "–"];
  const { improvement, difference } = against;
  return [
    improvement ? `${formatNumber(improvement.value, 2)} ${formatInterval(improvement, 2)}` : "–",
    difference ? `${estimateText(difference, 3)}${inBrackets(coverageNote(difference))}` : "–",
  ];
}

/** Where a difference's interval does not cover what the others' do. */
export const coverageNote = ({ covers }: ComparedDifference): string =>
  ({ "seeds and sessions": "", sessions: "one seed", seeds: "seeds only" })[covers];

const inBrackets = (text: string): string => (text === "" ? "" : ` (${text})`);

const estimateText = (estimate: Estimate | undefined, digits: number): string => {
  if (!estimate) return "–";
  const { value, n } = estimate;
  return n === 1 ? formatNumber(value, digits) : formatEstimate(estimate, digits);
};

const numberText = (value: number | undefined, digits: number): string =>
  value === undefined ? "–" : formatNumber(value, digits);

/** What the numbers are and what their intervals cover. */
export function tableLegend({ rows, metrics }: RunComparison): string {
  const scores =
    "Interquartile mean over seeds with its 95% interval over seeds; a seed's score is its mean over the evaluation sessions. Random is 0 and the oracle 1 in the normalised column.";
  const difference =
    "The last column is the mean difference; its 95% interval covers seeds and sessions, or what stands beside it.";
  const drop =
    "The drop is R_cum on users and responses of training minus that of the table, on what training never saw.";
  return [scores, ...(metrics.includes("evalDrop") ? [drop] : []), ...(rows.length > 1 ? [difference] : [])].join(" ");
}

function asText(comparison: RunComparison): string {
  const { head, body, foot } = cellsOf(comparison);
  const table = new Table({
    head: head.map(visibleText),
    colAligns: head.map((_, i) => (i === 0 ? "left" : "right")),
    style: { head: [], border: [] },
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  });
  for (const row of [...body, ...foot]) table.push(row.map(visibleText));
  const notes = comparison.notes.map((note) => `Note: ${note}`);
  return visibleText(
    `${[comparison.title, table.toString(), tableLegend(comparison), ...notes, "", comparison.conclusion].join("\n")}\n`,
  );
}

export function asMarkdown(comparison: RunComparison): string {
  const { title, question, notes, conclusion } = comparison;
  const { head, body, foot } = cellsOf(comparison);
  const line = (cells: readonly string[]) => `| ${cells.map(markdownText).join(" | ")} |`;
  const rule = `|${head.map((_, i) => (i === 0 ? "---" : "---:")).join("|")}|`;
  return `${[
    `# ${markdownText(title)}`,
    ...(question === "" ? [] : ["", markdownText(question)]),
    "",
    line(head),
    rule,
    ...[...body, ...foot].map(line),
    "",
    tableLegend(comparison),
    ...notes.map((note) => `\n> ${markdownText(note)}`),
    "",
    markdownText(conclusion),
  ].join("\n")}\n`;
}

function asCsv({ rows, references }: RunComparison): string {
  const lines = [["row", "metric", "value", "low", "high", "seeds"]];
  for (const { label, metrics } of rows) {
    for (const [metric, { value, low, high, n }] of Object.entries(metrics)) {
      lines.push([label, metric, String(value), String(low), String(high), String(n)]);
    }
  }
  for (const { policy, metrics } of references) {
    for (const [metric, value] of Object.entries(metrics)) {
      lines.push([`reference: ${policy}`, metric, String(value), "", "", ""]);
    }
  }
  return lines.map((cells) => `${cells.map(csvText).join(",")}\n`).join("");
}
