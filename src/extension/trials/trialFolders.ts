/** A trial is a folder, deleted by deleting it. */
import { l10n, Uri } from "vscode";
import type { TrialSummary } from "../../protocol/trial/summary.ts";
import { showWarningMessage } from "../platform/dialogs.ts";
import { trashFolder } from "../platform/trash.ts";
import { requireWorkspaceFolder } from "../platform/workspaceFolder.ts";

/** Asks, then moves the folder to the trash. Returns whether it is gone. */
export async function deleteTrial({ id, name }: TrialSummary): Promise<boolean> {
  const folder = Uri.joinPath(Uri.file(requireWorkspaceFolder()), ".lerl", "trials", id);
  const remove = l10n.t("Move to Trash");
  const detail = l10n.t("Its folder goes with base, visits, prompts and the model's replies.");
  const answer = await showWarningMessage(l10n.t('Delete the trial "{0}"?', name), { modal: true, detail }, remove);
  if (answer !== remove) return false;
  return trashFolder(folder, l10n.t('The trial "{0}" cannot be moved to the trash. Delete it permanently?', name));
}
