/** One step of a visit as one contender served it: plan, slate, prompt and reply. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { EpisodeDetail } from "../../../src/protocol/engine/sessions.ts";
import { formatNumber, formatPercent } from "../../shared/format.ts";
import { callDetails } from "../steps/callDetails.ts";
import { categoryList } from "../steps/categoryList.ts";
import { slateTable } from "../steps/slateTable.ts";
import { endings, planSources } from "../steps/words.ts";

interface Side {
  readonly name: string;
  readonly detail: EpisodeDetail;
  /** From 0. */
  readonly step: number;
  /** Categories that the other side planned at this step; those it has not are marked. */
  readonly otherPlan: ReadonlySet<number>;
}

export function visitSide({ name, detail, step: index, otherPlan }: Side): TemplateResult {
  const { episode, calls, categoryNames } = detail;
  const step = episode.steps[index];
  return html`<section aria-label=${name}>
    <h4>${name}</h4>
    <p class="hint">R_cum ${formatNumber(episode.rCum, 3)} in ${episode.tInt} steps</p>
    ${step ? nothing : html`<p>This visit ended after step ${episode.steps.length}. ${endings[episode.ended]}</p>`}
    ${
      step
        ? html`<h5>Plan <span class="hint">${planSources[step.plan.source]}; dashed: not in the other plan</span></h5>
            ${categoryList(step.plan.categories, categoryNames, otherPlan)}
            <h5>
              Slate
              <span class="hint"
                >${formatPercent(mean(step.probabilities))} mean chance, reward ${formatNumber(step.reward, 3)}, temper left
                ${formatNumber(step.patience, 3)}${step.repeated ? ", repeats the slate before" : ""}</span
              >
            </h5>
            ${slateTable(step, episode.click, categoryNames)} ${callOf(calls, step.plan.callId)}`
        : nothing
    }
  </section>`;
}

/** A plan kept from an earlier step names the call it came from. */
function callOf(calls: EpisodeDetail["calls"], id: string | undefined): TemplateResult | typeof nothing {
  const call = calls.find((other) => other.id === id);
  return call ? callDetails(call) : nothing;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
