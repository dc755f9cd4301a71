/** The trials of this experiment, newest first, folded: which one is in sight. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";
import { stateNames } from "../stateNames.ts";
import type { TrialPort } from "./trialPort.ts";
import { verdictsText, whenText } from "./trialText.ts";

export function trialList(app: TrialPort, inSight: TrialSummary): TemplateResult {
  const { trials } = app.state;
  const at = trials.findIndex(({ id }) => id === inSight.id) + 1;
  const choose = (event: Event, id: string): void => {
    const list = (event.currentTarget as HTMLElement).closest("details");
    if (list) list.open = false;
    list?.querySelector("summary")?.focus();
    app.trials.choose(id);
  };
  return html`<details class="trial-list">
    <summary>
      ${inSight.name}, ${whenText(inSight.startedAt)}
      <span class="hint">${trials.length === 1 ? "the only trial" : `${at} of ${trials.length} trials`}</span>
    </summary>
    <ul aria-label="Trials of this experiment">
      ${trials.map(
        (trial) => html`<li>
          <button
            type="button"
            class="session-item trial-item"
            aria-current=${trial.id === inSight.id ? "true" : nothing}
            @click=${(event: Event) => choose(event, trial.id)}
          >
            <span class="session-head">
              <span>${trial.name}</span><span class="hint">${whenText(trial.startedAt)}</span>
            </span>
            <span class="session-scores">
              <strong>${verdictsText(trial)}</strong>
              <span class="hint">${trial.result?.n ?? 0} of ${trial.sessions} visits</span>
              <span class="pill state-${trial.state}">${stateNames[trial.state]}</span>
            </span>
          </button>
        </li>`,
      )}
    </ul>
  </details>`;
}
