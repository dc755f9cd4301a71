/** Values of the language features in the fake `vscode` module. */
import type * as vscode from "vscode";
import { DiagnosticSeverity } from "./enums.ts";
import { notFaked } from "./parts.ts";

export class Diagnostic implements vscode.Diagnostic {
  source?: string;
  code?: NonNullable<vscode.Diagnostic["code"]>;
  relatedInformation?: vscode.DiagnosticRelatedInformation[];
  tags?: vscode.DiagnosticTag[];

  constructor(
    public range: vscode.Range,
    public message: string,
    public severity: vscode.DiagnosticSeverity = DiagnosticSeverity.Error,
  ) {}
}

export class CodeLens implements vscode.CodeLens {
  command?: vscode.Command;

  constructor(
    public range: vscode.Range,
    command?: vscode.Command,
  ) {
    if (command) this.command = command;
  }

  get isResolved(): boolean {
    return this.command !== undefined;
  }
}

export class CompletionItem implements vscode.CompletionItem {
  kind?: vscode.CompletionItemKind;
  documentation?: string | vscode.MarkdownString;
  insertText?: string | vscode.SnippetString;
  range?: vscode.Range | { inserting: vscode.Range; replacing: vscode.Range };
  sortText?: string;

  constructor(
    public label: string | vscode.CompletionItemLabel,
    kind?: vscode.CompletionItemKind,
  ) {
    if (kind !== undefined) this.kind = kind;
  }
}

export class CompletionList<T extends vscode.CompletionItem = CompletionItem> implements vscode.CompletionList<T> {
  constructor(
    public items: T[] = [],
    public isIncomplete = false,
  ) {}
}

export class SnippetString implements vscode.SnippetString {
  constructor(public value = "") {}

  appendText(): never {
    return notFaked("SnippetString.appendText");
  }

  appendTabstop(): never {
    return notFaked("SnippetString.appendTabstop");
  }

  appendPlaceholder(): never {
    return notFaked("SnippetString.appendPlaceholder");
  }

  appendChoice(): never {
    return notFaked("SnippetString.appendChoice");
  }

  appendVariable(): never {
    return notFaked("SnippetString.appendVariable");
  }
}

type HoverContent = vscode.MarkdownString | vscode.MarkedString;

export class Hover implements vscode.Hover {
  contents: HoverContent[];
  range?: vscode.Range;

  constructor(contents: HoverContent | HoverContent[], range?: vscode.Range) {
    this.contents = Array.isArray(contents) ? contents : [contents];
    if (range) this.range = range;
  }
}

export class DocumentLink implements vscode.DocumentLink {
  target?: vscode.Uri;
  tooltip?: string;

  constructor(
    public range: vscode.Range,
    target?: vscode.Uri,
  ) {
    if (target) this.target = target;
  }
}

export class DocumentSymbol implements vscode.DocumentSymbol {
  children: vscode.DocumentSymbol[] = [];

  constructor(
    public name: string,
    public detail: string,
    public kind: vscode.SymbolKind,
    public range: vscode.Range,
    public selectionRange: vscode.Range,
  ) {}
}

export class InlayHint implements vscode.InlayHint {
  kind?: vscode.InlayHintKind;
  paddingLeft?: boolean;
  paddingRight?: boolean;

  constructor(
    public position: vscode.Position,
    public label: string | vscode.InlayHintLabelPart[],
    kind?: vscode.InlayHintKind,
  ) {
    if (kind !== undefined) this.kind = kind;
  }
}

export class InlayHintLabelPart implements vscode.InlayHintLabelPart {
  tooltip?: string | vscode.MarkdownString | undefined;
  command?: vscode.Command | undefined;

  constructor(public value: string) {}
}
