/** What a pane shows when it has nothing to show: what is the matter, and the way on. */
import { html, nothing, type TemplateResult } from "lit-html";

interface EmptyState {
  readonly title: string;
  readonly text: string | TemplateResult;
  readonly actions?: TemplateResult;
}

export function emptyState({ title, text, actions }: EmptyState): TemplateResult {
  return html`<section class="empty">
    <h3>${title}</h3>
    <p>${text}</p>
    ${actions ? html`<div class="empty-actions">${actions}</div>` : nothing}
  </section>`;
}
