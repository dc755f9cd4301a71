/** Where reward is lost against the oracle's slate: by the plan, and by the policy inside it. */
import { html, nothing, svg, type TemplateResult } from "lit-html";
import type { ContenderResult, TrialResult } from "../../../src/protocol/trial/result.ts";
import { figures } from "./trialText.ts";

export function lostReward({ contenders }: TrialResult): TemplateResult | typeof nothing {
  const most = Math.max(...contenders.map((contender) => lostBy(contender).plan + lostBy(contender).policy));
  if (!(most > 0)) return nothing;
  return html`<section class="trial-section" aria-label="Where the reward is lost">
    <h3>Where the reward is lost</h3>
    <p class="hint">Expected reward a planned step, against the oracle's slate: lost by the plan, and by the policy inside it. A prompt is judged by the first.</p>
    <table class="lost">
      <thead>
        <tr>
          <th scope="col">Contender</th>
          <th scope="col" class="number"><span class="lost-key plan" aria-hidden="true"></span>Plan</th>
          <th scope="col" class="number"><span class="lost-key policy" aria-hidden="true"></span>Policy</th>
          <th scope="col"><span class="visually-hidden">Drawn</span></th>
        </tr>
      </thead>
      <tbody>
        ${contenders.map((contender) => row(contender, most))}
      </tbody>
    </table>
  </section>`;
}

const lostBy = ({ lostByPlan = 0, lostByPolicy = 0 }: ContenderResult) => ({
  plan: Math.max(0, lostByPlan),
  policy: Math.max(0, lostByPolicy),
});

function row(contender: ContenderResult, most: number): TemplateResult {
  const { name, lostByPlan, lostByPolicy } = contender;
  const { plan, policy } = lostBy(contender);
  const percent = (value: number): string => `${((100 * value) / most).toFixed(2)}%`;
  return html`<tr>
    <th scope="row">${name}</th>
    <td class="number">${lostByPlan === undefined ? "–" : figures(lostByPlan)}</td>
    <td class="number">${lostByPolicy === undefined ? "–" : figures(lostByPolicy)}</td>
    <td class="lost-drawn">
      <svg class="lost-bar" height="14" aria-hidden="true">
        ${svg`<rect class="plan" width=${percent(plan)} height="14" />
          <rect class="policy" x=${percent(plan)} width=${percent(policy)} height="14" />`}
      </svg>
    </td>
  </tr>`;
}
