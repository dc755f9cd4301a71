/** Values of the language features in the fake `vscode` module. */
import type { Position, Range } from "./text.ts";
import type { Uri } from "./uri.ts";

export class Diagnostic {
  source?: string;
  code?: unknown;
  tags?: readonly number[];

  constructor(
    readonly range: Range,
    readonly message: string,
    readonly severity = 0,
  ) {}
}

export class CompletionItem {
  [property: string]: unknown;

  constructor(
    readonly label: string,
    readonly kind?: number,
  ) {}
}

export class CompletionList {
  constructor(
    readonly items: readonly CompletionItem[],
    readonly isIncomplete = false,
  ) {}
}

export class SnippetString {
  constructor(readonly value = "") {}
}

export class Hover {
  constructor(
    readonly contents: unknown,
    readonly range?: Range,
  ) {}
}

export class DocumentLink {
  tooltip?: string;

  constructor(
    readonly range: Range,
    readonly target?: Uri,
  ) {}
}

export class DocumentSymbol {
  children: DocumentSymbol[] = [];

  constructor(
    readonly name: string,
    readonly detail: string,
    readonly kind: number,
    readonly range: Range,
    readonly selectionRange: Range,
  ) {}
}

export class InlayHint {
  [property: string]: unknown;

  constructor(
    readonly position: Position,
    readonly label: unknown,
    readonly kind?: number,
  ) {}
}

export class InlayHintLabelPart {
  [property: string]: unknown;

  constructor(readonly value: string) {}
}

export class Location {
  constructor(
    readonly uri: Uri,
    readonly range: Range,
  ) {}
}

/** Any name of an enumeration gives itself: tests read names, not numbers. */
const names = new Proxy({} as Record<string, string>, { get: (_, name) => String(name) });

export const CompletionItemKind = names;
export const SymbolKind = names;
export const InlayHintKind = names;
