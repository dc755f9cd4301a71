/** Prompt files as the editor holds them, each read once per version. */
import { Range, type TextDocument, type Uri, workspace } from "vscode";
import type { Span } from "../../protocol/promptText.ts";
import { type PromptStructure, readStructure } from "./promptStructure.ts";

export const PROMPT_LANGUAGE = "lerl-prompt";

const structures = new WeakMap<TextDocument, { readonly version: number; readonly structure: PromptStructure }>();

export function structureOf(document: TextDocument): PromptStructure {
  const known = structures.get(document);
  if (known?.version === document.version) return known.structure;
  const structure = readStructure(document.getText());
  structures.set(document, { version: document.version, structure });
  return structure;
}

export const rangeOf = (document: TextDocument, { begin, end }: Span): Range =>
  new Range(document.positionAt(begin), document.positionAt(end));

export const isPrompt = (document: TextDocument): boolean => document.languageId === PROMPT_LANGUAGE;

/** An open prompt, by its address. */
export const openPrompt = (uri: Uri): TextDocument | undefined =>
  workspace.textDocuments.find((document) => isPrompt(document) && document.uri.toString() === uri.toString());
