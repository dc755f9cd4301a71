/** The contenders of a trial that is put together, a row each. */
import { html, nothing, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { valueAt } from "../../../src/protocol/jsonPath.ts";
import type { ContenderWords, DraftContender, StudioSnapshot, TrialDraft } from "../../../src/protocol/studio.ts";
import { type ContenderPlan, contenderPlans } from "../../../src/protocol/trial/record.ts";
import { formatCount } from "../../shared/format.ts";
import { asksModelIn, baseRun } from "./draft.ts";
import type { DraftDesk } from "./draftDesk.ts";
import { numberField } from "./numberField.ts";
import type { TrialPort } from "./trialPort.ts";

const planNames: Readonly<Record<ContenderPlan, string>> = {
  "top-interest": "No model: top interest",
  "least-recently-used": "No model: least recently used",
  "round-robin": "No model: round robin",
  lessons: "No model: what reflections say",
  none: "No plan: everything is allowed",
  oracle: "Oracle plan",
};

export function contenderRows(app: TrialPort, snapshot: StudioSnapshot, { contenders }: TrialDraft): TemplateResult {
  return html`<table class="contenders">
    <thead>
      <tr>
        <th scope="col">Contender</th>
        <th scope="col">Model</th>
        <th scope="col">Temperature</th>
        <th><span class="visually-hidden">Change its place</span></th>
      </tr>
    </thead>
    <tbody>
      ${contenders.map((contender, i) => row(app.trials.draft, snapshot, contender, i, contenders.length))}
    </tbody>
  </table>`;
}

function row(
  desk: DraftDesk,
  snapshot: StudioSnapshot,
  contender: DraftContender,
  index: number,
  count: number,
): TemplateResult {
  const { words } = contender;
  const number = index + 1;
  return html`<tr class="contender-row">
    <th scope="row">
      ${wordsField(desk, snapshot, words, index)}
      ${index === 0 ? html` <span class="pill">baseline</span>` : nothing}
    </th>
    ${asksModelIn(snapshot, words) ? settings(desk, snapshot, contender, index) : html`<td colspan="2"><span class="hint">asks no model</span></td>`}
    <td class="contender-ways">
      ${
        index === 0
          ? nothing
          : html`<button
              type="button"
              class="mini-button"
              aria-label="Make contender ${number} the baseline"
              title="Make it the baseline"
              @click=${() => desk.makeBaseline(index)}
            >
              ↑
            </button>`
      }
      <button
        type="button"
        class="mini-button contender-remove"
        aria-label="Remove contender ${number}"
        title="Remove"
        ?disabled=${count === 1}
        @click=${() => desk.remove(index)}
      >
        ✕
      </button>
    </td>
  </tr>`;
}

function wordsField(desk: DraftDesk, snapshot: StudioSnapshot, words: ContenderWords, index: number): TemplateResult {
  switch (words.from) {
    case "force": {
      const run = baseRun(snapshot);
      return run
        ? html`In force <span class="hint">in ${run.name}</span>`
        : html`No model <span class="hint">as there is no run yet</span>`;
    }
    case "editor":
      return html`This text <span class="hint">${snapshot.prompts.planner.file}</span>`;
    case "file":
      return html`<code>${words.file}</code>`;
    case "plan":
      return html`<select
        aria-label="Who plans as contender ${index + 1}"
        @change=${(event: Event) => {
          const plan = contenderPlans.find((one) => one === (event.target as HTMLSelectElement).value);
          if (plan) desk.change(index, { words: { from: "plan", plan } });
        }}
      >
        ${contenderPlans.map((plan) => html`<option value=${plan} .selected=${live(plan === words.plan)}>${planNames[plan]}</option>`)}
      </select>`;
    case "version":
      return versionField(desk, words, index);
  }
}

function versionField(
  desk: DraftDesk,
  { runId, hash }: Extract<ContenderWords, { from: "version" }>,
  index: number,
): TemplateResult {
  const at = desk.versions.findIndex((version) => version.runId === runId && version.hash === hash);
  return html`<select
    aria-label="Version of contender ${index + 1}"
    @change=${(event: Event) => {
      const chosen = desk.versions[Number((event.target as HTMLSelectElement).value)];
      if (chosen) desk.change(index, { words: { from: "version", runId: chosen.runId, hash: chosen.hash } });
    }}
  >
    ${at < 0 ? html`<option value="-1" .selected=${live(true)}>${hash.slice(0, 7)}${desk.knowsVersions ? ": no run has it" : ""}</option>` : nothing}
    ${desk.versions.map(
      (version, i) =>
        html`<option value=${i} .selected=${live(i === at)}>
          ${version.hash.slice(0, 7)} of ${version.runName}, from iteration ${formatCount(version.since)}
        </option>`,
    )}
  </select>`;
}

/** What is left empty is as the words are asked otherwise. */
function settings(
  desk: DraftDesk,
  snapshot: StudioSnapshot,
  { words, model, temperature }: DraftContender,
  index: number,
): TemplateResult {
  const source = words.from === "force" ? baseRun(snapshot)?.experiment : snapshot.document.experiment;
  const inSource = (path: string): string => String(valueAt(source, path) ?? "");
  return html`<td>
      <input
        type="text"
        class="contender-model"
        aria-label="Model of contender ${index + 1}"
        maxlength="200"
        spellcheck="false"
        placeholder=${inSource("planner.model") || "the prompt's"}
        .value=${model ?? ""}
        @change=${(event: Event) => desk.change(index, { model: (event.target as HTMLInputElement).value.trim() || undefined })}
      />
    </td>
    <td>
      ${numberField({
        label: `Temperature of contender ${index + 1}`,
        className: "contender-temperature",
        value: temperature,
        min: 0,
        max: 2,
        step: "any",
        placeholder: inSource("planner.temperature") || "default",
        set: (value) => desk.change(index, { temperature: value }),
      })}
    </td>`;
}
