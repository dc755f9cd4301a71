/** The visits that lost most against the baseline; each opens both visits side by side. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { PairResult, TrialResult } from "../../../src/protocol/trial/result.ts";
import { signed } from "../../../src/protocol/trial/words.ts";
import { shorten } from "../../shared/format.ts";
import { focusDrawn } from "./focusDrawn.ts";
import type { TrialPort } from "./trialPort.ts";

export function worstVisits(app: TrialPort, { pairs, contenders }: TrialResult): TemplateResult | typeof nothing {
  const lists = pairs.filter(({ worst }) => worst.length > 0);
  if (lists.length === 0) return nothing;
  return html`<section class="trial-section" aria-label="Worst visits">
    <h3>Worst visits</h3>
    <p class="hint">Where the contender lost most, in expected reward. Open one to see both visits step by step.</p>
    ${lists.map(
      (pair) =>
        html`${pairs.length > 1 ? html`<h4>${contenders[pair.contender]?.name}</h4>` : nothing} ${list(app, pair)}`,
    )}
  </section>`;
}

/** The focus follows into what takes the list's place. */
function open(app: TrialPort, session: number, contender: number): void {
  app.trials.openVisit(session, contender);
  focusDrawn(".visit-title");
}

function list(app: TrialPort, { worst, contender }: PairResult): TemplateResult {
  return html`<ul class="worst">
    ${worst.map(
      ({ session, user, difference }) => html`<li>
        <button
          type="button"
          class="worst-visit"
          id="visit-${contender}-${session}"
          @click=${() => open(app, session, contender)}
        >
          <span>User ${shorten(user, 24)}</span> <span class="worst-difference">${signed(difference)}</span>
        </button>
      </li>`,
    )}
  </ul>`;
}
