/** The page's requests that concern prompts: text, preview, history. */
import {
  commands,
  l10n,
  Position,
  Range,
  type TextDocument,
  Uri,
  ViewColumn,
  WorkspaceEdit,
  window,
  workspace,
} from "vscode";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import type { PromptHistoryEntry, PromptRole, StudioHandlers } from "../../protocol/studio.ts";
import { UserError } from "../platform/errors.ts";
import { lastPrompt, promptHistory } from "../prompts/promptHistory.ts";
import { showDifference, versionUri } from "../prompts/versionDocuments.ts";
import type { PagePrompt } from "./pagePrompt.ts";
import type { StudioServices } from "./services.ts";

type PromptMethods =
  | "editPrompt"
  | "openPrompt"
  | "createPrompt"
  | "promptHistory"
  | "diffPrompt"
  | "restorePrompt"
  | "renderPrompt"
  | "diffRuns";

interface PromptRequestsOptions {
  readonly services: Pick<StudioServices, "context" | "engine" | "runs">;
  readonly document: TextDocument;
  readonly prompts: Readonly<Record<PromptRole, PagePrompt>>;
  /** Throws where there is no such run. */
  readonly recordOf: (runId: RunId) => RunRecord;
}

export function promptRequests(options: PromptRequestsOptions): Pick<StudioHandlers, PromptMethods> {
  const { services, document, prompts, recordOf } = options;

  const historyOf = async (role: PromptRole): Promise<readonly PromptHistoryEntry[]> => {
    await services.runs.load();
    return promptHistory(services.runs.all, role, prompts[role].file.fsPath);
  };

  const versionOf = async (role: PromptRole, runId: RunId, hash: string): Promise<PromptHistoryEntry> => {
    const version = (await historyOf(role)).find((entry) => entry.runId === runId && entry.hash === hash);
    if (version) return version;
    throw new UserError(l10n.t("This version of the prompt is not kept any more: its run was deleted."));
  };

  return {
    editPrompt: ({ role, text, version }) => prompts[role].edit(text, version),

    openPrompt: async ({ role, line }) => {
      const place = line === undefined ? undefined : new Position(line, 0);
      await window.showTextDocument(await workspace.openTextDocument(prompts[role].file), {
        viewColumn: ViewColumn.Beside,
        ...(place && { selection: new Range(place, place) }),
      });
      return null;
    },

    createPrompt: async ({ role }) => {
      const { file } = prompts[role];
      const template = Uri.joinPath(services.context.extensionUri, "examples", "quickstart", `${role}.lerl.md`);
      const edit = new WorkspaceEdit();
      edit.createFile(file, { contents: await workspace.fs.readFile(template), ignoreIfExists: true });
      if (!(await workspace.applyEdit(edit))) {
        throw new UserError(l10n.t("{0} could not be created.", workspace.asRelativePath(file, false)));
      }
      await prompts[role].refresh();
      return null;
    },

    promptHistory: ({ role }) => historyOf(role),

    diffPrompt: async ({ role, hash, runId }) => {
      await showDifference(prompts[role].file, await versionOf(role, runId, hash));
      return null;
    },

    restorePrompt: async ({ role, hash, runId }) => {
      const { text } = await versionOf(role, runId, hash);
      if (await prompts[role].restore(text)) return null;
      throw new UserError(l10n.t("The prompt file changed in the meantime, or is gone. Look at it and try again."));
    },

    renderPrompt: ({ role, ...choice }) =>
      services.engine.request("prompts/render", {
        experimentFile: document.uri.fsPath,
        experimentText: document.getText(),
        role,
        promptText: prompts[role].state.text,
        ...choice,
      }),

    diffRuns: async ({ role, left, right }) => {
      const side = (runId: RunId): Uri =>
        versionUri(prompts[role].file, { runId, hash: lastHash(recordOf(runId), role) });
      const title = l10n.t("{0} ↔ {1}", recordOf(left).name, recordOf(right).name);
      await commands.executeCommand("vscode.diff", side(left), side(right), title);
      return null;
    },
  };
}

function lastHash(run: RunRecord, role: PromptRole): string {
  const version = lastPrompt(run, role);
  if (version) return version.hash;
  throw new UserError(l10n.t("{0} used no {1} prompt.", run.name, role));
}
