/** The Prompts pane: the planner's and the critic's prompt, edited in place. */
import { html, nothing, type TemplateResult } from "lit-html";
import { valueAt } from "../../../src/protocol/jsonPath.ts";
import { promptRoles } from "../../../src/protocol/promptRole.ts";
import type { PromptRole, PromptState, StudioSnapshot } from "../../../src/protocol/studio.ts";
import { diffList } from "../../shared/diffList.ts";
import { tabList } from "../../shared/tabs.ts";
import { emptyState } from "../emptyState.ts";
import { currentRun, isActiveRun } from "../state.ts";
import { PromptEditor } from "./promptEditor.ts";
import type { PromptSync } from "./promptSync.ts";
import type { PromptsPort } from "./promptsPort.ts";
import { promptTools } from "./promptTools.ts";

const titles: Record<PromptRole, string> = { planner: "Planner", critic: "Critic" };

export class PromptsPane {
  private readonly editors: Record<PromptRole, PromptEditor>;

  constructor(private readonly app: PromptsPort) {
    const editor = (role: PromptRole) =>
      new PromptEditor(`${titles[role]} prompt`, (text) => this.app.prompts.type(role, text));
    this.editors = { planner: editor("planner"), critic: editor("critic") };
  }

  render(snapshot: StudioSnapshot): TemplateResult {
    const { app } = this;
    const role = app.state.page.promptRole;
    const prompt = snapshot.prompts[role];
    return html`<div class="pane prompts-pane">
      <div class="pane-bar">
        ${tabList({
          name: "role",
          label: "Prompt",
          tabs: promptRoles.map((id) => ({
            id,
            label: titles[id],
            ...(snapshot.prompts[id].dirty && { mark: "●", markLabel: "(unsaved)" }),
          })),
          selected: role,
          select: (id) => app.prompts.show(id),
          minor: true,
        })}
        <span class="file-name" title=${prompt.file}>${prompt.file}</span>
        <span class="spacer"></span>
        ${prompt.exists ? this.applyButton(role) : nothing}
        ${
          prompt.exists
            ? html`<vscode-button
                appearance="secondary"
                @click=${() => app.attempt("openPrompt", { role })}
                title="Open the prompt file in a text editor"
                >Open in editor</vscode-button
              >`
            : nothing
        }
      </div>
      <div id="role-panel" class="fill" role="tabpanel" aria-labelledby="role-tab-${role}">
        ${prompt.exists ? this.body(prompt) : this.missing(prompt)}
      </div>
    </div>`;
  }

  /** Puts the text in the editor in force in the running experiment, from its next step on. */
  private applyButton(role: PromptRole): TemplateResult | typeof nothing {
    const { app } = this;
    const record = currentRun(app.state);
    const sync = app.prompts.get(role);
    if (!isActiveRun(record) || !sync) return nothing;
    const inForce = record.prompts.findLast((version) => version.role === role)?.text.replaceAll("\r\n", "\n");
    const offline = valueAt(record.experiment, `${role}.provider`) === "offline";
    const reason = offline
      ? `The offline ${role} of the running experiment does not read the prompt.`
      : sync.text === inForce
        ? "The running experiment already uses this text."
        : undefined;
    const apply = async (): Promise<void> => {
      const changes = [{ path: `${role}.prompt`, value: sync.text }];
      const applied = await app.attempt("apply", { runId: record.id, changes });
      if (applied === null) app.notify("info", `${record.name} uses the edited prompt from its next step on.`);
    };
    return html`<vscode-button
      ?disabled=${reason !== undefined || app.isBusy("apply")}
      title=${reason ?? "Use this text in the running experiment from its next step on; the run stays as it is otherwise"}
      @click=${apply}
      >Apply to the run</vscode-button
    >`;
  }

  private body(prompt: PromptState): TemplateResult {
    const { app } = this;
    const { role } = prompt;
    const sync = app.prompts.get(role);
    if (!sync) return html``;
    const editor = this.editors[role];
    editor.show(sync.text);
    editor.mark(prompt.problems);
    return html`${this.conflict(role, sync)} ${this.failure(sync)}
      <div class="prompt-scroll">${editor.element}</div>
      ${promptTools(app, prompt, sync, editor)}`;
  }

  private missing(prompt: PromptState): TemplateResult {
    return emptyState({
      title: `No ${prompt.role} prompt yet`,
      text: html`The experiment names <code>${prompt.file}</code>, which does not exist.`,
      actions: html`<vscode-button @click=${() => this.app.attempt("createPrompt", { role: prompt.role })}
        >Create from the default</vscode-button
      >`,
    });
  }

  private conflict(role: PromptRole, sync: PromptSync): TemplateResult | typeof nothing {
    if (!sync.conflict) return nothing;
    return html`<section class="banner warning" role="alert">
      <p>
        <strong>The file was changed outside, at the lines you were typing in.</strong> Choose which text stays.
      </p>
      <div class="banner-actions">
        <vscode-button @click=${() => sync.settle("mine")}>Keep what I typed</vscode-button>
        <vscode-button appearance="secondary" @click=${() => sync.settle("theirs")}>Take the file's text</vscode-button>
      </div>
      ${diffList(sync.conflict.text, sync.text, `The file's ${role} prompt against what was typed`)}
    </section>`;
  }

  private failure(sync: PromptSync): TemplateResult | typeof nothing {
    if (sync.failure === undefined || sync.conflict) return nothing;
    return html`<section class="banner error" role="alert">
      <p><strong>The last edit did not reach the file.</strong> ${sync.failure} What you typed is still here.</p>
      <div class="banner-actions"><vscode-button @click=${() => sync.retry()}>Try again</vscode-button></div>
    </section>`;
  }
}
