/** Texts as the user sees and changes them: of the editor where a file is open, saved or not, else of the disk. */
import {
  EndOfLine,
  FileSystemError,
  FileType,
  l10n,
  Range,
  type TextDocument,
  type Uri,
  WorkspaceEdit,
  workspace,
} from "vscode";
import { UserError } from "./errors.ts";
import { minimalReplacement, withLineEnds } from "./textEdits.ts";

/** @throws FileSystemError where there is no such file, UserError where it is none: a named pipe has no end to wait for */
export async function readText(uri: Uri): Promise<string> {
  const open = workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open) return open.getText();
  const { type } = await workspace.fs.stat(uri);
  if ((type & FileType.File) === 0) throw notRegular(uri);
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

/**
 * A file that the engine wrote, from the disk. It is never a symbolic link: one that stands there would show another file.
 * @throws FileSystemError where there is no such file, UserError where it is none
 */
export async function readWritten(uri: Uri): Promise<string> {
  const { type } = await workspace.fs.stat(uri);
  if (type !== FileType.File) throw notRegular(uri);
  return new TextDecoder().decode(await workspace.fs.readFile(uri));
}

const notRegular = (uri: Uri): UserError => new UserError(l10n.t("{0} is not a regular file.", uri.fsPath));

/** A text with the line ends of the document that it is to be the text of. */
export const fittedText = (text: string, document: TextDocument): string =>
  withLineEnds(text, document.eol === EndOfLine.CRLF ? "\r\n" : "\n");

/** Replaces a document's text, as one undo step. False: it changed in the meantime, VS Code compares versions. */
export async function replaceText(document: TextDocument, text: string): Promise<boolean> {
  const replacement = minimalReplacement(document.getText(), text);
  if (!replacement) return true;
  const { offset, length } = replacement;
  const range = new Range(document.positionAt(offset), document.positionAt(offset + length));
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, range, replacement.text);
  return workspace.applyEdit(edit);
}

/** The last part of a file's path. */
export const fileName = ({ path }: Uri): string => path.slice(path.lastIndexOf("/") + 1);
