/** One session: the strip of its steps, and the step chosen with its plan, items and model call. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { EpisodeDetail } from "../../../src/protocol/engine/sessions.ts";
import type { ModelCall } from "../../../src/protocol/engine.ts";
import type { Episode, EpisodeStep } from "../../../src/protocol/run.ts";
import { formatCount, formatNumber } from "../../shared/format.ts";
import { callDetails } from "../steps/callDetails.ts";
import { type CategoryNames, categoryList } from "../steps/categoryList.ts";
import { slateTable } from "../steps/slateTable.ts";
import { endings, planSources } from "../steps/words.ts";
import { rerunSection } from "./rerunSection.ts";
import type { SessionsPort } from "./sessionsPort.ts";

export function sessionDetail(app: SessionsPort, { episode, calls, categoryNames }: EpisodeDetail): TemplateResult {
  const { steps } = episode;
  const chosen = Math.min(app.state.page.sessions.step, steps.length - 1);
  const step = steps[chosen];
  return html`<article class="session-detail" aria-label="Session of user ${episode.user}">
    <header class="session-title">
      <h3>User ${episode.user}</h3>
      <dl class="run-status">
        <div><dt>R_cum</dt><dd>${formatNumber(episode.rCum)}</dd></div>
        <div><dt>T_int</dt><dd>${episode.tInt}</dd></div>
        <div><dt>R_sin</dt><dd>${formatNumber(episode.rSin)}</dd></div>
        <div><dt>History</dt><dd>${formatCount(episode.historyLength)} items</dd></div>
        <div><dt>Iteration</dt><dd>${formatCount(episode.iteration)}</dd></div>
      </dl>
    </header>
    ${strip(app, episode, chosen)}
    ${step ? stepSection(app, step, episode.click, chosen, calls, categoryNames) : nothing}
    <section class="session-end">
      <h4>How it ended</h4>
      <p>${endings[episode.ended]}</p>
      ${
        episode.reflection === undefined
          ? html`<p class="hint">No reflection was written.</p>`
          : html`<h4>Reflection</h4>
              <blockquote>${episode.reflection}</blockquote>`
      }
    </section>
  </article>`;
}

function strip(app: SessionsPort, { steps, click }: Episode, chosen: number): TemplateResult {
  const top = Math.max(1, ...steps.map(({ patience }) => patience));
  const move = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = chosen + by;
    if (by === 0 || next < 0 || next >= steps.length) return;
    event.preventDefault();
    app.sessions.showStep(next);
    (event.currentTarget as HTMLElement).querySelectorAll("button")[next]?.focus();
  };
  return html`<div class="strip" role="group" aria-label="Steps; arrow keys move" @keydown=${move}>
    ${steps.map((step, i) => {
      const clicks = step.feedback.filter((given) => given.includes(click)).length;
      const facts = `${clicks} of ${step.items.length} clicked, temper ${formatNumber(step.patience, 3)}`;
      return html`<button
        type="button"
        class="strip-step ${step.repeated ? "repeated" : ""}"
        aria-pressed=${i === chosen}
        title=${facts}
        tabindex=${i === chosen ? 0 : -1}
        @click=${() => app.sessions.showStep(i)}
      >
        <span class="strip-number"
          ><span class="visually-hidden">Step </span>${i + 1}<span class="visually-hidden">: ${facts}</span></span
        >
        <span class="strip-clicks">
          ${step.feedback.map((given) => html`<span class="dot ${given.includes(click) ? "on" : ""}"></span>`)}
        </span>
        <svg class="strip-temper" viewBox="0 0 10 2" preserveAspectRatio="none" aria-hidden="true">
          <rect width=${Math.max(0, (step.patience / top) * 10)} height="2" />
        </svg>
        <span class="strip-repeat">${step.repeated ? "repeat" : ""}</span>
      </button>`;
    })}
  </div>`;
}

function stepSection(
  app: SessionsPort,
  step: EpisodeStep,
  click: string,
  index: number,
  calls: readonly ModelCall[],
  names: CategoryNames,
): TemplateResult {
  const call = calls.find(({ id }) => id === step.plan.callId);
  return html`<section class="step" aria-label="Step ${index + 1}">
    <div class="step-head">
      <h4>Step ${index + 1}</h4>
      <span class="hint"
        >reward ${formatNumber(step.reward, 3)} · temper left ${formatNumber(step.patience, 3)}${step.repeated ? " · repeats the slate before" : ""}</span
      >
      <vscode-button
        appearance="secondary"
        title="Keeps the visit up to this step beside the experiment: trials hold later prompts against it"
        @click=${() => app.sessions.keepMoment()}
        >Keep as moment</vscode-button
      >
    </div>
    <h5>Plan <span class="hint">${planSources[step.plan.source]}${call?.cached ? ", cached" : ""}</span></h5>
    ${categoryList(step.plan.categories, names)}
    <h5>Slate</h5>
    ${slateTable(step, click, names)}
    ${call ? callDetails(call) : nothing} ${rerunSection(app, step, names)}
  </section>`;
}
