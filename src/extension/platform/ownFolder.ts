/** What stands below `.lerl` that a window shows and deletes. */
import { realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { l10n, Uri } from "vscode";
import { isFolderName } from "../../protocol/folderName.ts";
import { messageOf, UserError } from "./errors.ts";
import { requireWorkspaceFolder } from "./workspaceFolder.ts";

/**
 * The folder of a run or trial, by its id. Ids and folders may come with a workspace from elsewhere: one that leads out
 * of `.lerl`, by its name or as a symbolic link, is refused.
 * @throws UserError
 */
export async function ownFolder(kind: "runs" | "trials", id: string): Promise<Uri> {
  const storage = Uri.joinPath(Uri.file(requireWorkspaceFolder()), ".lerl");
  const folder = Uri.joinPath(storage, kind, id);
  if (isFolderName(id) && (await isInside(storage.fsPath, folder.fsPath, join(kind, id)))) return folder;
  throw new UserError(l10n.t('"{0}" does not lead to a folder below {1}.', id, Uri.joinPath(storage, kind).fsPath));
}

/**
 * What the engine lists of `.lerl`, by its path below it. It may be a link, and goes as one; no folder above it is.
 * @throws UserError
 */
export async function ownItem(path: string): Promise<Uri> {
  const storage = Uri.joinPath(Uri.file(requireWorkspaceFolder()), ".lerl");
  const item = Uri.joinPath(storage, path);
  const parent = Uri.joinPath(item, "..");
  const isPlain = path.split("/").every(isFolderName);
  if (isPlain && (await isInside(storage.fsPath, parent.fsPath, dirname(path)))) return item;
  throw new UserError(l10n.t('"{0}" does not lead to a folder below {1}.', path, storage.fsPath));
}

/** Whether a path below the storage stands there itself; also where nothing does. */
async function isInside(storage: string, folder: string, below: string): Promise<boolean> {
  try {
    return (await realpath(folder)) === join(await realpath(storage), below);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return true;
    throw new UserError(messageOf(error), [], { cause: error });
  }
}
