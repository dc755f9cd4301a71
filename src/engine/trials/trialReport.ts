/** A trial's result as text, Markdown, JSON, CSV, and as JUnit for systems that read tests. */
import Table from "cli-table3";
import { csvText, markdownText } from "../../protocol/reportText.ts";
import { type PlanMeasure, planMeasures } from "../../protocol/run/planQuality.ts";
import { planColumns } from "../../protocol/run/planWords.ts";
import { planQualityOf } from "../../protocol/trial/planQualityOf.ts";
import type { TrialRecord } from "../../protocol/trial/record.ts";
import type { CellResult, PairResult, TrialResult } from "../../protocol/trial/result.ts";
import {
  billText,
  ignoredVisitSentence,
  intervalText,
  moneyText,
  pairSentence,
  passSentence,
  signed,
  undecidedSentence,
  verdictText,
} from "../../protocol/trial/words.ts";
import { oneLine } from "../prompts/categoryWords.ts";
import { shellWord } from "../shellWord.ts";
import type { Found, TrialReport } from "./found.ts";
import { countedMetrics, countedValue, judgeCondition } from "./gate.ts";
import { junitReport, junitText, unfinished } from "./junit.ts";

export const trialFormats = ["text", "markdown", "json", "csv", "junit"] as const;
export type TrialFormat = (typeof trialFormats)[number];

/** Without a result only what programs read: that there is none. */
export function formatTrial(report: TrialReport, format: TrialFormat): string {
  const { record, result, folder } = report;
  if (result) return renderers[format]({ ...report, result });
  if (format === "json") return jsonText({ ...identity(record), folder });
  return format === "junit" ? junitText(record, [unfinished(record, record.name)]) : "";
}

const renderers: Readonly<Record<TrialFormat, (report: Found) => string>> = {
  text: (report) => textReport(onLines(report)),
  markdown: (report) => markdownReport(onLines(report)),
  json: jsonReport,
  csv: csvReport,
  junit: junitReport,
};

/** Names and replies stand on one line each, and steer no terminal. */
function onLines({ record, result, ...report }: Found): Found {
  const contenders = result.contenders.map((row) => ({ ...row, name: oneLine(row.name) }));
  const moments = result.grid?.moments.map(({ name, cells }) => ({
    name: oneLine(name),
    cells: cells.map(({ about, ...cell }) => ({
      ...cell,
      why: cell.why.map(oneLine),
      ...(about !== undefined && { about: oneLine(about) }),
    })),
  }));
  const grid = result.grid && moments && { grid: { ...result.grid, moments } };
  return { ...report, record: { ...record, name: oneLine(record.name) }, result: { ...result, contenders, ...grid } };
}

/** What was found of each contender, in sentences. */
function sentences({ record, result, folder }: Found): readonly string[] {
  const { n } = result;
  const undecided = record.state === "done" && n > 0 && result.pairs.some(({ verdict }) => verdict === "undecided");
  return [
    ...result.contenders.flatMap((contender) => {
      const told = [passSentence(contender, record.repeats), ignoredVisitSentence(contender)];
      return told.flatMap((sentence) => (sentence === undefined ? [] : [`${contender.name}: ${sentence}`]));
    }),
    ...(n === 0 ? [] : result.pairs).map((pair) => {
      const contender = result.contenders[pair.contender];
      const more = undecidedSentence(pair, record.sessions);
      return `${contender?.name}: ${pairSentence(pair, n)} ${contender?.calls ? `${billText(contender)}. ` : ""}${more ?? ""}`.trimEnd();
    }),
    ...(undecided
      ? [`Go on: lerl trial ${shellWord(folder)} --sessions ${2 * Math.max(record.sessions, record.planned)}`]
      : []),
  ];
}

