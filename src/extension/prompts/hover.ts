/** Which word of a prompt is at an offset, and what there is to say about it. */
import { l10n } from "vscode";
import { frontMatterKeys, liquidFilters, liquidTags } from "../../protocol/promptSyntax.ts";
import { type CurrentValues, explainEntry, explainMeaning } from "./explain.ts";
import { contains, type Placeholder, type PromptStructure, placeholderAt, type Span } from "./promptText.ts";
import { type Meaning, pathOf, resolve, scopeAt } from "./scope.ts";

interface HoverText extends Span {
  readonly markdown: string;
}

/** A name in a placeholder with the path before it: `slate.clicks` at `clicks`. */
interface NameAt extends Span {
  readonly path: string;
  readonly meaning: Meaning;
}

export function hoverAt(structure: PromptStructure, offset: number, values?: CurrentValues): HoverText | undefined {
  const { frontMatter } = structure;
  if (frontMatter && contains(frontMatter, offset)) return frontMatterHover(structure, offset);
  const placeholder = placeholderAt(structure, offset);
  if (!placeholder) return undefined;
  const word = wordAt(structure.text, offset);
  if (!word || inString(structure.text, placeholder, word.begin)) return undefined;
  return (
    tagHover(placeholder, word) ??
    filterHover(structure.text, placeholder, word) ??
    nameHover(structure, placeholder, word, values)
  );
}

function frontMatterHover({ text, frontMatter }: PromptStructure, offset: number): HoverText | undefined {
  const own = frontMatter?.variables.find(({ key }) => contains(key, offset));
  if (own) {
    const markdown = `**${own.name}** · ${l10n.t("the prompt's own variable")}\n\n${l10n.t("Used as {0}.", `\`{{ ${own.name} }}\``)}`;
    return { ...own.key, markdown };
  }
  const word = wordAt(text, offset);
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const key = word && word.begin === lineStart && frontMatterKeys.find(({ name }) => name === word.text);
  return key
    ? { begin: word.begin, end: word.end, markdown: explainEntry(key, l10n.t("front matter"), "yaml") }
    : undefined;
}

function tagHover({ tag, inner }: Placeholder, word: Word): HoverText | undefined {
  if (tag === undefined || word.text !== tag || word.begin > inner.begin + 8) return undefined;
  const entry = liquidTags.find(({ name }) => name === tag.replace(/^end/, ""));
  return entry && { begin: word.begin, end: word.end, markdown: explainEntry(entry, l10n.t("tag")) };
}

function filterHover(text: string, { inner }: Placeholder, word: Word): HoverText | undefined {
  if (!/\|\s*$/.test(text.slice(inner.begin, word.begin))) return undefined;
  const entry = liquidFilters.find(({ name }) => name === word.text);
  return entry && { begin: word.begin, end: word.end, markdown: explainEntry(entry, l10n.t("filter")) };
}

function nameHover(
  structure: PromptStructure,
  placeholder: Placeholder,
  word: Word,
  values: CurrentValues | undefined,
): HoverText | undefined {
  const name = nameIn(structure, placeholder, word);
  return name && { begin: name.begin, end: name.end, markdown: explainMeaning(name.meaning, name.path, values) };
}

/** The variable or field at an offset. */
export function nameAt(structure: PromptStructure, offset: number): NameAt | undefined {
  const placeholder = placeholderAt(structure, offset);
  const word = placeholder && wordAt(structure.text, offset);
  return word && !inString(structure.text, placeholder, word.begin) ? nameIn(structure, placeholder, word) : undefined;
}

function nameIn(structure: PromptStructure, placeholder: Placeholder, word: Word): NameAt | undefined {
  const before = /[\w.[\]]*$/.exec(structure.text.slice(placeholder.inner.begin, word.begin))?.[0] ?? "";
  // The loop's own name is in scope from the end of its tag on.
  const declared = /^\s*for\s+\w*$/.test(structure.text.slice(placeholder.inner.begin, word.end));
  const scope = scopeAt(structure, declared ? placeholder.end : placeholder.begin);
  const path = `${before}${word.text}`;
  const meaning = resolve(pathOf(path), scope);
  return meaning && { begin: word.begin, end: word.end, path, meaning };
}

interface Word extends Span {
  readonly text: string;
}

function wordAt(text: string, offset: number): Word | undefined {
  const before = /\w*$/.exec(text.slice(Math.max(0, offset - 200), offset))?.[0] ?? "";
  const after = /^\w*/.exec(text.slice(offset, offset + 200))?.[0] ?? "";
  const word = before + after;
  return word === "" ? undefined : { text: word, begin: offset - before.length, end: offset + after.length };
}

export function inString(text: string, { inner }: Placeholder, offset: number): boolean {
  const before = text.slice(inner.begin, offset).replace(/"[^"]*"|'[^']*'/g, "");
  return /["']/.test(before);
}
