/** What can be typed at an offset of a prompt. */
import { l10n } from "vscode";
import { LETTER, type Placeholder, STRING } from "../../protocol/promptPlaceholders.ts";
import { frontMatterKeys, liquidFilters, liquidTags } from "../../protocol/promptSyntax.ts";
import { contains, type Span, sectionRoles } from "../../protocol/promptText.ts";
import { type CurrentValues, explainEntry, explainMeaning, typeName } from "./explain.ts";
import { type PromptStructure, placeholderAt, sectionAt } from "./promptStructure.ts";
import { fieldsOf, type Meaning, pathOf, resolve, scopeAt } from "./scope.ts";

export interface Suggestion {
  readonly label: string;
  readonly kind: "variable" | "field" | "filter" | "tag" | "key" | "value" | "section";
  readonly detail: string;
  readonly markdown: string;
  /** A snippet, with `$1` and so on where something is to be filled in. */
  readonly insert: string;
}

interface Suggestions {
  /** What a chosen suggestion replaces. */
  readonly replaces: Span;
  readonly items: readonly Suggestion[];
}

const ONE_LETTER = new RegExp(`^${LETTER}$`);
/** Of the text between a placeholder's opening and the word that is typed. */
const DECLARES = new RegExp(`^\\s*(for|assign|capture)\\s+(?:${LETTER}+\\s*)?$`);
const LOOPS_OVER = new RegExp(`^\\s*for\\s+${LETTER}+\\s+in\\s+$`);
const OF_PATH = new RegExp(`^(?:${LETTER}|[.[\\]])$`);

export function suggestionsAt(structure: PromptStructure, offset: number, values?: CurrentValues): Suggestions {
  const { text, frontMatter } = structure;
  if (frontMatter && contains(frontMatter, offset)) return frontMatterItems(structure, offset);
  const placeholder = placeholderAt(structure, offset);
  if (!placeholder) return sectionItems(structure, offset) ?? { replaces: { begin: offset, end: offset }, items: [] };
  const begin = runBegin(text, offset, ONE_LETTER, placeholder.inner.begin);
  const replaces = { begin, end: offset };
  const nothing = { replaces, items: [] };
  if (inString(text, placeholder, begin)) return nothing;
  const before = text.slice(placeholder.inner.begin, begin);
  const braces = closing(text, offset, placeholder);
  if (placeholder.kind === "tag" && /^\s*$/.test(before)) {
    return { replaces, items: tagItems(structure, placeholder, braces) };
  }
  if (/\|\s*$/.test(before)) return { replaces, items: filterItems() };
  if (DECLARES.test(before) || /^\s*end/.test(before)) return nothing;
  const scope = scopeAt(structure, placeholder.begin);
  const parent = before.endsWith(".") ? before.slice(runBegin(before, before.length, OF_PATH), -1) : "";
  const padding = placeholder.kind === "output" && before === "" ? " " : "";
  if (parent !== "") {
    const meaning = resolve(pathOf(parent), scope);
    const fields = meaning ? fieldsOf(meaning) : [];
    return { replaces, items: fields.map((one) => nameItem(one, `${parent}.${one.name}`, values)) };
  }
  const lists = LOOPS_OVER.test(before);
  const names = [...scope.values()].filter(({ type }) => !lists || type === "list" || type === "value");
  return {
    replaces,
    items: names.map((one) => nameItem(one, one.name, values, (name) => `${padding}${name}${braces}`)),
  };
}

/**
 * Where the run of characters begins that ends at an offset. An expression would look for its beginning everywhere.
 * @param least a dash at the placeholder's opening is no letter of a word
 */
function runBegin(text: string, offset: number, character: RegExp, least = 0): number {
  let begin = offset;
  while (begin > least && character.test(text.charAt(begin - 1))) begin--;
  return begin;
}

/** Whether a string that began before an offset goes on there. */
function inString(text: string, { inner }: Placeholder, offset: number): boolean {
  const before = text.slice(inner.begin, offset).replace(new RegExp(STRING, "g"), "");
  return /["']/.test(before);
}

/** Braces still to be typed behind a name. */
function closing(text: string, offset: number, { kind }: Placeholder): string {
  const rest = /^[^\n]*/.exec(text.slice(offset))?.[0] ?? "";
  if (/^\s*-?[%}]\}/.test(rest)) return /^\s/.test(rest) || rest.startsWith("-") ? "" : " ";
  return rest.trim() === "" ? (kind === "output" ? " }}" : " %}") : "";
}

function nameItem(
  meaning: Meaning,
  path: string,
  values: CurrentValues | undefined,
  insert: (name: string) => string = (name) => name,
): Suggestion {
  return {
    label: meaning.name,
    kind: meaning.kind === "field" ? "field" : "variable",
    detail: typeName(meaning.type),
    markdown: explainMeaning(meaning, path, values),
    insert: escaped(insert(meaning.name)),
  };
}

