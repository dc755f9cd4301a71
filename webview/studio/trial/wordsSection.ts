/** The words of each contender: how they differ, and the way to have them in the prompt. */

import { html, nothing, type TemplateResult } from "lit-html";
import { normalisedPrompt } from "../../../src/protocol/promptText.ts";
import type { StudioSnapshot } from "../../../src/protocol/studio.ts";
import type { ContenderRecord } from "../../../src/protocol/trial/record.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";
import { diffList } from "../../shared/diffList.ts";
import { formatValue } from "../../shared/format.ts";
import type { TrialPort } from "./trialPort.ts";

export function wordsSection(
  app: TrialPort,
  snapshot: StudioSnapshot,
  trial: TrialSummary,
): TemplateResult | typeof nothing {
  const { contenders } = trial;
  if (!contenders.some(({ prompt }) => prompt)) return nothing;
  return html`<section class="trial-section wide" aria-label="Words">
    <h3>Words</h3>
    <ul class="contender-words">
      ${contenders.map((contender, i) => html`<li>${words(app, snapshot, trial, contender, i)}</li>`)}
    </ul>
  </section>`;
}

function words(
  app: TrialPort,
  { prompts: { planner } }: StudioSnapshot,
  trial: TrialSummary,
  contender: ContenderRecord,
  index: number,
): TemplateResult {
  const { name, prompt } = contender;
  const first = trial.contenders[0]?.prompt;
  const isThere = prompt !== undefined && normalisedPrompt(prompt.text) === normalisedPrompt(planner.text);
  const settings = [
    ...Object.entries(contender.planner).map(([key, value]) => `${key} ${formatValue(value, 40)}`),
    ...contender.pool.map(({ action, reflection }) => `${action} reflection ${reflection}`),
  ];
  return html`<div class="contender-head">
      <strong class="contender-name">${name}</strong>
      ${settings.length > 0 ? html`<span class="hint">${settings.join(", ")}</span>` : nothing}
      ${
        prompt
          ? isThere
            ? html`<span class="hint">in the prompt now</span>`
            : html`<vscode-button
                appearance="secondary"
                aria-label="Use these words: ${name}"
                title="Writes this text into the planner prompt; one undo takes it back"
                ?disabled=${app.isBusy("useTrialWords") || !planner.exists}
                @click=${() => app.trials.useWords(trial, index)}
                >Use these words</vscode-button
              >`
          : html`<span class="hint">no words</span>`
      }
    </div>
    ${
      prompt && first && index > 0
        ? normalisedPrompt(prompt.text) === normalisedPrompt(first.text)
          ? html`<p class="hint">The same words as the baseline's.</p>`
          : html`<details>
              <summary>How they differ from the baseline's</summary>
              ${diffList(first.text, prompt.text, `Words of ${name} against the baseline's`)}
            </details>`
        : nothing
    }`;
}
