/** *Try* beside the run's buttons, with what it costs; while a trial runs, how far it is and the way out. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { StudioSnapshot } from "../../../src/protocol/studio.ts";
import { stateNames } from "../stateNames.ts";
import type { TrialPort } from "./trialPort.ts";
import { estimateText, progressText } from "./trialText.ts";
import { runningTrial, tryObstacle } from "./tryObstacle.ts";

const WHAT_IT_DOES =
  "Serves the same visits with this text and with the one in force, on a frozen policy; nothing is trained";

export function tryBar(app: TrialPort, snapshot: StudioSnapshot): TemplateResult {
  const running = runningTrial(app.state);
  if (!running) {
    return html`<span class="try">${tryButton(app, snapshot)} ${estimate(app, snapshot, "try-estimate")}</span>`;
  }
  const progress = app.state.trialProgress[running.id];
  return html`<span class="try" role="group" aria-label="Trial">
    ${cancelButton(app, running.id)}
    <span class="try-estimate">${progress ? progressText(progress) : stateNames[running.state]}</span>
  </span>`;
}

export function tryButton(app: TrialPort, snapshot: StudioSnapshot): TemplateResult {
  const obstacle = tryObstacle(snapshot);
  const cost = estimateOf(app);
  return html`<vscode-button
    ?disabled=${obstacle !== undefined || app.isBusy("tryWords")}
    title=${obstacle ?? `${WHAT_IT_DOES}${cost === undefined ? "" : `: ${cost}`} (Ctrl+Enter)`}
    @click=${() => app.trials.try()}
    >Try</vscode-button
  >`;
}

export const cancelButton = (app: TrialPort, id: string): TemplateResult =>
  html`<vscode-button
    appearance="secondary"
    aria-label="Cancel the trial"
    ?disabled=${app.isBusy("stopTrial")}
    title="Ends the trial; what was paid for is kept, and it can go on"
    @click=${() => app.attempt("stopTrial", { id })}
    >Cancel</vscode-button
  >`;

/** What it costs at most, where that is known and something can be tried. */
export function estimate(app: TrialPort, snapshot: StudioSnapshot, className: string): TemplateResult | typeof nothing {
  const text = estimateOf(app);
  if (text === undefined || tryObstacle(snapshot) !== undefined) return nothing;
  return html`<span class=${className} title="What a trial asks for at most">${text}</span>`;
}

const estimateOf = ({ state: { fitting } }: TrialPort): string | undefined =>
  fitting.status === "ready" ? estimateText(fitting.value) : undefined;
