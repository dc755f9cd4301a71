/** A run is a folder: shown in the file manager, and deleted by deleting it. */
import { commands, env, l10n } from "vscode";
import type { RunId, RunRecord } from "../../protocol/run.ts";
import { showWarningMessage } from "../platform/dialogs.ts";
import { ownFolder } from "../platform/ownFolder.ts";
import { trashFolder } from "../platform/trash.ts";
import { requireTrust } from "../platform/trust.ts";

/** @throws UserError in a window without a folder, or where the id leads elsewhere */
export async function revealRunFolder(runId: RunId): Promise<void> {
  const folder = await ownFolder("runs", runId);
  // On another machine there is no file manager to show it in.
  await commands.executeCommand(env.remoteName === undefined ? "revealFileInOS" : "revealInExplorer", folder);
}

/**
 * Asks, then moves the folders to the trash. Returns the runs that are gone.
 * @throws UntrustedError, UserError
 */
export async function deleteRuns(records: readonly Pick<RunRecord, "id" | "name">[]): Promise<readonly RunId[]> {
  const [first] = records;
  if (!first) return [];
  requireTrust();
  const folders = await Promise.all(records.map(async (run) => ({ run, folder: await ownFolder("runs", run.id) })));
  const question =
    records.length === 1 ? l10n.t('Delete the run "{0}"?', first.name) : l10n.t("Delete {0} runs?", records.length);
  const remove = l10n.t("Move to Trash");
  const what =
    records.length === 1
      ? l10n.t("Its folder goes with records, curves, sessions, reflections and checkpoint.")
      : l10n.t("Their folders go with records, curves, sessions, reflections and checkpoints.");
  const detail = [what, "", ...folders.map(({ folder }) => folder.fsPath)].join("\n");
  const answer = await showWarningMessage(question, { modal: true, detail }, remove);
  if (answer !== remove) return [];
  const gone: RunId[] = [];
  for (const { run, folder } of folders) {
    const cannot = l10n.t('The run "{0}" cannot be moved to the trash. Delete it permanently?', run.name);
    if (await trashFolder(folder, cannot)) gone.push(run.id);
  }
  return gone;
}
