/** Earlier versions of prompts as read-only documents: the left side of comparisons. */
import { commands, l10n, type TextDocumentContentProvider, Uri } from "vscode";
import type { PromptHistoryEntry } from "../../protocol/studio.ts";
import type { RunStore } from "../engine/runStore.ts";
import { fileName } from "../platform/documents.ts";

export const VERSION_SCHEME = "lerl-prompt-version";

export class VersionDocuments implements TextDocumentContentProvider {
  constructor(private readonly runs: Pick<RunStore, "load" | "get">) {}

  /** Also after a reload: the run's record holds the text. */
  async provideTextDocumentContent(uri: Uri): Promise<string> {
    await this.runs.load();
    const { run = "", hash } = Object.fromEntries(new URLSearchParams(uri.query));
    const version = this.runs.get(run)?.prompts.find((one) => one.hash === hash);
    return version?.text ?? l10n.t("This version is gone: the run that used it was deleted.");
  }
}

export function versionUri(prompt: Uri, { runId, hash }: Pick<PromptHistoryEntry, "runId" | "hash">): Uri {
  const query = new URLSearchParams({ run: runId, hash }).toString();
  return Uri.from({ scheme: VERSION_SCHEME, path: prompt.path, query });
}

export async function showDifference(prompt: Uri, version: PromptHistoryEntry): Promise<void> {
  const name = fileName(prompt);
  const title = l10n.t("{0}: {1} (from iteration {2}) ↔ now", name, version.runName, version.since);
  await commands.executeCommand("vscode.diff", versionUri(prompt, version), prompt, title);
}
