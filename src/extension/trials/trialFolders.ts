/** A trial is a folder, deleted by deleting it. */
import { l10n } from "vscode";
import type { TrialSummary } from "../../protocol/trial/summary.ts";
import { showWarningMessage } from "../platform/dialogs.ts";
import { ownFolder } from "../platform/ownFolder.ts";
import { trashFolder } from "../platform/trash.ts";
import { requireTrust } from "../platform/trust.ts";

/**
 * Asks, then moves the folder to the trash. Returns whether it is gone.
 * @throws UntrustedError, UserError
 */
export async function deleteTrial({ id, name }: TrialSummary): Promise<boolean> {
  requireTrust();
  const folder = await ownFolder("trials", id);
  const remove = l10n.t("Move to Trash");
  const what = l10n.t("Its folder goes with base, visits, prompts and the model's replies.");
  const answer = await showWarningMessage(
    l10n.t('Delete the trial "{0}"?', name),
    { modal: true, detail: `${what}\n\n${folder.fsPath}` },
    remove,
  );
  if (answer !== remove) return false;
  return trashFolder(folder, l10n.t('The trial "{0}" cannot be moved to the trash. Delete it permanently?', name));
}
