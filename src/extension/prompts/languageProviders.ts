/** The prompt language as VS Code asks for it. What is said is decided in completion.ts, hover.ts and rename.ts. */
import {
  type CancellationToken,
  CompletionItem,
  CompletionItemKind,
  CompletionList,
  type Disposable,
  DocumentSymbol,
  Hover,
  l10n,
  languages,
  MarkdownString,
  type Position,
  type Range,
  SnippetString,
  SymbolKind,
  type TextDocument,
  WorkspaceEdit,
} from "vscode";
import { DisposableStore } from "../platform/disposables.ts";
import { type Suggestion, suggestionsAt } from "./completion.ts";
import { hoverAt } from "./hover.ts";
import { PROMPT_LANGUAGE, rangeOf, structureOf } from "./promptDocuments.ts";
import type { PromptStructure } from "./promptStructure.ts";
import { nameProblem, occurrencesOf, ownVariableAt } from "./rename.ts";
import type { PromptRenderer } from "./rendering.ts";

/** How long completion and hover wait for current values: they are pleasant to have, not worth a delay. */
const VALUES_PATIENCE_MS = 250;

export function registerLanguageProviders(renderer: PromptRenderer): Disposable {
  const owned = new DisposableStore();
  const selector = { language: PROMPT_LANGUAGE };

  const values = async (document: TextDocument, token: CancellationToken) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, VALUES_PATIENCE_MS, undefined);
    });
    const found = await Promise.race([renderer.valuesFor(document, token), late]);
    clearTimeout(timer);
    return found;
  };

  owned.addAll(
    languages.registerCompletionItemProvider(
      selector,
      {
        async provideCompletionItems(document, position, token) {
          const structure = structureOf(document);
          const { replaces, items } = suggestionsAt(structure, document.offsetAt(position));
          if (items.length === 0) return undefined;
          const explained = items.some(({ kind }) => kind === "variable")
            ? suggestionsAt(structure, document.offsetAt(position), await values(document, token)).items
            : items;
          const range = rangeOf(document, replaces);
          return new CompletionList(explained.map((item, i) => completionItem(item, i, range)));
        },
      },
      "{",
      "%",
      ".",
      "|",
      " ",
      "#",
    ),
    languages.registerHoverProvider(selector, {
      async provideHover(document, position, token) {
        const structure = structureOf(document);
        const offset = document.offsetAt(position);
        if (!hoverAt(structure, offset)) return undefined;
        const found = hoverAt(structure, offset, await values(document, token));
        return found && new Hover(new MarkdownString(found.markdown), rangeOf(document, found));
      },
    }),
    languages.registerRenameProvider(selector, {
      prepareRename(document, position) {
        const { begin, end, name } = variableToRename(document, position);
        return { range: rangeOf(document, { begin, end }), placeholder: name };
      },
      provideRenameEdits(document, position, newName) {
        const { name } = variableToRename(document, position);
        const structure = structureOf(document);
        const problem = newName === name ? undefined : nameProblem(structure, newName);
        if (problem !== undefined) throw new Error(problem);
        const edit = new WorkspaceEdit();
        for (const place of occurrencesOf(structure, name))
          edit.replace(document.uri, rangeOf(document, place), newName);
        return edit;
      },
    }),
    languages.registerDocumentSymbolProvider(selector, {
      provideDocumentSymbols: (document) => symbolsOf(document, structureOf(document)),
    }),
  );
  return owned;
}

const kinds: Readonly<Record<Suggestion["kind"], CompletionItemKind>> = {
  variable: CompletionItemKind.Variable,
  field: CompletionItemKind.Field,
  filter: CompletionItemKind.Function,
  tag: CompletionItemKind.Keyword,
  key: CompletionItemKind.Property,
  value: CompletionItemKind.EnumMember,
  section: CompletionItemKind.Struct,
};

function completionItem(
  { label, kind, detail, markdown, insert }: Suggestion,
  place: number,
  range: Range,
): CompletionItem {
  const item = new CompletionItem({ label, description: detail }, kinds[kind]);
  item.documentation = new MarkdownString(markdown);
  item.insertText = new SnippetString(insert);
  item.range = range;
  item.sortText = String(place).padStart(3, "0");
  return item;
}

function variableToRename(document: TextDocument, position: Position) {
  const variable = ownVariableAt(structureOf(document), document.offsetAt(position));
  if (variable) return variable;
  throw new Error(l10n.t("Only the prompt's own variables, set in its front matter, can be renamed."));
}

function symbolsOf(document: TextDocument, { text, frontMatter, sections }: PromptStructure): DocumentSymbol[] {
  const symbols: DocumentSymbol[] = [];
  if (frontMatter) {
    const whole = rangeOf(document, frontMatter);
    const head = new DocumentSymbol(l10n.t("Front matter"), frontMatter.role ?? "", SymbolKind.Namespace, whole, whole);
    head.children = frontMatter.variables.map(({ name, value, key }) => {
      const range = rangeOf(document, key);
      return new DocumentSymbol(name, value, SymbolKind.Variable, range, range);
    });
    symbols.push(head);
  }
  for (const section of sections) {
    const range = rangeOf(document, section);
    const heading = rangeOf(document, section.heading);
    const symbol = new DocumentSymbol(section.role, "", SymbolKind.Module, range, heading);
    symbol.children = headingsIn(document, text.slice(section.heading.end, section.end), section.heading.end);
    symbols.push(symbol);
  }
  return symbols;
}

/** Headings within a section. */
function headingsIn(document: TextDocument, source: string, offset: number): DocumentSymbol[] {
  return [...source.matchAll(/^#{1,6} (.+)$/gm)].map((match) => {
    const begin = offset + match.index;
    const range = rangeOf(document, { begin, end: begin + match[0].trimEnd().length });
    return new DocumentSymbol(match[1]?.trim() ?? "", "", SymbolKind.String, range, range);
  });
}