/** Whose words, on what, and how many visits. */
function heading({ record, result }: Found): string {
  const { run } = record.base;
  const base = run ? `run ${run.id}, iteration ${run.iteration}` : "a policy that has learned nothing";
  const { n } = result;
  const isDecided = n < record.sessions && result.pairs.every(({ verdict }) => verdict !== "undecided");
  const moments = result.grid?.moments.length ?? 0;
  const visits =
    record.sessions === 0
      ? `${moments} ${moments === 1 ? "moment" : "moments"}`
      : isDecided
        ? `${n} visits, decided before the ${record.sessions} planned,`
        : `${n} of ${record.sessions} visits`;
  const against = result.pairs.length > 0 ? `; against ${result.contenders[0]?.name}` : "";
  return `${record.name}: ${visits} on ${base}${against}.`;
}

type Cells = readonly (readonly string[])[];

const head = [
  "",
  "R_cum",
  "expected",
  "T_int",
  "R_sin",
  "repeats",
  "lost by plan",
  "by policy",
  "calls",
  "latency",
  "cost",
] as const;

function tableCells(result: TrialResult): Cells {
  return result.contenders.map((row) => [
    row.name,
    number(row.rCum),
    number(row.expected),
    number(row.tInt, 1),
    number(row.rSin, 3),
    share(row.repeats),
    number(row.lostByPlan, 3),
    number(row.lostByPolicy, 3),
    String(row.calls),
    row.latencyMs === undefined ? "–" : `${Math.round(row.latencyMs)} ms`,
    row.calls === 0 ? "–" : moneyText(row.cost),
  ]);
}

const planHead = ["plans", ...planMeasures.map((measure) => planColumns[measure].label), "plan value"];

function planCells(result: TrialResult): Cells {
  return result.contenders.map((row) => {
    const quality = planQualityOf(row);
    return [row.name, ...planMeasures.map((measure) => planCell(measure, quality[measure])), number(row.planValue, 3)];
  });
}

const planCell = (measure: PlanMeasure, value: number | undefined): string =>
  value === undefined ? "–" : planColumns[measure].text(value);

const share = (value: number | undefined): string => (value === undefined ? "–" : `${(100 * value).toFixed(1)} %`);
const number = (value: number | undefined, digits = 2): string => (value === undefined ? "–" : value.toFixed(digits));

const NOTE =
  "The interval may be watched and decides; the bootstrap, for a fixed number of visits, stands beside it. Lost, and plan value: expected reward at the steps with a new plan.";

const pairHead = [
  "against the baseline",
  "reward a visit",
  "interval",
  "verdict",
  "equal within",
  "by clicks",
  "bootstrap",
] as const;

function pairCells(result: TrialResult): Cells {
  return result.pairs.map(({ contender, mean, interval, verdict, margin, clicks }) => [
    result.contenders[contender]?.name ?? "",
    signed(mean),
    interval ? intervalText(interval) : "none below 16 visits",
    verdictText(verdict),
    margin.toFixed(2),
    signed(clicks.mean),
    clicks.interval ? intervalText(clicks.interval) : "–",
  ]);
}

/** Moments by contenders: passed of planned, why not, and the first plan judged as a plan. @param apart sets that off */
function gridCells({ result }: Found, apart: string): Cells {
  const cell = ({ planned, passed, why, plan, about }: CellResult): string => {
    if (planned === 0) return "–";
    const share = planned === 1 ? (passed === 1 ? "pass" : "fail") : `${passed} of ${planned}`;
    const judged = [share, ...(why.length > 0 ? [why.join("; ")] : []), planText(plan)].join(": ");
    return about === undefined ? judged : `${judged}${apart}${about}`;
  };
  return (result.grid?.moments ?? []).map(({ name, cells }) => [name, ...cells.map(cell)]);
}

/** Categories of a plan that a cell names. */
const NAMED = 3;

const planText = (plan: readonly string[]): string =>
  [plan.slice(0, NAMED).join(", "), ...(plan.length > NAMED ? [`and ${plan.length - NAMED} more`] : [])].join(" ") ||
  "no plan";

const gridHead = ({ result }: Found): readonly string[] => [
  "moments",
  ...result.contenders.map(({ name, pass, passAll }) =>
    pass === undefined ? name : `${name} (${share(pass)}${passAll === pass ? "" : `, every time ${share(passAll)}`})`,
  ),
];

