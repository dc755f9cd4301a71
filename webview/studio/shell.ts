/** The page as a whole: run bar, notices, two columns. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { EditTab, ResultTab, StudioSnapshot } from "../../src/protocol/studio.ts";
import { splitter } from "../shared/splitter.ts";
import { tabList } from "../shared/tabs.ts";
import type { App } from "./app.ts";
import { comparePane } from "./compare/comparePane.ts";
import type { ChartBoard } from "./curves/chartBoard.ts";
import { curvesPane } from "./curves/curvesPane.ts";
import { emptyState } from "./emptyState.ts";
import type { PromptsPane } from "./prompts/promptsPane.ts";
import { runBar } from "./runBar.ts";
import { sessionsPane } from "./sessions/sessionsPane.ts";
import { thresholdsPane } from "./thresholds/thresholdsPane.ts";
import { trialPane } from "./trial/trialPane.ts";
import { tryBar } from "./trial/tryButton.ts";

/** Panes and parts of them that keep something of their own between drawings. */
export interface Panes {
  readonly prompts: PromptsPane;
  readonly charts: ChartBoard;
}

/** @param outline what the document showed before it had a script; shown until there is more */
export function shell(app: App, panes: Panes, outline: readonly Element[]): TemplateResult {
  const { snapshot } = app.state;
  return html`${body(app, panes, outline)} ${snapshot.status === "idle" ? nothing : notices(app)}`;
}

function body(app: App, panes: Panes, outline: readonly Element[]): TemplateResult {
  const { snapshot } = app.state;
  switch (snapshot.status) {
    case "failed":
      return html`<main>
        ${emptyState({
          title: "The Studio could not be opened",
          text: snapshot.message,
          actions: html`<vscode-button @click=${() => app.start()}>Try again</vscode-button>
            <vscode-button appearance="secondary" @click=${() => app.attempt("openText", {})}>Open as text</vscode-button>`,
        })}
      </main>`;
    case "ready":
      return snapshot.value.document.experiment === undefined
        ? invalidDocument(app, snapshot.value)
        : studio(app, panes, snapshot.value);
    default:
      return html`${outline}`;
  }
}

function invalidDocument(app: App, { document }: StudioSnapshot): TemplateResult {
  return html`<main>
    ${emptyState({
      title: "The experiment file has errors",
      text: html`The Studio shows <code>${document.file}</code> again as soon as it reads as an experiment.
        <ul class="problems">
          ${document.problems.map(
            ({ line, column, message }) => html`<li>
              <span class="problem error"><span>${message}</span> <span class="problem-line">line ${line + 1}, column ${column + 1}</span></span>
            </li>`,
          )}
        </ul>`,
      actions: html`<vscode-button @click=${() => app.attempt("openText", {})}>Open as text</vscode-button>`,
    })}
  </main>`;
}

function studio(app: App, panes: Panes, snapshot: StudioSnapshot): TemplateResult {
  const { editTab, resultTab, split, drafts } = app.state.page;
  const draftCount = Object.keys(drafts).length;
  return html`${runBar(app, snapshot, tryBar(app, snapshot))} ${obstacles(app, snapshot)}
    <main class="columns">
      <section class="column edit" aria-label="Prompts and thresholds">
        ${tabList<EditTab>({
          name: "edit",
          label: "What to edit",
          tabs: [
            { id: "prompts", label: "Prompts" },
            {
              id: "thresholds",
              label: "Thresholds",
              ...(draftCount > 0 && { mark: String(draftCount), markLabel: draftCount === 1 ? "draft" : "drafts" }),
            },
          ],
          selected: editTab,
          select: (tab) => app.showTab(tab),
        })}
        <div id="edit-panel" class="fill" role="tabpanel" aria-labelledby="edit-tab-${editTab}">
          ${editTab === "prompts" ? panes.prompts.render(snapshot) : thresholdsPane(app, snapshot)}
        </div>
      </section>
      ${splitter(split, (share) => app.patchPage({ split: share }))}
      <section class="column result" aria-label="Results">
        ${tabList<ResultTab>({
          name: "result",
          label: "Results",
          tabs: [
            { id: "trial", label: "Trial" },
            { id: "curves", label: "Curves" },
            { id: "sessions", label: "Sessions" },
            { id: "compare", label: "Compare" },
          ],
          selected: resultTab,
          select: (tab) => app.showTab(tab),
        })}
        <div id="result-panel" class="fill" role="tabpanel" aria-labelledby="result-tab-${resultTab}">
          ${resultTab === "trial" ? trialPane(app, snapshot) : nothing}
          ${resultTab === "curves" ? curvesPane(app, panes.charts, snapshot) : nothing}
          ${resultTab === "sessions" ? sessionsPane(app, snapshot) : nothing}
          ${resultTab === "compare" ? comparePane(app, snapshot) : nothing}
        </div>
      </section>
    </main>
    <p class="visually-hidden" role="status">${app.trials.news.text}</p>`;
}

/** What keeps experiments from running, each with the way on. */
function obstacles(app: App, snapshot: StudioSnapshot): TemplateResult {
  const { engine, trusted, document } = snapshot;
  const errors = document.problems.filter(({ severity }) => severity === "error");
  return html`${
    trusted
      ? nothing
      : html`<section class="banner warning">
          <p><strong>This workspace is not trusted.</strong> You can read and edit; running needs your trust.</p>
          <div class="banner-actions">
            <vscode-button appearance="secondary" @click=${() => app.attempt("manageTrust", {})}>Manage trust</vscode-button>
          </div>
        </section>`
  }
  ${
    engine.state === "unavailable"
      ? html`<section class="banner error" role="alert">
          <p><strong>The engine is not available.</strong> ${engine.message}</p>
          <div class="banner-actions">
            <vscode-button appearance="secondary" ?disabled=${app.isBusy("restartEngine")} @click=${() => app.attempt("restartEngine", {})}
              >Restart the engine</vscode-button
            >
          </div>
        </section>`
      : nothing
  }
  ${
    errors.length > 0
      ? html`<section class="banner error">
          <p><strong>The experiment file has errors.</strong> Line ${(errors[0]?.line ?? 0) + 1}: ${errors[0]?.message}</p>
          <div class="banner-actions">
            <vscode-button appearance="secondary" @click=${() => app.attempt("openText", {})}>Open as text</vscode-button>
          </div>
        </section>`
      : nothing
  }`;
}

function notices(app: App): TemplateResult {
  return html`<div class="notices" role="region" aria-label="Notices">
    <div aria-live="polite">
      ${app.state.notices.map(
        ({ id, severity, text }) => html`<div class="notice ${severity}">
          <p>${severity === "info" ? nothing : html`<span class="visually-hidden">${severity === "error" ? "Error" : "Warning"}: </span>`}${text}</p>
          <button type="button" class="mini-button" aria-label="Dismiss" @click=${() => app.dismiss(id)}>×</button>
        </div>`,
      )}
    </div>
  </div>`;
}
