/** What stands below the prompt editor: variables, rendered preview, problems, history. */
import { html, nothing, type TemplateResult } from "lit-html";
import type { PageState, PromptHistoryEntry, PromptState } from "../../../src/protocol/studio.ts";
import { diffList } from "../../shared/diffList.ts";
import { formatCount, formatNumber, shorten } from "../../shared/format.ts";
import { tabList } from "../../shared/tabs.ts";
import { snapshotOf } from "../state.ts";
import type { PromptEditor } from "./promptEditor.ts";
import type { PromptSync } from "./promptSync.ts";
import type { PromptsPort } from "./promptsPort.ts";

type Tool = PageState["promptTool"];

/** Longest value shown in the page; the rest is a hover away or in the preview. */
const LONGEST_VALUE = 400;

export function promptTools(
  app: PromptsPort,
  prompt: PromptState,
  sync: PromptSync,
  editor: PromptEditor,
): TemplateResult {
  const tool = app.state.page.promptTool;
  const preview = app.state.previews[prompt.role];
  const worst = prompt.problems.length;
  const select = (id: Tool): void => {
    app.patchPage({ promptTool: id });
    if (id === "history") app.prompts.refreshHistory();
    else if (id !== "problems") void app.prompts.renderPreview();
  };
  return html`<section class="prompt-tools" aria-label="About this prompt">
    <div class="pane-bar">
      ${tabList<Tool>({
        name: "tool",
        label: "About this prompt",
        tabs: [
          { id: "variables", label: "Variables" },
          { id: "preview", label: "Preview" },
          {
            id: "problems",
            label: "Problems",
            ...(worst > 0 && { mark: String(worst), markLabel: worst === 1 ? "problem" : "problems" }),
          },
          { id: "history", label: "History" },
        ],
        selected: tool,
        select,
        minor: true,
      })}
      <span class="spacer"></span>
      ${
        preview.status === "ready"
          ? html`<span class="token-count" title="Characters / 4, of the rendered prompt"
              >≈ ${formatCount(preview.value.tokensEstimate)} tokens</span
            >`
          : nothing
      }
    </div>
    <div id="tool-panel" class="prompt-tool" role="tabpanel" aria-labelledby="tool-tab-${tool}" tabindex="0">
      ${tool === "variables" ? variables(app, prompt, sync, editor) : nothing}
      ${tool === "preview" ? renderedPreview(app, prompt) : nothing}
      ${tool === "problems" ? problems(prompt, editor) : nothing}
      ${tool === "history" ? history(app, prompt, sync) : nothing}
    </div>
  </section>`;
}

function variables(app: PromptsPort, prompt: PromptState, sync: PromptSync, editor: PromptEditor): TemplateResult {
  const preview = app.state.previews[prompt.role];
  if (preview.status === "failed") return html`<p class="hint">The values are not known: ${preview.message}</p>`;
  if (preview.status !== "ready") return html`<p class="hint">${waiting(app)}</p>`;
  const read = editor.reading.variablesRead(sync.text);
  return html`<p class="hint">Values for the next prompt. Choose a variable to insert it at the caret.</p>
    <ul class="variables">
      ${Object.entries(preview.value.variables).map(([name, value]) => {
        const used = read.has(name);
        return html`<li>
          <button type="button" class="chip ${used ? "" : "unused"}" @click=${() => editor.insert(`{{ ${name} }}`)}>
            <span class="visually-hidden">Insert </span>${name}${used ? nothing : html`<span class="chip-note"> not used</span>`}
          </button>
          <span class="variable-value" title=${shorten(value, 1000)}
            >${value.trim() === "" ? html`<em>empty</em>` : shorten(value, LONGEST_VALUE)}</span
          >
        </li>`;
      })}
    </ul>`;
}

