/** Folders that are deleted with what they hold: into the trash, or for good where there is none. */
import { FileSystemError, l10n, type Uri, workspace } from "vscode";
import { showWarningMessage } from "./dialogs.ts";
import { messageOf } from "./errors.ts";

/**
 * @param cannot asks whether to delete it for good where it cannot be moved to the trash
 * @returns whether it is gone
 */
export const trashFolder = (folder: Uri, cannot: string): Promise<boolean> => trashFolders(cannot)(folder);

/** For several: one answer is for all of them. */
export function trashFolders(cannot: string): (folder: Uri) => Promise<boolean> {
  let isAgreed: boolean | undefined;
  return async (folder) => {
    try {
      await workspace.fs.delete(folder, { recursive: true, useTrash: true });
      return true;
    } catch (error) {
      if (error instanceof FileSystemError && error.code === "FileNotFound") return true;
      isAgreed ??= await isForever(cannot, `${folder.fsPath}\n\n${messageOf(error)}`);
      if (!isAgreed) return false;
      await workspace.fs.delete(folder, { recursive: true, useTrash: false });
      return true;
    }
  };
}

async function isForever(cannot: string, detail: string): Promise<boolean> {
  const forever = l10n.t("Delete Permanently");
  return (await showWarningMessage(cannot, { modal: true, detail }, forever)) === forever;
}
