/** The folder that holds `.lerl/`: runs, caches and reports of a window live in its first folder. */
import { commands, l10n, workspace } from "vscode";
import { UserError } from "./errors.ts";

/** @throws UserError in a window without a folder */
export function requireWorkspaceFolder(): string {
  const folder = workspaceFolder();
  if (folder !== undefined) return folder;
  throw new UserError(l10n.t("Open a folder first: runs are kept in its .lerl folder."), [
    { title: l10n.t("Open Folder"), run: () => commands.executeCommand("workbench.action.files.openFolder") },
  ]);
}

export function workspaceFolder(): string | undefined {
  return workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file")?.uri.fsPath;
}
