/** Categories by name and number, of a plan or an item. */
import { html, type TemplateResult } from "lit-html";
import type { EpisodeDetail } from "../../../src/protocol/engine/sessions.ts";

export type CategoryNames = EpisodeDetail["categoryNames"];

/** @param planned the categories expected; any other is marked */
export function categoryList(
  ids: readonly number[],
  names: CategoryNames,
  planned?: ReadonlySet<number>,
): TemplateResult {
  if (ids.length === 0) return html`<p class="hint">none</p>`;
  return html`<ul class="categories">
    ${ids.map(
      (id) =>
        html`<li class=${planned && !planned.has(id) ? "unplanned" : ""}>${names[id] ?? "category"} <span class="hint">${id}</span></li>`,
    )}
  </ul>`;
}