const escaped = (text: string): string => text.replace(/[$}\\]/g, "\\$&");

const filterItems = (): readonly Suggestion[] =>
  liquidFilters.map((entry) => ({
    label: entry.name,
    kind: "filter",
    detail: l10n.t("filter"),
    markdown: explainEntry(entry, l10n.t("filter")),
    insert: /\| \w+:/.test(entry.example) ? `${entry.name}: $1` : entry.name,
  }));

const blocks: Readonly<Record<string, string>> = {
  if: "$" + "{1:condition}",
  unless: "$" + "{1:condition}",
  for: "$" + "{1:entry} in $" + "{2:list}",
  case: "$" + "{1:value}",
  capture: "$" + "{1:name}",
  comment: "",
  raw: "",
};

const branches: Readonly<Record<string, readonly string[]>> = {
  if: ["else", "elsif"],
  unless: ["else", "elsif"],
  case: ["when", "else"],
  for: ["else"],
};

/** The closing tag of the block around the place first, then its branches, then the tags that begin something. */
function tagItems(structure: PromptStructure, at: Placeholder, braces: string): readonly Suggestion[] {
  const block = openBlock(structure, at.begin);
  const padding = structure.text.slice(at.inner.begin, at.inner.begin + 1) === " " ? "" : " ";
  const write = (body: string): string => `${padding}${body}${braces}`;
  const within = (name: string, of: string): Suggestion => ({
    label: name,
    kind: "tag",
    detail: l10n.t("belongs to {0}", of),
    markdown: l10n.t("Belongs to the {0} above.", `\`${of}\``),
    insert: escaped(write(name)),
  });
  return [
    ...(block ? [`end${block}`, ...(branches[block] ?? [])].map((name) => within(name, block)) : []),
    ...liquidTags.map((entry): Suggestion => {
      const head = blocks[entry.name];
      const body = head === undefined ? `${entry.name}` : `${entry.name} ${head}`.trimEnd();
      return {
        label: entry.name,
        kind: "tag",
        detail: l10n.t("tag"),
        markdown: explainEntry(entry, l10n.t("tag")),
        insert: `${padding}${body}${escaped(braces)}`,
      };
    }),
  ];
}

/** The block that is open at an offset. */
function openBlock(structure: PromptStructure, offset: number): string | undefined {
  const open: string[] = [];
  for (const { tag, end } of sectionAt(structure, offset)?.placeholders ?? []) {
    if (end > offset) break;
    if (tag !== undefined && tag in blocks) open.push(tag);
    else if (tag?.startsWith("end")) open.pop();
  }
  return open.at(-1);
}

function frontMatterItems({ text, frontMatter }: PromptStructure, offset: number): Suggestions {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  const replaces = { begin: runBegin(text, offset, /\w/), end: offset };
  const source = frontMatter ? text.slice(frontMatter.begin, frontMatter.end) : "";
  const keyed = /^(\w+):\s*\w*$/.exec(line)?.[1];
  const values = frontMatterKeys.find(({ name }) => name === keyed)?.values ?? [];
  if (keyed !== undefined) {
    const items = values.map(
      (value): Suggestion => ({ label: value, kind: "value", detail: keyed, markdown: "", insert: value }),
    );
    return { replaces, items };
  }
  if (!/^\w*$/.test(line)) return { replaces, items: [] };
  const items = frontMatterKeys
    .filter(({ name }) => !new RegExp(`^${name}:`, "m").test(source))
    .map(
      (entry): Suggestion => ({
        label: entry.name,
        kind: "key",
        detail: l10n.t("front matter"),
        markdown: explainEntry(entry, l10n.t("front matter"), "yaml"),
        insert: entry.name === "variables" ? "variables:\n  $" + "{1:name}: " : `${entry.name}: `,
      }),
    );
  return { replaces, items };
}

/** Sections that are still missing, at the start of a line. */
function sectionItems({ text, sections }: PromptStructure, offset: number): Suggestions | undefined {
  const begin = text.lastIndexOf("\n", offset - 1) + 1;
  if (!/^#\s?\w*$/.test(text.slice(begin, offset))) return undefined;
  const missing = sectionRoles.filter((role) => !sections.some((section) => section.role === role));
  const items = missing.map(
    (role): Suggestion => ({
      label: `# ${role}`,
      kind: "section",
      detail: l10n.t("section"),
      markdown:
        role === "system"
          ? l10n.t("What the model is and how it answers.")
          : l10n.t("The request: what it is to decide on now."),
      insert: `# ${role}\n\n`,
    }),
  );
  return { replaces: { begin, end: offset }, items };
}
