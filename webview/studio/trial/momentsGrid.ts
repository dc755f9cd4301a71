/** Moments by contenders: how many plans passed, and why others did not. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { CellResult, Grid } from "../../../src/protocol/trial/result.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";

export function momentsGrid({ moments, repeats }: Grid, { contenders }: TrialSummary): TemplateResult {
  return html`<section class="trial-section" aria-label="Moments">
    <h3>Moments</h3>
    ${repeats > 1 ? html`<p class="hint">Each is planned ${repeats} times.</p>` : nothing}
    <div class="table-scroll" tabindex="0" role="region" aria-label="Moments by contenders">
      <table class="moments-grid">
        <thead>
          <tr>
            <th scope="col">Moment</th>
            ${contenders.map(({ name }) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${moments.map(
            ({ name, cells }) => html`<tr>
              <th scope="row">${name}</th>
              ${contenders.map((_, i) => cellOf(cells[i]))}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** Categories of a plan that a cell names. */
const NAMED = 3;

function cellOf(cell: CellResult | undefined): TemplateResult {
  if (!cell || cell.planned === 0) return html`<td><span class="hint">not planned yet</span></td>`;
  const { planned, passed, different, plan, about, why } = cell;
  const isPassed = passed === planned;
  const word = planned === 1 ? (isPassed ? "passed" : "failed") : `${passed} of ${planned} passed`;
  return html`<td class=${isPassed ? "passed" : "failed"}>
    <span class="moment-word"><span aria-hidden="true">${isPassed ? "✓" : "✗"}</span> ${word}</span>
    <span class="moment-plan" title=${plan.join(", ")}>${plan.slice(0, NAMED).join(", ")}${plan.length > NAMED ? "…" : ""}</span>
    <div class="hint">
      ${about ?? `${plan.length} ${plan.length === 1 ? "category" : "categories"}`}${different > 1 ? `, ${different} different plans` : ""}
    </div>
    ${why.length > 0 ? html`<ul class="moment-why">${why.map((reason) => html`<li>${reason}</li>`)}</ul>` : nothing}
  </td>`;
}
