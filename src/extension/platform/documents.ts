/** Texts as the user sees them: of the editor where a file is open, saved or not, else of the disk. */
import { FileSystemError, type Uri, workspace } from "vscode";

/** @throws FileSystemError where there is no such file */
export async function readText(uri: Uri): Promise<string> {
  const open = workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open) return open.getText();
  return new TextDecoder().decode(await workspace.fs.readFile(uri));
}

/** The same, undefined where there is no such file. */
export async function readTextIfPresent(uri: Uri): Promise<string | undefined> {
  try {
    return await readText(uri);
  } catch (error) {
    if (error instanceof FileSystemError && error.code === "FileNotFound") return undefined;
    throw error;
  }
}

/** The last part of a file's path. */
export const fileName = ({ path }: Uri): string => path.slice(path.lastIndexOf("/") + 1);
