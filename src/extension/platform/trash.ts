/** Folders that are deleted with what they hold: into the trash, or for good where there is none. */
import { FileSystemError, l10n, type Uri, workspace } from "vscode";
import { showWarningMessage } from "./dialogs.ts";
import { messageOf } from "./errors.ts";

/**
 * @param cannot asks whether to delete it for good where it cannot be moved to the trash
 * @returns whether it is gone
 */
export async function trashFolder(folder: Uri, cannot: string): Promise<boolean> {
  try {
    await workspace.fs.delete(folder, { recursive: true, useTrash: true });
    return true;
  } catch (error) {
    if (error instanceof FileSystemError && error.code === "FileNotFound") return true;
    const forever = l10n.t("Delete Permanently");
    const answer = await showWarningMessage(
      cannot,
      { modal: true, detail: `${folder.fsPath}\n\n${messageOf(error)}` },
      forever,
    );
    if (answer !== forever) return false;
    await workspace.fs.delete(folder, { recursive: true, useTrash: false });
    return true;
  }
}
