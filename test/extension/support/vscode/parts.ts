/**
 * What the fake has of VS Code's namespaces. A namespace that is listed here and whose fake differs from @types/vscode
 * in one of these members does not compile; members that are not listed do not exist for the specs.
 */
import type * as vscode from "vscode";

type Real = typeof vscode;

export const parts = {
  commands: ["registerCommand", "executeCommand", "getCommands"],
  env: ["language", "clipboard", "remoteName"],
  l10n: ["t"],
  languages: [
    "createDiagnosticCollection",
    "getDiagnostics",
    "onDidChangeDiagnostics",
    "registerCodeLensProvider",
    "registerCompletionItemProvider",
    "registerDocumentLinkProvider",
    "registerDocumentSymbolProvider",
    "registerHoverProvider",
    "registerInlayHintsProvider",
    "registerRenameProvider",
    "setTextDocumentLanguage",
  ],
  lm: ["selectChatModels"],
  tasks: ["executeTask", "onDidEndTaskProcess"],
  window: [
    "createOutputChannel",
    "createStatusBarItem",
    "createTreeView",
    "registerCustomEditorProvider",
    "setStatusBarMessage",
    "showErrorMessage",
    "showInformationMessage",
    "showInputBox",
    "showOpenDialog",
    "showQuickPick",
    "showSaveDialog",
    "showTextDocument",
    "showWarningMessage",
    "tabGroups",
    "withProgress",
  ],
  workspace: [
    "applyEdit",
    "asRelativePath",
    "createFileSystemWatcher",
    "findFiles",
    "fs",
    "getConfiguration",
    "getWorkspaceFolder",
    "isTrusted",
    "onDidChangeTextDocument",
    "onDidChangeWorkspaceFolders",
    "onDidCloseTextDocument",
    "onDidGrantWorkspaceTrust",
    "onDidOpenTextDocument",
    "onDidSaveTextDocument",
    "onWillSaveTextDocument",
    "openTextDocument",
    "registerTextDocumentContentProvider",
    "textDocuments",
    "workspaceFolders",
  ],
} as const satisfies { readonly [N in keyof Real]?: readonly (keyof Real[N])[] };

export type Parts = { readonly [N in keyof typeof parts]: (typeof parts)[N][number] };
export type Part<N extends keyof Parts> = Pick<Real[N], Parts[N] & keyof Real[N]>;

/** An object of the API with some of its members: those that are not given do not exist. */
export const partly = <T extends object>(members: Partial<T>): T => members as T;

/** A member that nothing needs so far. */
export function notFaked(member: string): never {
  throw new Error(`The fake vscode has no ${member}.`);
}
