/**
 * The state behind the fake `vscode` module: what a test sets (settings, answers, trust, models) and what it reads
 * (messages, contexts, registered commands). `resetHost` gives every test a new one.
 */
import type * as vscode from "vscode";
import { Disposable, EventEmitter } from "./events.ts";
import type { TextDocument } from "./textDocument.ts";

export interface ShownMessage {
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
  readonly actions: readonly string[];
  /** Of a modal one. */
  readonly detail?: string;
}

type Handler = (...args: never[]) => unknown;

function newState() {
  return {
    folders: [] as vscode.WorkspaceFolder[],
    trusted: true,
    settings: new Map<string, unknown>(),
    commands: new Map<string, Handler>(),
    /** Commands of VS Code that were executed, with their arguments. */
    executed: [] as { readonly command: string; readonly args: readonly unknown[] }[],
    contexts: new Map<string, unknown>(),
    messages: [] as ShownMessage[],
    /** Chooses an action of a message; none by default. */
    answerMessage: (_message: ShownMessage): string | undefined => undefined,
    /** Answers quick picks: from the items' labels to the one chosen. */
    answerPick: (_items: readonly vscode.QuickPickItem[]): unknown => undefined,
    answerInput: (_options: vscode.InputBoxOptions): string | undefined => undefined,
    documents: [] as TextDocument[],
    shown: [] as unknown[],
    progress: [] as { readonly title: string; readonly reports: unknown[]; cancel(): void }[],
    tasks: [] as vscode.Task[],
    /** Whether files can be moved to a trash, and what was. */
    hasTrash: true,
    trashed: [] as string[],
    clipboard: "",
    /** Diagnostics by the file's Uri as text. */
    diagnostics: new Map<string, readonly vscode.Diagnostic[]>(),
    /** Answers open dialogs; undefined: cancelled. */
    answerOpen: (_options: vscode.OpenDialogOptions): vscode.Uri[] | undefined => undefined,
    /** Answers save dialogs; undefined: cancelled. */
    answerSave: (_options: vscode.SaveDialogOptions): vscode.Uri | undefined => undefined,
    models: [] as vscode.LanguageModelChat[],
    /** What the active tab shows. */
    activeTab: undefined as vscode.Tab["input"],
    logged: [] as string[],
    registrations: [] as { readonly kind: string; readonly args: readonly unknown[] }[],
  };
}

export const host = newState();

export const events = {
  textDocument: new EventEmitter<vscode.TextDocumentChangeEvent>(),
  opened: new EventEmitter<vscode.TextDocument>(),
  closed: new EventEmitter<vscode.TextDocument>(),
  saved: new EventEmitter<vscode.TextDocument>(),
  willSave: new EventEmitter<vscode.TextDocumentWillSaveEvent>(),
  diagnostics: new EventEmitter<vscode.DiagnosticChangeEvent>(),
  folders: new EventEmitter<vscode.WorkspaceFoldersChangeEvent>(),
  trust: new EventEmitter<void>(),
  tasks: new EventEmitter<vscode.TaskProcessEndEvent>(),
};

/** A document has another text. The fake does not tell which part of it changed. */
export const changeOf = (document: vscode.TextDocument): vscode.TextDocumentChangeEvent => ({
  document,
  contentChanges: [],
  reason: undefined,
});

/** A document is about to be saved; nobody can put it off. */
export const saveOf = (
  document: vscode.TextDocument,
  reason: vscode.TextDocumentSaveReason,
): vscode.TextDocumentWillSaveEvent => ({ document, reason, waitUntil: () => undefined });

export function resetHost(): void {
  Object.assign(host, newState());
  for (const emitter of Object.values(events)) emitter.dispose();
}

/** A registration that only has to be counted and ended. */
export function register(kind: string, ...args: readonly unknown[]): Disposable {
  const registration = { kind, args };
  host.registrations.push(registration);
  return new Disposable(() => {
    host.registrations = host.registrations.filter((other) => other !== registration);
  });
}
