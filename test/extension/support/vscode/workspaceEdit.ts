/** Edits of the fake `vscode` module: replaced text and new files. */
import type * as vscode from "vscode";
import { notFaked } from "./parts.ts";
import { Range } from "./positions.ts";

interface Replaced {
  readonly range: vscode.Range;
  readonly newText: string;
}

export class WorkspaceEdit implements vscode.WorkspaceEdit {
  /** Files to create, with their contents. */
  readonly files: { readonly uri: vscode.Uri; readonly contents: Uint8Array }[] = [];
  private readonly edits = new Map<string, { readonly uri: vscode.Uri; readonly edits: Replaced[] }>();

  get size(): number {
    return this.edits.size + this.files.length;
  }

  replace(uri: vscode.Uri, range: vscode.Range, newText: string): void {
    const entry = this.edits.get(uri.toString()) ?? { uri, edits: [] };
    entry.edits.push({ range, newText });
    this.edits.set(uri.toString(), entry);
  }

  insert(uri: vscode.Uri, position: vscode.Position, newText: string): void {
    this.replace(uri, new Range(position, position), newText);
  }

  delete(uri: vscode.Uri, range: vscode.Range): void {
    this.replace(uri, range, "");
  }

  has(uri: vscode.Uri): boolean {
    return this.edits.has(uri.toString());
  }

  get(uri: vscode.Uri): vscode.TextEdit[] {
    return this.edits.get(uri.toString())?.edits ?? [];
  }

  entries(): [vscode.Uri, vscode.TextEdit[]][] {
    return [...this.edits.values()].map(({ uri, edits }) => [uri, edits]);
  }

  createFile(uri: vscode.Uri, { contents = new Uint8Array() }: Parameters<vscode.WorkspaceEdit["createFile"]>[1] = {}) {
    this.files.push({ uri, contents: contents instanceof Uint8Array ? contents : notFaked("DataTransferFile") });
  }

  set(): never {
    return notFaked("WorkspaceEdit.set");
  }

  deleteFile(): never {
    return notFaked("WorkspaceEdit.deleteFile");
  }

  renameFile(): never {
    return notFaked("WorkspaceEdit.renameFile");
  }
}
