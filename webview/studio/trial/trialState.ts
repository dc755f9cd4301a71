/** How far a trial is, or how it ended; what it cost, what it was served from, and the ways on. */
import { html, nothing, type TemplateResult } from "lit-html";
import { isActive, isResumable } from "../../../src/protocol/run/states.ts";
import type { StudioSnapshot } from "../../../src/protocol/studio.ts";
import { LEAST_COST } from "../../../src/protocol/trial/extent.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";
import { formatCount } from "../../shared/format.ts";
import { isActiveRun, runById, runObstacle } from "../state.ts";
import { stateNames } from "../stateNames.ts";
import { numberField } from "./numberField.ts";
import type { TrialPort } from "./trialPort.ts";
import { progressText, whenText, wholeBill } from "./trialText.ts";
import { cancelButton } from "./tryButton.ts";
import { runningTrial } from "./tryObstacle.ts";

const ELSEWHERE = "It runs on a command line or in another window, and ends there.";

export function trialState(app: TrialPort, snapshot: StudioSnapshot, trial: TrialSummary): TemplateResult {
  const active = isActive(trial.state);
  const progress = active ? app.state.trialProgress[trial.id] : undefined;
  return html`<section class="trial-state" aria-label="State of the trial">
    ${
      active && !trial.elsewhere
        ? html`<progress class="run-progress" max="1" .value=${progress?.fraction ?? 0} aria-label="Progress of the trial"></progress>`
        : nothing
    }
    <div class="trial-state-line">
      <span class="pill state-${trial.state}">${stateNames[trial.state]}</span>
      <span class="trial-far">${progress ? progressText(progress) : soFar(trial)}</span>
      ${mayGoOn(trial) ? ownLimits(app, trial) : nothing}
      ${trial.state === "paused" && !trial.elsewhere ? goOn(app, snapshot, trial, "Go on") : nothing}
      ${trial.elsewhere ? html`<span class="hint">${ELSEWHERE}</span>` : active ? cancelButton(app, trial.id) : waysOn(app, snapshot, trial)}
    </div>
    ${trial.reason === undefined ? nothing : html`<p class="trial-reason">${trial.reason}</p>`}
    ${base(app, snapshot, trial)}
  </section>`;
}

/** Where no progress is told. */
function soFar({ state, result, sessions, startedAt, elsewhere }: TrialSummary): string {
  // Its process tells nobody how far it is.
  if (elsewhere) return "";
  if (state === "starting" || (state === "running" && !result)) return "Getting ready";
  const n = formatCount(result?.n ?? 0);
  const served = `${n} of ${formatCount(sessions)} visits`;
  const bill = result ? `, ${wholeBill(result.contenders)}` : "";
  const when = `, ${whenText(startedAt)}`;
  if (isActive(state)) return `${served}${bill}`;
  if (state !== "done") return `after ${served}${bill}${when}`;
  return `${(result?.n ?? 0) < sessions ? `decided after ${served}` : `${n} visits`}${bill}${when}`;
}

const mayGoOn = (trial: TrialSummary): boolean =>
  !trial.elsewhere && (trial.state === "paused" || isResumable(trial.state) || isUndecided(trial));

const isUndecided = ({ state, result, sessions }: TrialSummary): boolean =>
  state === "done" && sessions > 0 && (result?.pairs.some(({ verdict }) => verdict === "undecided") ?? false);

/** Limits that it was begun with: it goes on within them, or within what is put in their place. */
function ownLimits({ trials }: TrialPort, { id, limits = {} }: TrialSummary): TemplateResult {
  const { maxCalls, maxCost } = { ...limits, ...trials.raisedOf(id) };
  const field = (label: string, value: number, least: number, set: (value: number) => void): TemplateResult =>
    html`<label class="own-limit">${label} at most
      ${numberField({ value, min: least, max: 1_000_000_000, step: "any", required: true, set: (given) => set(given ?? value) })}</label
    >`;
  return html`${maxCalls === undefined ? nothing : field("Calls", maxCalls, 1, (calls) => trials.raise(id, { maxCalls: Math.round(calls) }))}
  ${maxCost === undefined ? nothing : field("US dollars", maxCost, LEAST_COST, (cost) => trials.raise(id, { maxCost: cost }))}`;
}

/** With the rest of its visits, or with as many again where it could not decide. */
function waysOn(app: TrialPort, snapshot: StudioSnapshot, trial: TrialSummary): TemplateResult | typeof nothing {
  const more = 2 * Math.max(trial.sessions, trial.planned);
  if (isResumable(trial.state)) return goOn(app, snapshot, trial, "Go on");
  if (!isUndecided(trial)) return nothing;
  return goOn(app, snapshot, trial, `Go on to ${formatCount(more)} visits`, more);
}

function goOn(
  app: TrialPort,
  snapshot: StudioSnapshot,
  { id }: TrialSummary,
  label: string,
  sessions?: number,
): TemplateResult {
  const running = runningTrial(app.state);
  const other = running && running.id !== id ? "Another trial runs. It goes first." : undefined;
  const obstacle = runObstacle(snapshot) ?? other;
  return html`<vscode-button
    appearance="secondary"
    ?disabled=${obstacle !== undefined || app.isBusy("goOnTrial")}
    title=${obstacle ?? "Serves more visits; those that are complete are not served or paid again. The interval may be watched, so going on costs nothing in honesty"}
    @click=${() => app.trials.goOn(id, sessions)}
    >${label}</vscode-button
  >`;
}

/** What all contenders are served from. A trial beside a run that goes on keeps its base until a newer one is asked for. */
function base(app: TrialPort, snapshot: StudioSnapshot, { base: { run } }: TrialSummary): TemplateResult {
  if (!run) return html`<p class="hint">Served from a policy that has learned nothing: there was no run.</p>`;
  const record = runById(app.state, run.id);
  const isOlder = isActiveRun(record) && record.id === snapshot.currentRun && !runningTrial(app.state);
  return html`<p class="hint">
    Served from the policy of ${record?.name ?? run.id} at iteration ${formatCount(run.iteration)}, frozen.
    ${
      isOlder
        ? html`<button
            type="button"
            class="link-button"
            title="Tries the words as they stand on what the run has learned since"
            @click=${() => app.trials.try({ newest: true })}
          >
            Try on its newest checkpoint
          </button>`
        : nothing
    }
  </p>`;
}
