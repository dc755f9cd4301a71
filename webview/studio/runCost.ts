/** What a run will ask its models for, told beside Run before it begins. */
import { html, nothing, type TemplateResult } from "lit-html";
import { type RunCalls, runCalls } from "../../src/protocol/run/modelCalls.ts";
import type { StudioSnapshot } from "../../src/protocol/studio.ts";
import { formatCount } from "../shared/format.ts";

export function runCost({ document: { experiment } }: StudioSnapshot): TemplateResult | typeof nothing {
  const calls = experiment && runCalls(experiment);
  if (!calls || calls.plans + calls.reflections === 0) return nothing;
  return html`<span class="run-cost" title=${costTitle(calls)}>${costText(calls, experiment.models.maxCalls)}</span>`;
}

/** `10,400 calls or more`; `10,400 to 20,000 calls`; `pauses at 5,000 calls`. @param limit 0: none */
export function costText({ plans, reflections, score }: RunCalls, limit: number): string {
  const least = plans + reflections + score;
  if (limit === 0) return `${formatCount(least)} calls or more`;
  return limit < least
    ? `pauses at ${formatCount(limit)} calls`
    : `${formatCount(least)} to ${formatCount(limit)} calls`;
}

export function costTitle({ plans, reflections, score }: RunCalls): string {
  const made = [
    ...(plans > 0 ? [`${formatCount(plans)} plans`] : []),
    ...(reflections > 0 ? [`${formatCount(reflections)} reflections`] : []),
  ].join(" and ");
  const scored = score > 0 ? ` Up to ${formatCount(score)} plans score the prompt.` : "";
  return `A whole run asks for ${made} where every visit lasts as long as it can, for more where visits end early.${scored} Answers that are kept cost nothing.`;
}