function textTable(header: readonly string[], cells: Cells): string {
  const table = new Table({
    head: [...header],
    colAligns: header.map((_, i) => (i === 0 ? ("left" as const) : ("right" as const))),
    style: { head: [], border: [] },
    chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
  });
  table.push(...cells.map((row) => [...row]));
  return table.toString();
}

function textReport(report: Found): string {
  const { result } = report;
  const visits = result.n > 0 ? [...tablesOf(report).map(([header, cells]) => textTable(header, cells)), NOTE] : [];
  const grid = result.grid ? [textTable(gridHead(report), gridCells(report, "\n"))] : [];
  const parts = [heading(report), "", ...sentences(report), "", ...grid, ...visits, ...gateLines(report)];
  return `${parts.join("\n")}\n`;
}

/** Of the visits: differences first. */
const tablesOf = ({ result }: Found): readonly (readonly [readonly string[], Cells])[] => [
  [pairHead, pairCells(result)],
  [head, tableCells(result)],
  [planHead, planCells(result)],
];

function markdownTable(header: readonly string[], cells: Cells): string {
  const line = (row: readonly string[]): string => `| ${row.map(markdownText).join(" | ")} |`;
  return [line(header), line(header.map((_, i) => (i === 0 ? ":---" : "---:"))), ...cells.map(line)].join("\n");
}

function markdownReport(report: Found): string {
  const { result } = report;
  const listed = sentences(report).map((sentence) => `- ${markdownText(sentence)}`);
  const notes = [...(result.n > 0 ? [NOTE] : []), ...gateLines(report).map(markdownText)];
  const parts = [
    markdownText(heading(report)),
    listed.join("\n"),
    ...(result.grid ? [markdownTable(gridHead(report), gridCells(report, "; "))] : []),
    ...(result.n > 0 ? tablesOf(report).map(([header, cells]) => markdownTable(header, cells)) : []),
    notes.join("  \n"),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function jsonReport({ record, result, folder, judgement, conditions }: Found): string {
  const gate = judgement && { judgement, conditions: conditions.map(({ text }) => text) };
  return jsonText({ ...identity(record), folder, ...result, gate });
}

const jsonText = (value: object): string => `${JSON.stringify(value)}\n`;

const identity = ({ id, name, state, reason, base, seed, sessions, planned }: TrialRecord) => ({
  id,
  name,
  state,
  reason,
  base,
  seed,
  sessions,
  planned,
});

/** One line a contender; the baseline has no difference. */
function csvReport({ result }: Found): string {
  const columns = ["name", "rCum", "expected", "tInt", "rSin"] as const;
  const pairColumns = ["n", "difference", "low", "high", "verdict", "better", "worse", "equal"] as const;
  const pairOf = (index: number): readonly (string | number | undefined)[] => {
    const pair: PairResult | undefined = result.pairs.find(({ contender }) => contender === index);
    if (!pair) return pairColumns.map(() => undefined);
    const { mean, interval, verdict, visits } = pair;
    return [result.n, mean, interval?.low, interval?.high, verdict, visits.better, visits.worse, visits.equal];
  };
  const rows = result.contenders.map((row, i) => [
    ...columns.map((column) => row[column]),
    ...countedMetrics.map((metric) => countedValue(row, metric)),
    ...pairOf(i),
  ]);
  return `${[[...columns, ...countedMetrics, ...pairColumns], ...rows].map((row) => row.map((cell) => csvText(String(cell ?? ""))).join(",")).join("\n")}\n`;
}

function gateLines({ conditions, judgement, result }: Found): readonly string[] {
  if (!judgement) return [];
  const words = { holds: "holds", fails: "does not hold", undecided: "undecided" } as const;
  return conditions.map((condition) => {
    const judged = judgeCondition(condition, result).map(
      (one, i) => `${words[one]} for ${result.contenders[result.pairs[i]?.contender ?? 0]?.name}`,
    );
    return `--fail-if "${condition.text}": ${judged.join("; ")}.`;
  });
}
