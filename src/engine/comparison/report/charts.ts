/** Drawings of a report as inline SVG. Colours come from the page's style, so that they follow light and dark. */

import { type Estimate, formatNumber } from "../../metrics/statistics.ts";
import type { CurvePoint } from "../sampleEfficiency.ts";
import { at, html, type Markup } from "./markup.ts";

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The range of some values with a little air; never empty. */
export function rangeOf(values: readonly number[]): Range {
  const known = values.filter(Number.isFinite);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const air = (high - low || Math.abs(high) || 1) * 0.04;
  return known.length === 0 ? { low: 0, high: 1 } : { low: low - air, high: high + air };
}

const scale =
  ({ low, high }: Range, from: number, to: number) =>
  (value: number) =>
    from + ((value - low) / (high - low)) * (to - from);

const WHISKER = { width: 130, height: 22 } as const;

/** An estimate with its interval on a shared scale; `marks` are reference values. */
export function whisker(estimate: Estimate, range: Range, marks: readonly number[], accented: boolean): Markup {
  const { width, height } = WHISKER;
  const x = scale(range, 4, width - 4);
  const middle = height / 2;
  const { value, low, high } = estimate;
  return html`<svg class="whisker${accented ? " accented" : ""}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true">
<line class="rail" x1="0" x2="${width}" y1="${middle}" y2="${middle}"/>
${marks.map((mark) => html`<line class="mark" x1="${at(x(mark))}" x2="${at(x(mark))}" y1="2" y2="${height - 2}"/>`)}
<line class="interval" x1="${at(x(low))}" x2="${at(x(high))}" y1="${middle}" y2="${middle}"/>
<circle class="dot" cx="${at(x(value))}" cy="${middle}" r="4"/></svg>`;
}

export interface CurveChart {
  readonly label: string;
  readonly curve: readonly CurvePoint[];
  /** Drawn in grey beside it. */
  readonly beside: readonly CurvePoint[];
  readonly steps: Range;
  readonly values: Range;
}

const CURVE = { width: 280, height: 150, left: 34, right: 8, top: 8, bottom: 22 } as const;

/** One learning curve with its band. */
export function curveChart({ label, curve, beside, steps, values }: CurveChart): Markup {
  const { width, height, left, right, top, bottom } = CURVE;
  const x = scale(steps, left, width - right);
  const y = scale(values, height - bottom, top);
  const line = (points: readonly CurvePoint[]) =>
    points.map(({ userSteps, value }) => `${at(x(userSteps))},${at(y(value))}`).join(" ");
  const band = [
    ...curve.map(({ userSteps, high }) => `${at(x(userSteps))},${at(y(high))}`),
    ...[...curve].reverse().map(({ userSteps, low }) => `${at(x(userSteps))},${at(y(low))}`),
  ].join(" ");
  const last = curve.at(-1);
  return html`<figure class="chart"><figcaption>${label}${last && html` <b>${formatNumber(last.value, 2)}</b>`}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Return while training: ${label}">
${ticks(values, 4).map(
  (tick) => html`<line class="grid" x1="${left}" x2="${width - right}" y1="${at(y(tick))}" y2="${at(y(tick))}"/>
<text class="tick" x="${left - 5}" y="${at(y(tick) + 3)}" text-anchor="end">${tickText(tick)}</text>`,
)}
${ticks(steps, 3).map(
  (tick) =>
    html`<text class="tick" x="${at(x(tick))}" y="${height - 6}" text-anchor="middle">${thousands(tick)}</text>`,
)}
<polyline class="beside" points="${line(beside)}"/>
<polygon class="band" points="${band}"/>
<polyline class="curve" points="${line(curve)}"/></svg></figure>`;
}

/** About `count` round numbers inside a range. */
export function ticks({ low, high }: Range, count: number): readonly number[] {
  const rough = (high - low) / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

const tickText = (value: number): string => String(Number(value.toPrecision(6)));
const thousands = (value: number): string => (value >= 1000 ? `${tickText(value / 1000)}k` : tickText(value));

export interface HeatMap {
  readonly label: string;
  /** [step][category] shares */
  readonly shares: readonly (readonly number[])[];
  /** Categories to show, in order; the others are added up in a last line. */
  readonly categories: readonly number[];
  readonly names: readonly string[];
  /** The share drawn in full strength. */
  readonly strongest: number;
}

const CELL = { width: 9, height: 12, label: 96, top: 4 } as const;
const MOST_STEPS = 30;

/**
 * Category by step: the stronger a cell, the larger the category's share of what was recommended at that step. The line
 * of all others is grey and on a scale of its own, from nothing to everything.
 */
export function heatMap({ label, shares, categories, names, strongest }: HeatMap): Markup {
  const shown = shares.slice(0, MOST_STEPS);
  const others = (row: readonly number[]) =>
    row.reduce((sum, share, category) => (categories.includes(category) ? sum : sum + share), 0);
  const lines = [
    ...categories.map((category) => ({
      name: names[category] ?? "",
      of: (row: readonly number[]) => (row[category] ?? 0) / strongest,
      style: "heat",
    })),
    ...(categories.length < names.length ? [{ name: "All others", of: others, style: "heat rest" }] : []),
  ];
  const columns = Math.max(20, shown.length);
  const width = CELL.label + columns * CELL.width + 4;
  const height = CELL.top + lines.length * CELL.height + 16;
  return html`<figure class="chart"><figcaption>${label}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Categories over steps: ${label}">
${lines.map(
  (
    { name, of, style },
    i,
  ) => html`<text class="tick" x="${CELL.label - 6}" y="${CELL.top + i * CELL.height + 9}" text-anchor="end">${shortened(name)}</text>
${shown.map((row, t) => {
  const strength = Math.min(1, of(row));
  return strength < 0.005
    ? undefined
    : html`<rect class="${style}" x="${CELL.label + t * CELL.width}" y="${CELL.top + i * CELL.height}" width="${CELL.width - 1}" height="${CELL.height - 1}" fill-opacity="${strength.toFixed(2)}"/>`;
})}`,
)}
${[1, 5, 10, 15, 20, 25, 30]
  .filter((step) => step <= columns)
  .map(
    (step) =>
      html`<text class="tick" x="${at(CELL.label + (step - 0.5) * CELL.width)}" y="${height - 3}" text-anchor="middle">${step}</text>`,
  )}</svg></figure>`;
}

const shortened = (name: string): string => (name.length > 16 ? `${name.slice(0, 15)}…` : name);
