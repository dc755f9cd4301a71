/** The run bar: what runs, how far it is, what it costs, who plans; and the buttons to start and stop it. */
import { html, nothing, type TemplateResult } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { asksModel } from "../../src/protocol/asksModel.ts";
import type { ModelActivity, RunProgress } from "../../src/protocol/engine.ts";
import { valueAt } from "../../src/protocol/jsonPath.ts";
import { type PromptRole, promptRoles } from "../../src/protocol/promptRole.ts";
import { type AnsweredRole, answeredRoles, isMostlyStandIn } from "../../src/protocol/run/answeredRoles.ts";
import { planMeasures } from "../../src/protocol/run/planQuality.ts";
import { planColumns, planQualityText } from "../../src/protocol/run/planWords.ts";
import { scoreOf } from "../../src/protocol/run/score.ts";
import { isResumable } from "../../src/protocol/run/states.ts";
import type { RunRecord } from "../../src/protocol/run.ts";
import type { StudioSnapshot } from "../../src/protocol/studio.ts";
import { formatCount, formatDuration, formatLatency, formatMoney, formatNumber } from "../shared/format.ts";
import { plannedBy } from "./plannedBy.ts";
import type { HostActions, PageWriter } from "./ports.ts";
import { runCost } from "./runCost.ts";
import { runData } from "./runData.ts";
import { currentRun, isActiveRun, runObstacle } from "./state.ts";
import { stateNames } from "./stateNames.ts";

const providers = [
  ["offline", "Offline planner"],
  ["openai", "OpenAI-compatible server"],
  ["vscode", "Editor's models"],
  ["replay", "Replay"],
] as const;

/** What the run bar asks of the app. */
export interface RunBarPort extends PageWriter, HostActions {
  /** Starts the experiment, or resumes the paused run. */
  run(): Promise<void>;
}

/** @param trying what stands beside the run's buttons: the trial's */
export function runBar(app: RunBarPort, snapshot: StudioSnapshot, trying: TemplateResult): TemplateResult {
  const { document } = snapshot;
  const record = currentRun(app.state);
  const name = valueAt(document.experiment, "name");
  return html`<header class="run-bar">
    <div class="run-line">
      <h1 title=${document.file}>${typeof name === "string" ? name : document.file}</h1>
      ${document.dirty ? html`<span class="dirty" title="The experiment file has unsaved changes">● <span class="visually-hidden">unsaved changes</span></span>` : nothing}
      ${buttons(app, snapshot, record)} ${trying}
      ${seedField(app, snapshot)}
      ${providerFields(app, snapshot)}
      <span class="spacer"></span>
      ${record ? status(record, app.state.progress[record.id], snapshot) : nothing}
    </div>
    ${record ? progressBar(record, app.state.progress[record.id]) : nothing}
    ${record ? runData(record) : nothing}
    ${record ? standInNote(answeredSoFar(record, app.state.progress[record.id])) : nothing} ${offlineNote(app, snapshot)}
  </header>`;
}

function buttons(app: RunBarPort, snapshot: StudioSnapshot, record: RunRecord | undefined): TemplateResult {
  const obstacle = runObstacle(snapshot);
  if (!isActiveRun(record)) {
    return html`<span class="run-buttons">
      <vscode-button
        ?disabled=${obstacle !== undefined || app.isBusy("run")}
        title=${obstacle ?? "Run the experiment (Ctrl+F5)"}
        @click=${() => app.run()}
        >Run</vscode-button
      >
      ${
        record && isResumable(record.state)
          ? html`<vscode-button
              appearance="secondary"
              ?disabled=${obstacle !== undefined || app.isBusy("resume")}
              @click=${() => app.attempt("resume", { runId: record.id })}
              title="Continue ${record.name} from its checkpoint"
              >Resume</vscode-button
            >`
          : nothing
      }
      ${runCost(snapshot)}
    </span>`;
  }
  const runId = record.id;
  const paused = record.state === "paused";
  return html`<span class="run-buttons">
    ${
      paused
        ? html`<vscode-button ?disabled=${app.isBusy("resume")} @click=${() => app.attempt("resume", { runId })}>Resume</vscode-button>`
        : html`<vscode-button
            ?disabled=${record.state === "starting" || app.isBusy("pause")}
            @click=${() => app.attempt("pause", { runId })}
            >Pause</vscode-button
          >`
    }
    <vscode-button appearance="secondary" ?disabled=${app.isBusy("stop")} @click=${() => app.attempt("stop", { runId })}
      >Stop</vscode-button
    >
  </span>`;
}

function seedField(app: RunBarPort, snapshot: StudioSnapshot): TemplateResult {
  const inFile = Number(valueAt(snapshot.document.experiment, "seed") ?? 1);
  const set = (event: Event): void => {
    const { value } = event.target as HTMLInputElement;
    const seed = Number(value);
    const own = value.trim() !== "" && Number.isInteger(seed) && seed >= 0 && seed <= 0xffff_ffff && seed !== inFile;
    app.patchPage({ seed: own ? seed : undefined });
  };
  return html`<label class="run-field" title="Seed of the next run; the file stays as it is"
    >Seed
    <input type="number" class="seed" min="0" max="4294967295" step="1" .value=${live(String(app.state.page.seed ?? inFile))} @change=${set}
  /></label>`;
}