function renderedPreview(app: PromptsPort, prompt: PromptState): TemplateResult {
  const preview = app.state.previews[prompt.role];
  if (preview.status === "failed") {
    return html`<p class="hint error-text">The prompt cannot be rendered: ${preview.message}</p>`;
  }
  if (preview.status !== "ready") return html`<p class="hint">${waiting(app)}</p>`;
  return html`${prompt.role === "planner" ? keepMoment(app) : nothing}
  ${preview.value.messages.map(
    ({ role, content }) => html`<h4 class="message-role">${role}</h4>
      <pre class="message" tabindex="0">${content}</pre>`,
  )}`;
}

const keepMoment = (app: PromptsPort): TemplateResult =>
  html`<div class="preview-head">
    <p class="hint">For a visit from the end of a user's log.</p>
    <vscode-button
      appearance="secondary"
      title="Keeps this decision beside the experiment: trials hold later prompts against it"
      ?disabled=${app.isBusy("keepPreview")}
      @click=${() => app.prompts.keepMoment()}
      >Keep as moment</vscode-button
    >
  </div>`;

function waiting(app: PromptsPort): string {
  const snapshot = snapshotOf(app.state);
  if (snapshot && !snapshot.trusted) return "Nothing is rendered in an untrusted workspace.";
  if (snapshot?.engine.state === "unavailable") return "Nothing is rendered while the engine is not available.";
  return "Rendering…";
}

function problems(prompt: PromptState, editor: PromptEditor): TemplateResult {
  if (prompt.problems.length === 0) return html`<p class="hint">No problems.</p>`;
  return html`<ul class="problems">
    ${prompt.problems.map(
      ({ line, severity, message }) => html`<li>
        <button type="button" class="problem ${severity}" @click=${() => editor.goTo(line)}>
          <span class="problem-severity">${severity}</span> <span>${message}</span>
          <span class="problem-line">line ${line + 1}</span>
        </button>
      </li>`,
    )}
  </ul>`;
}

function history(app: PromptsPort, prompt: PromptState, sync: PromptSync): TemplateResult {
  const state = app.state.histories[prompt.role];
  if (state.status === "failed") return html`<p class="hint error-text">${state.message}</p>`;
  if (state.status !== "ready") return html`<p class="hint">Reading the runs…</p>`;
  if (state.value.length === 0) {
    return html`<p class="hint">No run has used this prompt yet. Each version a run uses is kept and listed here.</p>`;
  }
  return html`<ul class="history">
    ${state.value.map((entry) => historyEntry(app, prompt, sync, entry))}
  </ul>`;
}

function historyEntry(
  app: PromptsPort,
  prompt: PromptState,
  sync: PromptSync,
  entry: PromptHistoryEntry,
): TemplateResult {
  const key = `${entry.runId} ${entry.hash}`;
  const open = app.state.openHistory === key;
  const { role } = prompt;
  const { hash, runId } = entry;
  const isCurrent = entry.text.replaceAll("\r\n", "\n") === sync.text;
  return html`<li>
    <div class="history-line">
      <button
        type="button"
        class="disclosure"
        aria-expanded=${open}
        @click=${() => app.prompts.unfold(open ? undefined : key)}
      >
        <code>${hash.slice(0, 7)}</code> ${entry.runName}
        <span class="hint">from iteration ${formatCount(entry.since)}</span>
        ${entry.rCum === undefined ? nothing : html`<span class="hint">R_cum ${formatNumber(entry.rCum)}</span>`}
        ${isCurrent ? html`<span class="pill">as in the editor</span>` : nothing}
      </button>
    </div>
    ${
      open
        ? html`<div class="history-body">
            ${isCurrent ? html`<p class="hint">This version is what the editor holds.</p>` : diffList(entry.text, sync.text, "This version against the editor")}
            <div class="banner-actions">
              <vscode-button appearance="secondary" @click=${() => app.attempt("diffPrompt", { role, hash, runId })}
                >Open diff</vscode-button
              >
              <vscode-button
                appearance="secondary"
                ?disabled=${isCurrent}
                @click=${() => app.attempt("restorePrompt", { role, hash, runId })}
                >Restore this version</vscode-button
              >
            </div>
          </div>`
        : nothing
    }
  </li>`;
}
