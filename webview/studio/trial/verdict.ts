/** The verdict, a sentence for each contender. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { PairResult } from "../../../src/protocol/trial/result.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";
import { pairSentence } from "../../../src/protocol/trial/words.ts";
import { undecidedText } from "./trialText.ts";

export function verdict(trial: TrialSummary): TemplateResult {
  const { result, contenders } = trial;
  const pairs = result && result.n > 0 ? result.pairs : [];
  return html`<section class="verdicts" aria-label="Verdict">
    ${
      pairs.length > 0
        ? pairs.map((pair) => sentence(trial, pair, result?.n ?? 0))
        : html`<div class="verdict"><p class="verdict-names hint">${contenders.map(({ name }) => name).join(", ")}</p>
            <p class="verdict-sentence">No visit counts yet.</p></div>`
    }
  </section>`;
}

function sentence(trial: TrialSummary, pair: PairResult, n: number): TemplateResult {
  const more = undecidedText(trial, pair.contender);
  const [baseline] = trial.contenders;
  return html`<div class="verdict ${pair.interval || pair.verdict === "identical" ? pair.verdict : "undecided"}">
    <p class="verdict-names hint">“${trial.contenders[pair.contender]?.name}” against “${baseline?.name}”</p>
    <p class="verdict-sentence">${pairSentence(pair, n)}</p>
    ${more === undefined ? nothing : html`<p class="hint">${more}</p>`}
  </div>`;
}