function providerFields(app: RunBarPort, snapshot: StudioSnapshot): TemplateResult {
  const provider = valueAt(snapshot.document.experiment, "planner.provider");
  const model = valueAt(snapshot.document.experiment, "planner.model");
  const edit = (path: string, value: unknown): void => void app.attempt("editDocument", { changes: [{ path, value }] });
  return html`<label class="run-field" title="Who plans; saved in the experiment file"
      >Planner
      <select @change=${(event: Event) => edit("planner.provider", (event.target as HTMLSelectElement).value)}>
        ${providers.map(([id, label]) => html`<option value=${id} ?selected=${id === provider}>${label}</option>`)}
      </select></label
    >
    ${
      provider === "openai" || provider === "vscode"
        ? html`<label class="run-field"
            >Model
            <input
              type="text"
              class="model"
              placeholder="as in the prompt file"
              .value=${live(typeof model === "string" ? model : "")}
              @change=${(event: Event) => edit("planner.model", (event.target as HTMLInputElement).value.trim() || undefined)}
          /></label>`
        : nothing
    }`;
}

function status(record: RunRecord, progress: RunProgress | undefined, snapshot: StudioSnapshot): TemplateResult {
  const iteration = progress?.iteration ?? record.iteration;
  const rCum = progress?.rCum ?? scoreOf(record)?.rCum;
  const calls = progress?.calls ?? 0;
  const active = isActiveRun(record);
  return html`<dl class="run-status" aria-label="State of ${record.name}">
    <div>
      <dt class="visually-hidden">State</dt>
      <dd><span class="pill state-${record.state}">${stateNames[record.state]}</span></dd>
    </div>
    <div>
      <dt>Iteration</dt>
      <dd>${formatCount(iteration)} of ${formatCount(record.iterations)}</dd>
    </div>
    ${rCum === undefined ? nothing : html`<div><dt>R_cum</dt><dd>${formatNumber(rCum)} ${planner(record)}</dd></div>`}
    ${drop(record)}
    ${
      active && progress?.secondsLeft !== undefined
        ? html`<div><dt>Left</dt><dd>${formatDuration(progress.secondsLeft)}</dd></div>`
        : nothing
    }
    ${calls > 0 || (progress?.cost ?? 0) > 0 ? budget(record, calls, progress?.cost ?? 0, snapshot) : nothing}
    ${answeredByModel(answeredSoFar(record, progress))} ${judgedPlans(record)} ${active && progress?.models ? modelActivity(progress.models, record.state === "paused") : nothing}
  </dl>`;
}

/** What a finished run scores where it was trained, and how much of it strangers cost. */
function drop({ summary }: RunRecord): TemplateResult | typeof nothing {
  if (!summary?.trainingWorld) return nothing;
  const { rCum } = summary.trainingWorld;
  const lost = rCum - summary.rCum;
  return html`<div title="R_cum with users and a response model of training, and what is lost, or gained, of it on those that training never saw">
    <dt>In training's world</dt>
    <dd>${formatNumber(rCum)} <span class="hint">${lost < 0 ? "gain" : "drop"} ${Math.abs(lost).toFixed(3)}</span></dd>
  </div>`;
}

/** The record comes with a change of the run's state, the progress with every iteration. */
const answeredSoFar = (record: RunRecord, progress: RunProgress | undefined): readonly AnsweredRole[] =>
  answeredRoles((isActiveRun(record) ? progress?.answered : undefined) ?? record.answered);

/** Whose work it is, where a model is asked. */
function answeredByModel(roles: readonly AnsweredRole[]): TemplateResult | typeof nothing {
  if (roles.length === 0) return nothing;
  return html`<div class="long" title="The others are the stand-in's">
    <dt>By the model</dt>
    <dd>${roles.map(({ role, model, total }) => `${formatCount(model)} of ${formatCount(total)} ${answers[role]}`).join(", ")}</dd>
  </div>`;
}

/** How the model's plans fare as plans. */
function judgedPlans({ summary }: RunRecord): TemplateResult | typeof nothing {
  const text = planQualityText(summary?.plans);
  if (text === undefined) return nothing;
  const glosses = planMeasures.map((measure) => `${planColumns[measure].label}: ${planColumns[measure].about}`);
  return html`<div class="long" title=${glosses.join("\n")}>
    <dt>Judged as plans</dt>
    <dd>${text}</dd>
  </div>`;
}

