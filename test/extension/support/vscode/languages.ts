/** `languages` of the fake `vscode` module: providers are only kept; diagnostics are the test's to read and to set. */
import type * as vscode from "vscode";
import { events, host, register } from "./host.ts";
import { notFaked, type Part } from "./parts.ts";
import { Uri } from "./uri.ts";

class DiagnosticCollection implements vscode.DiagnosticCollection {
  constructor(readonly name: string) {}

  set(uri: vscode.Uri | readonly unknown[], list: readonly vscode.Diagnostic[] | undefined = []): void {
    if (!(uri instanceof Uri)) notFaked("DiagnosticCollection.set of several files");
    host.diagnostics.set(uri.toString(), list);
    events.diagnostics.fire({ uris: [uri] });
  }

  get(uri: vscode.Uri): readonly vscode.Diagnostic[] | undefined {
    return host.diagnostics.get(uri.toString());
  }

  has(uri: vscode.Uri): boolean {
    return host.diagnostics.has(uri.toString());
  }

  delete(uri: vscode.Uri): void {
    host.diagnostics.delete(uri.toString());
    events.diagnostics.fire({ uris: [uri] });
  }

  clear(): void {
    host.diagnostics.clear();
  }

  forEach(): never {
    return notFaked("DiagnosticCollection.forEach");
  }

  *[Symbol.iterator](): Generator<[vscode.Uri, readonly vscode.Diagnostic[]]> {
    for (const [uri, list] of host.diagnostics) yield [Uri.parse(uri), list];
  }

  dispose(): void {
    this.clear();
  }
}

function getDiagnostics(uri: vscode.Uri): vscode.Diagnostic[];
function getDiagnostics(): [vscode.Uri, vscode.Diagnostic[]][];
function getDiagnostics(uri?: vscode.Uri): vscode.Diagnostic[] | [vscode.Uri, vscode.Diagnostic[]][] {
  if (!uri) return notFaked("languages.getDiagnostics of all files");
  return [...(host.diagnostics.get(uri.toString()) ?? [])];
}

export const languages: Part<"languages"> = {
  registerCodeLensProvider: (...args) => register("codeLenses", ...args),
  registerCompletionItemProvider: (...args) => register("completion", ...args),
  registerDocumentLinkProvider: (...args) => register("documentLinks", ...args),
  registerDocumentSymbolProvider: (...args) => register("documentSymbols", ...args),
  registerHoverProvider: (...args) => register("hover", ...args),
  registerInlayHintsProvider: (...args) => register("inlayHints", ...args),
  registerRenameProvider: (...args) => register("rename", ...args),
  createDiagnosticCollection: (name = "") => new DiagnosticCollection(name),
  getDiagnostics,
  onDidChangeDiagnostics: events.diagnostics.event,
  setTextDocumentLanguage: async (document, languageId) => {
    const open = host.documents.find(({ uri }) => uri.toString() === document.uri.toString());
    if (open) open.languageId = languageId;
    return document;
  },
};
