/** Which word of a prompt is at an offset, and what there is to say about it. */
import { l10n } from "vscode";
import type { Placeholder } from "../../protocol/promptPlaceholders.ts";
import { frontMatterKeys, liquidFilters, liquidTags } from "../../protocol/promptSyntax.ts";
import { contains, type Span } from "../../protocol/promptText.ts";
import { type PromptWord, wordsIn } from "../../protocol/promptWords.ts";
import { escapeMarkdown } from "../platform/inert.ts";
import { type CurrentValues, explainEntry, explainMeaning } from "./explain.ts";
import { type PromptStructure, placeholderAt } from "./promptStructure.ts";
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
  const word = wordAt(structure.text, placeholder, offset);
  return word && (liquidHover(word) ?? nameHover(structure, placeholder, word, values));
}

function frontMatterHover({ text, frontMatter }: PromptStructure, offset: number): HoverText | undefined {
  const own = frontMatter?.variables.find(({ key }) => contains(key, offset));
  if (own) {
    const name = escapeMarkdown(own.name);
    const markdown = `**${name}** · ${l10n.t("the prompt's own variable")}\n\n${l10n.t("Used as {0}.", `\\{\\{ ${name} \\}\\}`)}`;
    return { ...own.key, markdown };
  }
  const begin = text.lastIndexOf("\n", offset - 1) + 1;
  const word = /^\w*/.exec(text.slice(begin, begin + 200))?.[0] ?? "";
  const end = begin + word.length;
  const key = offset <= end ? frontMatterKeys.find(({ name }) => name === word) : undefined;
  return key && { begin, end, markdown: explainEntry(key, l10n.t("front matter"), "yaml") };
}

/** What Liquid gives: tags and filters. */
function liquidHover({ kind, text, begin, end }: PromptWord): HoverText | undefined {
  if (kind !== "tag" && kind !== "filter") return undefined;
  const entry =
    kind === "tag"
      ? liquidTags.find(({ name }) => name === text.replace(/^end/, ""))
      : liquidFilters.find(({ name }) => name === text);
  return entry && { begin, end, markdown: explainEntry(entry, kind === "tag" ? l10n.t("tag") : l10n.t("filter")) };
}

function nameHover(
  structure: PromptStructure,
  placeholder: Placeholder,
  word: PromptWord,
  values: CurrentValues | undefined,
): HoverText | undefined {
  const name = nameIn(structure, placeholder, word);
  return name && { begin: name.begin, end: name.end, markdown: explainMeaning(name.meaning, name.path, values) };
}

/** The variable or field at an offset. */
export function nameAt(structure: PromptStructure, offset: number): NameAt | undefined {
  const placeholder = placeholderAt(structure, offset);
  const word = placeholder && wordAt(structure.text, placeholder, offset);
  return word && nameIn(structure, placeholder, word);
}

function nameIn(structure: PromptStructure, placeholder: Placeholder, word: PromptWord): NameAt | undefined {
  const { kind, path, begin, end } = word;
  if (kind !== "variable" && kind !== "field" && kind !== "declared") return undefined;
  // A name that a tag declares is in scope from the end of the tag on.
  const meaning = resolve(pathOf(path), scopeAt(structure, kind === "declared" ? placeholder.end : placeholder.begin));
  return meaning && { begin, end, path, meaning };
}

const wordAt = (text: string, placeholder: Placeholder, offset: number): PromptWord | undefined =>
  wordsIn(text, placeholder).find((word) => contains(word, offset));
