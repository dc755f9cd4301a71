/** Prompt and reply of a model call, folded. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { ModelCall } from "../../../src/protocol/engine.ts";
import { formatCount, formatLatency, formatMoney } from "../../shared/format.ts";

export function callDetails(call: ModelCall): TemplateResult {
  const facts = [
    call.model,
    call.cached ? "cached" : formatLatency(call.latencyMs),
    `${formatCount(call.tokensIn)} tokens in${call.tokensCached === undefined ? "" : ` (${formatCount(call.tokensCached)} from the server's cache)`}, ${formatCount(call.tokensOut)} out${call.tokensEstimated ? " (estimated)" : ""}`,
    ...(call.attempts > 1 ? [`${call.attempts} tries`] : []),
    ...(call.cost > 0 ? [formatMoney(call.cost)] : []),
    `prompt ${call.promptHash.slice(0, 7)}`,
  ];
  return html`<details class="call">
    <summary>Prompt and reply <span class="hint">${facts.join(" · ")}</span></summary>
    ${call.messages.map(({ role, content }) => html`<h5 class="message-role">${role}</h5><pre class="message" tabindex="0">${content}</pre>`)}
    <h5 class="message-role">reply</h5>
    <pre class="message" tabindex="0">${call.reply}</pre>
    ${call.error === undefined ? nothing : html`<p class="error-text">${call.error}</p>`}
  </details>`;
}
