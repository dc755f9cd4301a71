/** Both prompts as they are edited: one PromptSync each, with preview and history fetched when they are looked at. */
import { promptRoles } from "../../../src/protocol/promptRole.ts";
import type { PromptRole, PromptState } from "../../../src/protocol/studio.ts";
import { debounce } from "../../shared/store.ts";
import { tellKept } from "../keptMoment.ts";
import { renew } from "../loading.ts";
import type { HostActions, HostQuestions, Notices, PageWriter, StateWriter } from "../ports.ts";
import { snapshotOf } from "../state.ts";
import { PromptSync, type SyncEvent } from "./promptSync.ts";

export class PromptWorkbench {
  private readonly syncs = new Map<PromptRole, PromptSync>();
  private readonly render: () => void;
  private waiting: (() => void)[] = [];

  constructor(private readonly app: StateWriter & PageWriter & HostQuestions & HostActions & Notices) {
    this.render = debounce(() => void this.renderPreview(), 400);
  }

  open(prompts: Readonly<Record<PromptRole, PromptState>>): void {
    for (const role of promptRoles) {
      const state = prompts[role];
      if (!state.exists) continue;
      const sync = this.create(role, state);
      const unsent = this.app.state.page.unsent[role];
      if (unsent) sync.recover(unsent);
    }
    this.changed();
    void this.renderPreview();
    this.refreshHistory();
  }

  get(role: PromptRole): PromptSync | undefined {
    return this.syncs.get(role);
  }

  receive(prompt: PromptState): void {
    const sync = this.syncs.get(prompt.role);
    if (!prompt.exists) this.syncs.delete(prompt.role);
    else if (sync) sync.receive(asEvent(prompt));
    else this.create(prompt.role, prompt);
    this.changed();
    if (prompt.role === this.app.state.page.promptRole) this.render();
  }

  type(role: PromptRole, text: string): void {
    this.syncs.get(role)?.type(text);
    this.changed();
    this.render();
  }

  /** Waits until the host has what was typed; false: it does not get there. */
  async isSent(role: PromptRole): Promise<boolean> {
    for (let sync = this.get(role); sync?.unsent; sync = this.get(role)) {
      if (sync.conflict || sync.failure !== undefined) return false;
      await new Promise<void>((wake) => this.waiting.push(wake));
    }
    return true;
  }

  show(role: PromptRole): void {
    this.app.patchPage({ promptRole: role });
    void this.renderPreview();
    this.refreshHistory();
  }

  async renderPreview(): Promise<void> {
    const { app } = this;
    const snapshot = snapshotOf(app.state);
    const role = app.state.page.promptRole;
    if (!snapshot?.prompts[role].exists || snapshot.engine.state === "unavailable" || !snapshot.trusted) return;
    const runId = snapshot.currentRun;
    await renew(
      () => app.request("renderPrompt", { role, ...(runId !== undefined && { runId }) }),
      (preview) => app.update(({ previews }) => ({ previews: { ...previews, [role]: preview } })),
    );
  }

  /** Keeps the decision that the preview shows beside the experiment, for trials to plan anew. */
  async keepMoment(): Promise<void> {
    const runId = snapshotOf(this.app.state)?.currentRun;
    tellKept(this.app, await this.app.attempt("keepPreview", runId === undefined ? {} : { runId }));
  }

  /** The history is read while it is shown. */
  refreshHistory(): void {
    if (this.app.state.page.promptTool === "history") void this.loadHistory();
  }

  /** Shows how one version in the history differs from the editor's text. */
  unfold(version: string | undefined): void {
    this.app.update({ openHistory: version });
  }

  private async loadHistory(): Promise<void> {
    const { app } = this;
    const role = app.state.page.promptRole;
    await renew(
      () => app.request("promptHistory", { role }),
      (history) => app.update(({ histories }) => ({ histories: { ...histories, [role]: history } })),
    );
  }

  private create(role: PromptRole, state: PromptState): PromptSync {
    const sync = new PromptSync(
      asEvent(state),
      (text, version) => this.app.request("editPrompt", { role, text, version }),
      () => this.changed(),
    );
    this.syncs.set(role, sync);
    return sync;
  }

  /** Notes what the host has not acknowledged, so that a reload loses nothing, and redraws. */
  private changed(): void {
    const unsent: Record<string, { text: string; base: string }> = {};
    for (const [role, sync] of this.syncs) if (sync.unsent) unsent[role] = { text: sync.text, base: sync.base };
    this.app.patchPage({ unsent });
    for (const wake of this.waiting.splice(0)) wake();
  }
}

/** A text area knows line feeds only; the host keeps the file's own line ends. */
const asEvent = ({ text, version }: PromptState): SyncEvent => ({ text: text.replaceAll("\r\n", "\n"), version });
