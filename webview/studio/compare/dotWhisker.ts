/** Values with their intervals, one small scale per metric, runs below one another. */
import { html, nothing, svg, type TemplateResult } from "lit-html";
import type { ComparisonCell, ComparisonRow } from "../../../src/protocol/engine.ts";
import { metricCatalogue } from "../../../src/protocol/metrics.ts";

const WIDTH = 120;
const ROW_HEIGHT = 18;
const INSET = 8;
/** The returns first; then what else the engine compares, in its order. */
const first = ["rCum", "tInt", "rSin", "normalised"];

export function dotWhisker(rows: readonly ComparisonRow[]): TemplateResult {
  const names = [...new Set(rows.flatMap(({ metrics }) => Object.keys(metrics)))];
  names.sort((a, b) => rank(a) - rank(b));
  return html`<div class="dot-whiskers">${names.map((name) => metric(name, rows))}</div>`;
}

const rank = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length);

function metric(name: string, rows: readonly ComparisonRow[]): TemplateResult {
  const cells = rows.map(({ metrics }) => metrics[name]);
  const known = cells.filter((cell) => cell !== undefined);
  const low = Math.min(...known.map((cell) => cell.low));
  const high = Math.max(...known.map((cell) => cell.high));
  const span = high - low || Math.abs(high) || 1;
  const x = (value: number): number => INSET + ((value - low) / span) * (WIDTH - 2 * INSET);
  return html`<figure class="dot-whisker">
    <figcaption>${labelOf(name)}</figcaption>
    <table>
      <thead class="visually-hidden">
        <tr><th scope="col">Run</th><th scope="col">Value</th><th scope="col">Interval</th><th scope="col">Drawn</th></tr>
      </thead>
      <tbody>
        ${rows.map(({ label, seeds }, i) => {
          const cell = cells[i];
          return html`<tr>
            <th scope="row" title="Seeds ${seeds.join(", ")}">${label}</th>
            <td class="number">${cell ? fixed(cell.value) : "–"}</td>
            <td class="interval">${!cell ? "" : cell.n > 1 ? `${fixed(cell.low)} to ${fixed(cell.high)}` : "one seed"}</td>
            <td>${cell ? whisker(cell, i, x) : ""}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </figure>`;
}

function whisker({ value, low, high, n }: ComparisonCell, index: number, x: (value: number) => number): TemplateResult {
  const middle = ROW_HEIGHT / 2;
  return html`<svg class="whisker" viewBox="0 0 ${WIDTH} ${ROW_HEIGHT}" aria-hidden="true">
      ${svg`<line class="rail" x1=${INSET} x2=${WIDTH - INSET} y1=${middle} y2=${middle} />
      ${
        n > 1
          ? svg`<line class="line-stroke-${index % 6}" x1=${x(low)} x2=${x(high)} y1=${middle} y2=${middle} />
      <line class="line-stroke-${index % 6}" x1=${x(low)} x2=${x(low)} y1=${middle - 4} y2=${middle + 4} />
      <line class="line-stroke-${index % 6}" x1=${x(high)} x2=${x(high)} y1=${middle - 4} y2=${middle + 4} />`
          : nothing
      }
      <circle class="line-fill-${index % 6}" cx=${x(value)} cy=${middle} r="4.5" />`}
    </svg>`;
}

/** The same decimals throughout a scale's range, so that columns can be read down. */
const fixed = (value: number): string => value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1.5 ? 2 : 3);

function labelOf(name: string): string {
  const known: Readonly<Record<string, { readonly label: string; readonly unit: string }>> = metricCatalogue;
  if (name === "normalised") return "Normalised R_cum";
  const definition = known[name];
  return definition ? `${definition.label}${definition.unit ? ` (${definition.unit})` : ""}` : name;
}
