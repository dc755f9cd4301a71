/** How figures look in lines of at most 100 columns. */
import { paint } from "../src/engine/commands/terminal.ts";
import type { Comparison } from "./against/comparing.ts";
import { TOO_OFTEN, type Verdict } from "./against/statistics.ts";
import type { Figure } from "./figure.ts";
import type { Row } from "./rows.ts";

const NAME = 40;
const CELL = 9;
const RATIO = 8;
const SPREAD = 12;

/** Three digits that count, or all before the point. */
export function short(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** Gains come in percents: a digit more than a measurement has. */
export const factor = (ratio: number): string => (ratio >= 10 ? short(ratio) : ratio.toFixed(3));

/** What the lines of a row stand below. */
export const rowTitle = ({ name, title }: Row): string => `${paint.strong(name)}: ${title}`;

export const comparisonHead = (): string =>
  `${" ".repeat(NAME)}${"old".padStart(CELL)}${"new".padStart(CELL)}${"ratio".padStart(RATIO)}  spread`;

/** What computed other numbers did other work: it is called neither faster nor slower. */
export function comparisonLine(comparison: Comparison): string {
  const { name, unit, old, new: after, ratio, low, high, verdict, sameWork } = comparison;
  const cells = short(old).padStart(CELL) + short(after).padStart(CELL) + factor(ratio).padStart(RATIO);
  const spread = `${factor(low)}..${factor(high)}`.padEnd(SPREAD);
  const judged = sameWork ? worded(verdict, unit) : paint.warning("other numbers");
  return `${`  ${name}, ${unit}`.padEnd(NAME)}${cells}  ${spread}  ${judged}`;
}

/** Says where the sides did not do the same work; undefined where they did. */
export function otherWork(comparisons: readonly Comparison[]): string | undefined {
  const [first, ...others] = comparisons.filter(({ sameWork }) => !sameWork);
  if (first === undefined) return undefined;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return paint.warning(`  computed other numbers than the old side: ${first.name}${more}`);
}

function worded(verdict: Verdict, unit: string): string {
  const [good, bad] = unit === "MB" ? ["less", "more"] : ["faster", "slower"];
  if (verdict === "better") return paint.good(good);
  if (verdict === "worse") return paint.error(bad);
  return paint.quiet(verdict);
}

/** How far to trust the verdicts: without a difference between the sides, lines still show one now and then. */
export function chanceNote(missed: number, lines: number): string {
  if (missed > TOO_OFTEN) return "Fewer than 5 rounds do not tell a difference from chance.";
  const often = Math.round(1 / missed);
  return `Where nothing differs, 1 line in ${often} still shows a difference: ${short(missed * lines)} of these ${lines}, on average.`;
}

/** A figure of one side, beside what is asked. */
export function figureLine({ name, value, unit, target, lessIsBetter = false }: Figure): string {
  const shown = `${`  ${name}`.padEnd(50)}${short(value).padStart(CELL)} ${unit.padEnd(13)}`;
  if (target === undefined) return shown.trimEnd();
  const reached = lessIsBetter ? value <= target : value >= target;
  const asked = `${lessIsBetter ? "<=" : ">="} ${target}`;
  return `${shown}${asked.padEnd(9)} ${reached ? paint.good("reached") : paint.warning("not reached")}`;
}
