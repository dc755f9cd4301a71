/** The Trial pane: whether the words plan better, where reward is lost, and the visits that show it. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { StudioSnapshot } from "../../../src/protocol/studio.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";
import { emptyState } from "../emptyState.ts";
import { draftPane } from "./draftPane.ts";
import { forestPlot } from "./forestPlot.ts";
import { lostReward } from "./lostReward.ts";
import { momentsGrid } from "./momentsGrid.ts";
import { numbersTable } from "./numbersTable.ts";
import { plansTable } from "./plansTable.ts";
import { trialList } from "./trialList.ts";
import type { TrialPort } from "./trialPort.ts";
import { trialState } from "./trialState.ts";
import { estimate, tryButton } from "./tryButton.ts";
import { modelPlans, OFFLINE_PLANNER } from "./tryObstacle.ts";
import { verdict } from "./verdict.ts";
import { visitPair } from "./visitPair.ts";
import { wordsSection } from "./wordsSection.ts";
import { worstVisits } from "./worstVisits.ts";

export function trialPane(app: TrialPort, snapshot: StudioSnapshot): TemplateResult {
  const draft = app.trials.draft.current;
  if (draft)
    return html`<div class="pane trial-pane"><div class="scroll">${draftPane(app, snapshot, draft)}</div></div>`;
  const trial = app.trials.inSight;
  if (!trial) return noTrial(app, snapshot);
  const { visit } = app.state.page.trial;
  return html`<div class="pane trial-pane">
    <div class="scroll">
      ${
        visit
          ? visitPair(app, trial, visit)
          : html`<div class="trial-top">${trialList(app, trial)} ${newTrial(app)}</div>
            ${result(app, snapshot, trial)}`
      }
    </div>
  </div>`;
}

function result(app: TrialPort, snapshot: StudioSnapshot, trial: TrialSummary): TemplateResult {
  const { result: found } = trial;
  const counted = found && found.n > 0 ? found : undefined;
  return html`<article class="trial" aria-label="Trial ${trial.name}">
    ${verdict(trial)} ${trialState(app, snapshot, trial)}
    <div class="trial-sections">
      ${counted ? forestPlot(counted) : nothing} ${counted ? lostReward(counted) : nothing}
      ${counted ? worstVisits(app, counted) : nothing} ${wordsSection(app, snapshot, trial)}
    </div>
    ${found?.grid ? momentsGrid(found.grid, trial) : nothing} ${counted ? plansTable(counted) : nothing} ${found ? numbersTable(found) : nothing}
  </article>`;
}

function noTrial(app: TrialPort, snapshot: StudioSnapshot): TemplateResult {
  if (!modelPlans(snapshot)) {
    return emptyState({
      title: "No trial yet",
      text: `A trial says whether new words plan better than those in force. ${OFFLINE_PLANNER}`,
      actions: html`<vscode-button ?disabled=${app.isBusy("connectModel")} @click=${() => app.attempt("connectModel", {})}
          >Connect a model</vscode-button
        >
        ${newTrial(app)}`,
    });
  }
  return emptyState({
    title: "No trial yet",
    text: "Change the planner prompt and try it: the same visits are served with your words and with those in force, on a frozen policy. Nothing is trained, and the file may stay unsaved.",
    actions: html`${tryButton(app, snapshot)} ${estimate(app, snapshot, "hint try-cost")} ${newTrial(app)}`,
  });
}

const newTrial = (app: TrialPort): TemplateResult =>
  html`<button
    type="button"
    class="link-button new-trial"
    title="Choose who is compared: versions, files, models, planners without a model"
    @click=${() => app.trials.draft.open()}
    >New trial…</button
  >`;
