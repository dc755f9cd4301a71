/** What a run read of its data, and what to know before its results are trusted. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { RunRecord } from "../../src/protocol/run.ts";

export function runData({ data }: RunRecord): TemplateResult | typeof nothing {
  if (!data) return nothing;
  // Where much was dropped, the warning tells the rest.
  const isTold = data.findings.some(({ code }) => code === "data.dropped");
  return html`${data.read === undefined || isTold ? nothing : html`<p class="run-data" title=${data.read}>${data.read}</p>`}
  ${data.findings.map(({ message }) => html`<p class="run-reason warning">${message}</p>`)}`;
}
