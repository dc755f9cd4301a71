/** A run is a folder: shown in the file manager, and deleted by deleting it. */
import { commands, env, l10n, Uri } from "vscode";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import { showWarningMessage } from "../platform/dialogs.ts";
import { trashFolder } from "../platform/trash.ts";
import { requireWorkspaceFolder } from "../platform/workspaceFolder.ts";

/** @throws UserError in a window without a folder */
export const runFolder = (runId: RunId): Uri =>
  Uri.joinPath(Uri.file(requireWorkspaceFolder()), ".lerl", "runs", runId);

export async function revealRunFolder(runId: RunId): Promise<void> {
  // On another machine there is no file manager to show it in.
  await commands.executeCommand(env.remoteName === undefined ? "revealFileInOS" : "revealInExplorer", runFolder(runId));
}

/** Asks, then moves the folders to the trash. Returns the runs that are gone. */
export async function deleteRuns(records: readonly RunRecord[]): Promise<readonly RunId[]> {
  const [first] = records;
  if (!first) return [];
  const question =
    records.length === 1 ? l10n.t('Delete the run "{0}"?', first.name) : l10n.t("Delete {0} runs?", records.length);
  const remove = l10n.t("Move to Trash");
  const detail = l10n.t("Its folder goes with records, curves, sessions, reflections and checkpoint.");
  const answer = await showWarningMessage(question, { modal: true, detail }, remove);
  if (answer !== remove) return [];
  const gone: RunId[] = [];
  for (const { id, name } of records) {
    const cannot = l10n.t('The run "{0}" cannot be moved to the trash. Delete it permanently?', name);
    if (await trashFolder(runFolder(id), cannot)) gone.push(id);
  }
  return gone;
}
