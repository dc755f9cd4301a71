/** The items of a step with the true chance of a click, and the feedback given. */
import { html, type TemplateResult } from "lit-html";
import type { EpisodeStep } from "../../../src/protocol/run.ts";
import { formatPercent } from "../../shared/format.ts";
import { type CategoryNames, categoryList } from "./categoryList.ts";

/** @param click name of the feedback that is the click */
export function slateTable(step: EpisodeStep, click: string, names: CategoryNames): TemplateResult {
  const planned = new Set(step.plan.categories);
  return html`<div class="table-scroll">
    <table class="slate">
      <thead>
        <tr>
          <th scope="col">Item</th>
          <th scope="col">Categories</th>
          <th scope="col" class="number">Chance</th>
          <th scope="col">Feedback</th>
        </tr>
      </thead>
      <tbody>
        ${step.items.map((item, i) => {
          const given = step.feedback[i] ?? [];
          return html`<tr class=${given.includes(click) ? "clicked" : ""}>
            <th scope="row">${item}</th>
            <td>${categoryList(step.itemCategories[i] ?? [], names, planned)}</td>
            <td class="number">${formatPercent(step.probabilities[i] ?? 0)}</td>
            <td>${given.length > 0 ? given.join(", ") : html`<span class="hint">none</span>`}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}
