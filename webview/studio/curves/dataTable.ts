/** The numbers behind a chart, for reading and for screen readers. */
import { html, nothing, type TemplateResult } from "lit-html";
import { type MetricName, metricCatalogue } from "../../../src/protocol/metrics.ts";
import { formatCount, formatNumber } from "../../shared/format.ts";
import { lowerBound } from "../runs/series.ts";
import type { CardModel } from "./cardModel.ts";

/** Rows in the page; the CSV export holds all. */
const MOST_ROWS = 300;

export function dataTable(metric: MetricName, { lines }: CardModel): TemplateResult {
  const { label } = metricCatalogue[metric];
  const all = new Set<number>();
  for (const { series } of lines) {
    const iterations = series.iteration.numbers();
    for (let i = Math.max(0, iterations.length - MOST_ROWS); i < iterations.length; i++)
      all.add(iterations[i] as number);
  }
  const rows = [...all].sort((a, b) => b - a).slice(0, MOST_ROWS);
  const total = Math.max(0, ...lines.map(({ series }) => series.length));
  const cell = (line: CardModel["lines"][number], iteration: number): string => {
    const iterations = line.series.iteration.numbers();
    const i = lowerBound(iterations, iteration);
    return iterations[i] === iteration ? formatNumber(line.series.values.numbers()[i] as number, 6) : "";
  };
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="${label}, table">
      <table>
        <caption class="visually-hidden">
          ${label} by iteration, newest first
        </caption>
        <thead>
          <tr>
            <th scope="col">Iteration</th>
            ${lines.map(({ entry }) => html`<th scope="col">${entry.label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (iteration) => html`<tr>
              <th scope="row">${formatCount(iteration)}</th>
              ${lines.map((line) => html`<td>${cell(line, iteration)}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      total > rows.length
        ? html`<p class="hint">The newest ${formatCount(rows.length)} of ${formatCount(total)} rows; the CSV holds all.</p>`
        : nothing
    }`;
}
