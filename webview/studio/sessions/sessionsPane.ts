/** The Sessions pane: a list of recorded sessions and the one that is open. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { EpisodeSummary } from "../../../src/protocol/engine.ts";
import type { StudioSnapshot } from "../../../src/protocol/studio.ts";
import { formatNumber, shorten } from "../../shared/format.ts";
import { emptyState } from "../emptyState.ts";
import { sessionDetail } from "./sessionDetail.ts";
import type { SessionsPort } from "./sessionsPort.ts";

const orders = [
  ["latest", "Latest"],
  ["best", "Best"],
  ["worst", "Worst"],
] as const;

export function sessionsPane(app: SessionsPort, snapshot: StudioSnapshot): TemplateResult {
  const { runId } = app.sessions;
  if (runId === undefined) {
    return emptyState({
      title: "No session yet",
      text: "Every session a run finishes is recorded: what was planned, recommended and clicked, with the prompts and replies behind it.",
    });
  }
  const { order, user } = app.state.page.sessions;
  return html`<div class="pane sessions-pane">
    <div class="pane-bar sessions-bar">
      <label class="check"
        >Run
        <select @change=${(event: Event) => app.sessions.choose({ runId: (event.target as HTMLSelectElement).value, episode: undefined })}>
          ${snapshot.runs.map((run) => html`<option value=${run.id} ?selected=${run.id === runId}>${run.name}</option>`)}
        </select></label
      >
      <div class="segmented" role="group" aria-label="Order">
        ${orders.map(
          ([
            id,
            label,
          ]) => html`<button type="button" aria-pressed=${order === id} @click=${() => app.sessions.choose({ order: id })}>
            ${label}
          </button>`,
        )}
      </div>
      <vscode-text-field
        class="user-filter"
        placeholder="Any user"
        aria-label="Of user"
        .value=${user}
        @change=${(event: Event) => app.sessions.choose({ user: (event.target as HTMLInputElement).value })}
      ></vscode-text-field>
      <button type="button" class="mini-button" @click=${() => app.sessions.refresh()}>Refresh</button>
    </div>
    <div class="sessions-body">${list(app)} ${detail(app)}</div>
  </div>`;
}

function list(app: SessionsPort): TemplateResult {
  const { episodes } = app.state;
  if (episodes.status === "failed") return html`<p class="hint error-text">${episodes.message}</p>`;
  const items = episodes.status === "idle" ? undefined : episodes.value;
  if (!items) return html`<p class="hint session-list">Reading the sessions…</p>`;
  if (items.length === 0) {
    return html`<div class="session-list">
      ${emptyState({ title: "No session", text: "The run has recorded none for this choice yet." })}
    </div>`;
  }
  return html`<ul class="session-list" aria-label="Sessions">
    ${items.map((episode) => html`<li>${listItem(app, episode)}</li>`)}
  </ul>`;
}

function listItem(app: SessionsPort, episode: EpisodeSummary): TemplateResult {
  const open = app.state.page.sessions.episode === episode.id;
  return html`<button type="button" class="session-item" aria-current=${open ? "true" : nothing} @click=${() => app.sessions.open(episode.id)}>
    <span class="session-head">
      <span>User ${shorten(episode.user, 24)}</span><span class="hint">iteration ${episode.iteration}</span>
    </span>
    <span class="session-scores">
      <span>R_cum <strong>${formatNumber(episode.rCum, 3)}</strong></span>
      <span>T_int <strong>${episode.tInt}</strong></span>
    </span>
    ${episode.reflection ? html`<span class="session-reflection">${shorten(episode.reflection, 110)}</span>` : nothing}
  </button>`;
}

function detail(app: SessionsPort): TemplateResult {
  const { episode } = app.state;
  if (episode.status === "failed") return html`<p class="hint error-text">${episode.message}</p>`;
  const value = episode.status === "idle" ? undefined : episode.value;
  if (!value) {
    return html`<div class="session-detail">
      ${
        episode.status === "loading"
          ? html`<p class="hint">Opening the session…</p>`
          : emptyState({ title: "No session open", text: "Choose a session to follow it step by step." })
      }
    </div>`;
  }
  return sessionDetail(app, value);
}
