/** What a run will ask its models for, told beside Run before it begins. */
import { html, nothing, type TemplateResult } from "lit-html";
import { type RunCalls, runCalls } from "../../src/protocol/run/modelCalls.ts";
import type { StudioSnapshot } from "../../src/protocol/studio.ts";
import { formatCount } from "../shared/format.ts";

export function runCost({ document: { experiment } }: StudioSnapshot): TemplateResult | typeof nothing {
  const calls = experiment && runCalls(experiment);
  if (!calls || calls.plans + calls.reflections === 0) return nothing;
  const { maxCalls, maxCost, maxTokens } = experiment.models;
  const others = maxCost > 0 || maxTokens > 0 ? " Its limit of money or tokens may pause it before." : "";
  return html`<span class="run-cost" title="${costTitle(calls)}${others}">${costText(calls, maxCalls)}</span>`;
}

/** `about 10,400 calls`; `pauses at 5,000 calls`. @param limit 0: none */
function costText({ plans, reflections, score }: RunCalls, limit: number): string {
  const all = plans + reflections + score;
  return limit > 0 && limit < all ? `pauses at ${formatCount(limit)} calls` : `about ${formatCount(all)} calls`;
}

function costTitle({ plans, reflections, score }: RunCalls): string {
  const made = [
    ...(plans > 0 ? [`${formatCount(plans)} plans`] : []),
    ...(reflections > 0 ? [`${formatCount(reflections)} reflections`] : []),
  ].join(" and ");
  const scored = score > 0 ? `, and up to ${formatCount(score)} plans in evaluations` : "";
  return `A whole run asks for ${made}${scored}; for more where visits end early. Answers that are kept cost nothing.`;
}
