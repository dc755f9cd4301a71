/** One timeline event as it is told at a chart's marker and in the list of events. */
import { html, nothing, type TemplateResult } from "lit-html";
import { formatCount, shorten } from "../../shared/format.ts";
import { describeEvent, type ToldEvent } from "./timeline.ts";

export function eventText(event: ToldEvent): TemplateResult {
  const { kind, title, detail, lines } = describeEvent(event);
  return html`<div class="event ${kind}">
    <p><strong>${shorten(title, 200)}</strong> <span class="hint">iteration ${formatCount(event.iteration)}</span></p>
    ${detail ? html`<p>${shorten(detail, 300)}</p>` : nothing}
    ${lines.map((line) => html`<p class="event-line">${shorten(line, 120)}</p>`)}
  </div>`;
}