/** What goes on at the model's server: its queue and its pace; in a pause only what is still under way. */
function modelActivity(
  { inFlight, waiting, silentSeconds, ...pace }: ModelActivity,
  isPaused: boolean,
): TemplateResult | typeof nothing {
  if (isPaused && inFlight === 0) return nothing;
  const facts = [
    `${inFlight} in flight`,
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    ...(pace.latencySeconds === undefined ? [] : [formatLatency(1000 * pace.latencySeconds)]),
    ...(pace.tokensPerSecond === undefined ? [] : [`${formatNumber(pace.tokensPerSecond, 3)} tokens/s`]),
    ...(silentSeconds >= NAMED_SILENCE_SECONDS ? [`silent for ${formatDuration(silentSeconds)}`] : []),
  ];
  return html`<div
    class="long"
    title="Requests at the model's server, at most ${pace.limit} at once as found out so far; median time and speed of its last answers"
  >
    <dt>Model server</dt>
    <dd>${facts.join(" · ")}</dd>
  </div>`;
}

/** What the stand-in did in the model's place is said before anyone takes it for the model's. */
function standInNote(answered: readonly AnsweredRole[]): TemplateResult | typeof nothing {
  const roles = answered.filter(({ model, total }) => model < total);
  if (roles.length === 0) return nothing;
  const counts = roles.map(
    ({ role, model, total }) => `${formatCount(total - model)} of ${formatCount(total)} ${answers[role]}`,
  );
  const mostly = roles.some(isMostlyStandIn);
  return html`<p class="run-reason ${mostly ? "warning" : ""}">
    ${mostly ? "This is hardly the model's work: " : ""}${counts.join(" and ")} are the stand-in's, because replies could not be used. The events on the curves say why.
  </p>`;
}

const answers: Readonly<Record<PromptRole, string>> = { planner: "plans", critic: "reflections" };
/** A model that is silent for longer may be loading. */
const NAMED_SILENCE_SECONDS = 5;

const planner = (record: RunRecord): TemplateResult | typeof nothing =>
  record.summary
    ? html`<span class="hint" title=${record.summary.planner ? "Who planned in the evaluation that measured it" : "No evaluation has measured it"}
        >${plannedBy(record)}</span
      >`
    : nothing;

/** Used against allowed; a limit of 0 is none. */
function budget(record: RunRecord, calls: number, cost: number, snapshot: StudioSnapshot): TemplateResult {
  const limits = valueAt(record.experiment ?? snapshot.document.experiment, "models");
  const maxCalls = Number(valueAt(limits, "maxCalls") ?? 0);
  const maxCost = Number(valueAt(limits, "maxCost") ?? 0);
  return html`<div>
      <dt>Calls</dt>
      <dd>${formatCount(calls)}${maxCalls > 0 ? ` of ${formatCount(maxCalls)}` : ""}</dd>
    </div>
    <div>
      <dt>Cost</dt>
      <dd>${hasNoPrice(record) ? unpriced(cost) : formatMoney(cost)}${maxCost > 0 ? ` of ${formatMoney(maxCost)}` : ""}</dd>
    </div>`;
}

/** Of calls that have a price, where some have none. */
const unpriced = (cost: number): string => (cost === 0 ? "price unknown" : `${formatMoney(cost)} and more`);

/** A model that is asked has none: nobody knows what its calls cost. */
function hasNoPrice({ experiment, prompts }: RunRecord): boolean {
  const { prices } = experiment.models;
  return promptRoles.some((role) => {
    if (!asksModel(experiment[role]) || experiment[role].provider === "replay") return false;
    // Where the experiment names none, the prompt's first lines do.
    const text = prompts.findLast((version) => version.role === role)?.text ?? "";
    const model =
      experiment[role].model ??
      /^model:(.*)$/m
        .exec(text)?.[1]
        ?.trim()
        .replace(/^["']|["']$/g, "");
    return model === undefined || prices[model] === undefined;
  });
}

function progressBar(record: RunRecord, progress: RunProgress | undefined): TemplateResult | typeof nothing {
  const note = record.reason ? html`<p class="run-reason">${record.reason}</p>` : nothing;
  if (!isActiveRun(record)) return html`${note}`;
  const fraction = progress?.fraction ?? record.iteration / Math.max(1, record.iterations);
  const phase = progress?.phase ?? (record.state === "starting" ? "starting" : "Training");
  return html`<progress class="run-progress" max="1" .value=${fraction} aria-label="Progress: ${phase}"></progress>
    ${phase === "Training" || record.state === "paused" ? nothing : html`<p class="run-phase">${phase}</p>`}
    ${note}`;
}

function offlineNote(app: RunBarPort, snapshot: StudioSnapshot): TemplateResult | typeof nothing {
  if (valueAt(snapshot.document.experiment, "planner.provider") !== "offline") return nothing;
  return html`<div class="offline-note">
    <p>The offline planner does not read the prompt. Connect a model to see what your words do.</p>
    <vscode-button appearance="secondary" ?disabled=${app.isBusy("connectModel")} @click=${() => app.attempt("connectModel", {})}
      >Connect a model</vscode-button
    >
  </div>`;
}
