/** A trial is put together: who serves, what, and what it may cost. */
import { html, nothing, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { valueAt } from "../../../src/protocol/jsonPath.ts";
import type { ContenderWords, StudioSnapshot, TrialDraft } from "../../../src/protocol/studio.ts";
import {
  LEAST_COST,
  MOST_CONTENDERS,
  MOST_REPEATS,
  MOST_VISITS,
  USUAL_VISITS,
} from "../../../src/protocol/trial/extent.ts";
import { formatCount } from "../../shared/format.ts";
import { contenderRows } from "./contenderRows.ts";
import { baseRun, draftObstacle, loaded } from "./draft.ts";
import type { DraftDesk } from "./draftDesk.ts";
import { numberField } from "./numberField.ts";
import type { TrialPort } from "./trialPort.ts";
import { estimateText } from "./trialText.ts";
import { modelPlans, runningTrial } from "./tryObstacle.ts";

export function draftPane(app: TrialPort, snapshot: StudioSnapshot, draft: TrialDraft): TemplateResult {
  const desk = app.trials.draft;
  const runOnEnter = (event: KeyboardEvent): void => {
    const { target: field } = event;
    if (event.key !== "Enter" || event.isComposing) return;
    if (!(field instanceof HTMLInputElement) || field.type === "checkbox" || !field.reportValidity()) return;
    // A field tells its value when it is left.
    field.blur();
    void desk.run();
  };
  return html`<section class="draft" aria-labelledby="draft-title" @keydown=${runOnEnter}>
    <header class="draft-head">
      <button type="button" class="link-button" @click=${() => desk.close()}>‹ Back</button>
      <h3 id="draft-title" class="draft-title" tabindex="-1">New trial</h3>
      <span class="spacer"></span>
      <button type="button" class="link-button" title="The contenders and limits that a new trial begins with" @click=${() => desk.reset()}
        >Start afresh</button
      >
    </header>
    <p class="hint">${servedFrom(snapshot)} The first contender is the baseline: all others are held against it.</p>
    ${contenderRows(app, snapshot, draft)} ${additions(desk, snapshot, draft)} ${extent(app, snapshot, draft)}
    ${start(app, snapshot, draft)}
  </section>`;
}

function servedFrom(snapshot: StudioSnapshot): string {
  const run = baseRun(snapshot);
  if (!run)
    return "All serve the same visits from a policy that has learned nothing: there is no run with a checkpoint yet.";
  return `All serve the same visits from the policy of ${run.name}, frozen.`;
}

function additions(desk: DraftDesk, snapshot: StudioSnapshot, { contenders }: TrialDraft): TemplateResult {
  const isFull = contenders.length >= MOST_CONTENDERS;
  const offline = !modelPlans(snapshot);
  const chip: Chip = (label, title, add, disabled = false) =>
    html`<button
      type="button"
      class="chip"
      title=${disabled && !isFull ? "Connect a model first: the offline planner reads no words" : title}
      ?disabled=${disabled || isFull}
      @click=${add}
      >${label}</button
    >`;
  const editor: ContenderWords = { from: "editor" };
  return html`<div class="draft-add" role="group" aria-label="Add a contender">
    <span class="hint" aria-hidden="true">Add</span>
    ${baseRun(snapshot) ? chip("In force", "The words and settings of the run", () => desk.add({ from: "force" })) : nothing}
    ${chip("This text", "The planner prompt as it stands, saved or not", () => desk.add(editor), offline)}
    ${version(desk, chip, offline)}
    ${chip("A file…", "Another prompt of this workspace", () => desk.addFile(), offline)}
    ${chip("Another model", "This text, asked of another model at the same server", () => desk.add(editor, "model"), offline)}
    ${chip("Another temperature", "This text at another temperature", () => desk.add(editor, "temperature"), offline)}
    ${chip("No model", "A planner without a model", () => desk.add({ from: "plan", plan: "least-recently-used" }))}
    ${chip("Oracle plan", "The categories of the best slate there is: what a plan can hardly be better than", () => desk.add({ from: "plan", plan: "oracle" }))}
  </div>`;
}

type Chip = (label: string, title: string, add: () => unknown, disabled?: boolean) => TemplateResult;

function version(desk: DraftDesk, chip: Chip, offline: boolean): TemplateResult | typeof nothing {
  const { another } = desk;
  if (!another) return nothing;
  const { runId, hash } = another;
  return chip("A version", "A text that a run has used", () => desk.add({ from: "version", runId, hash }), offline);
}

/** Visits, moments and limits. */
function extent(app: TrialPort, snapshot: StudioSnapshot, draft: TrialDraft): TemplateResult {
  const desk = app.trials.draft;
  const fitting = loaded(app.state.draftFitting);
  const { moments } = app.state;
  const limits = valueAt(snapshot.document.experiment, "models");
  const maxCalls = Number(valueAt(limits, "maxCalls") ?? 0);
  const maxCost = Number(valueAt(limits, "maxCost") ?? 0);
  return html`<div class="draft-extent">
    <label>Visits ${numberField({
      value: draft.sessions,
      placeholder: fitting ? String(fitting.sessions) : "",
      min: 0,
      max: MOST_VISITS,
      set: (sessions) => desk.set({ sessions }),
      title: `By default as many as fit into two minutes, ${USUAL_VISITS} at most. 0: moments only`,
    })}</label>
    <label class="draft-check" title="Decisions that were kept with Keep as moment; each contender plans them"
      ><input
        type="checkbox"
        .checked=${live(draft.moments && moments !== 0)}
        ?disabled=${!moments}
        @change=${(event: Event) => desk.set({ moments: (event.target as HTMLInputElement).checked })}
      />
      ${momentsText(moments)}</label
    >
    <label>Repeats of each ${numberField({
      value: draft.repeats,
      min: 1,
      max: MOST_REPEATS,
      disabled: !draft.moments || !moments,
      required: true,
      set: (repeats) => desk.set({ repeats: repeats ?? 1 }),
      title: "A model does not repeat itself: how often it plans each moment",
    })}</label>
    <label>Calls at most ${numberField({
      value: draft.maxCalls,
      min: 1,
      max: 1_000_000_000,
      placeholder: maxCalls > 0 ? String(maxCalls) : "no limit",
      set: (calls) => desk.set({ maxCalls: calls }),
      title: "By default as the experiment has it: models.maxCalls",
    })}</label>
    <label>US dollars at most ${numberField({
      value: draft.maxCost,
      min: LEAST_COST,
      max: 1_000_000,
      step: "any",
      placeholder: maxCost > 0 ? String(maxCost) : "no limit",
      set: (cost) => desk.set({ maxCost: cost }),
      title: "By default as the experiment has it: models.maxCost",
    })}</label>
  </div>`;
}

/** @param count undefined: nobody has looked yet */
function momentsText(count: number | undefined): string {
  if (count === undefined) return "Moments";
  return count === 0 ? "Moments: none kept yet" : `${formatCount(count)} ${count === 1 ? "moment" : "moments"}`;
}

const pausesAt = ({ maxCalls }: TrialDraft, calls: number): string =>
  maxCalls !== undefined && maxCalls < calls ? `; pauses at ${formatCount(maxCalls)} calls` : "";

function start(app: TrialPort, snapshot: StudioSnapshot, draft: TrialDraft): TemplateResult {
  const { draftFitting } = app.state;
  const fitting = loaded(draftFitting);
  const other = runningTrial(app.state) && "Another trial runs. It goes first.";
  const obstacle = draftObstacle(draft, snapshot, app.state.moments) ?? other;
  return html`<div class="draft-start">
    <vscode-button
      ?disabled=${obstacle !== undefined || app.isBusy("tryWords")}
      title=${obstacle ?? "Serves the visits with every contender; nothing is trained (Enter)"}
      @click=${() => app.trials.draft.run()}
      >Run trial</vscode-button
    >
    <span role="status">${
      obstacle !== undefined
        ? html`<span class="draft-obstacle">${obstacle}</span>`
        : draftFitting.status === "failed"
          ? html`<span class="error-text">${draftFitting.message}</span>`
          : fitting
            ? html`<span class="try-estimate">${estimateText(fitting)}${pausesAt(draft, fitting.estimate.calls)}</span>`
            : nothing
    }</span>
  </div>`;
}
