/** P(row > column) for every pair of runs; the shade repeats the number, it does not replace it. */
import { html, type TemplateResult } from "lit-html";
import type { Comparison } from "../../../src/protocol/engine.ts";

/** Shades, from surely worse to surely better. */
const SHADES = 7;

export function improvementMatrix({ rows, improvement }: Comparison): TemplateResult {
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="Probability of improvement">
    <table class="improvement">
      <thead>
        <tr>
          <td></td>
          ${rows.map(({ label }) => html`<th scope="col">${label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ label }, i) => html`<tr>
            <th scope="row">${label}</th>
            ${rows.map((_, j) => {
              const p = improvement[i]?.[j];
              if (i === j || p === undefined || p === null) return html`<td class="same">–</td>`;
              return html`<td class="shade-${Math.min(SHADES - 1, Math.floor(p * SHADES))}">${p.toFixed(2)}</td>`;
            })}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
