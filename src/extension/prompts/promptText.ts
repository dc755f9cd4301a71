/**
 * The structure of a prompt's text as far as the editor needs it at every keystroke: front matter, sections,
 * placeholders. It reads unfinished text without complaint; what is wrong with a text is the engine's to say.
 */
import { isMap, isScalar, parseDocument } from "yaml";
import type { PromptRole } from "../../protocol/promptRole.ts";

/** Offsets in the text, the end excluded. */
export interface Span {
  readonly begin: number;
  readonly end: number;
}

export interface OwnVariable {
  readonly name: string;
  /** As text; empty while none is written. */
  readonly value: string;
  readonly key: Span;
}

export interface FrontMatter extends Span {
  readonly role?: PromptRole;
  readonly variables: readonly OwnVariable[];
}

export interface PromptSection extends Span {
  readonly role: "system" | "user";
  readonly heading: Span;
}

/** `{{ … }}` or `{% … %}`; `begin` and `end` hold the delimiters, `inner` does not. */
export interface Placeholder extends Span {
  readonly kind: "output" | "tag";
  readonly inner: Span;
  /** The tag's name: `for`, `endfor`. */
  readonly tag?: string;
}

export interface PromptStructure {
  readonly text: string;
  /** Between the fences. */
  readonly frontMatter?: FrontMatter;
  readonly sections: readonly PromptSection[];
  readonly placeholders: readonly Placeholder[];
}

const fences = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)(?:^|\r?\n)---[ \t]*(?:\r?\n|$)/;
const sectionHeading = /^# (system|user)[ \t]*\r?$/gm;
const placeholderPattern = /\{\{-?([\s\S]*?)-?\}\}|\{%-?([\s\S]*?)-?%\}/g;

export function readStructure(text: string): PromptStructure {
  const match = fences.exec(text);
  const bodyAt = match?.[0].length ?? 0;
  const frontMatter = match ? readFrontMatter(match[1] ?? "", text.indexOf("\n") + 1) : undefined;
  return {
    text,
    ...(frontMatter && { frontMatter }),
    sections: readSections(text, bodyAt),
    placeholders: readPlaceholders(text, bodyAt),
  };
}

function readFrontMatter(source: string, offset: number): FrontMatter {
  const { contents } = parseDocument(source, { prettyErrors: false, schema: "core" });
  const entry = (key: string): unknown =>
    isMap(contents) ? contents.items.find((pair) => isScalar(pair.key) && pair.key.value === key)?.value : undefined;
  const roleNode = entry("role");
  const role = isScalar(roleNode) && isRole(roleNode.value) ? roleNode.value : undefined;
  const own = entry("variables");
  const variables = (isMap(own) ? own.items : []).flatMap(({ key, value }): OwnVariable[] => {
    if (!isScalar(key) || typeof key.value !== "string" || !key.range) return [];
    const shown = isScalar(value) && value.value !== null ? String(value.value) : "";
    return [{ name: key.value, value: shown, key: { begin: offset + key.range[0], end: offset + key.range[1] } }];
  });
  return { begin: offset, end: offset + source.length, ...(role && { role }), variables };
}

const isRole = (value: unknown): value is PromptRole => value === "planner" || value === "critic";

function readSections(text: string, from: number): readonly PromptSection[] {
  const headings = [...text.slice(from).matchAll(sectionHeading)];
  return headings.map((match, i): PromptSection => {
    const begin = from + match.index;
    const next = headings[i + 1];
    return {
      role: match[1] === "system" ? "system" : "user",
      begin,
      end: next ? from + next.index : text.length,
      heading: { begin, end: begin + match[0].trimEnd().length },
    };
  });
}

/** What stands inside `raw` and `comment` is no placeholder. */
function readPlaceholders(text: string, from: number): readonly Placeholder[] {
  const found: Placeholder[] = [];
  let verbatim: string | undefined;
  for (const match of text.slice(from).matchAll(placeholderPattern)) {
    const begin = from + match.index;
    const end = begin + match[0].length;
    const source = match[1] ?? match[2] ?? "";
    const tag = match[2] === undefined ? undefined : /^\s*(\w+)/.exec(source)?.[1];
    if (verbatim !== undefined && tag !== `end${verbatim}`) continue;
    verbatim = tag === "raw" || tag === "comment" ? tag : undefined;
    const innerBegin =
      begin + match[0].indexOf(source, match[0].startsWith("{{-") || match[0].startsWith("{%-") ? 3 : 2);
    found.push({
      kind: match[2] === undefined ? "output" : "tag",
      begin,
      end,
      inner: { begin: innerBegin, end: innerBegin + source.length },
      ...(tag !== undefined && { tag }),
    });
  }
  return found;
}

export const contains = (span: Span, offset: number): boolean => span.begin <= offset && offset <= span.end;

/** The placeholder around an offset, also one whose closing braces are not typed yet. */
export function placeholderAt(structure: PromptStructure, offset: number): Placeholder | undefined {
  const { text, placeholders, frontMatter } = structure;
  const closed = placeholders.find(({ inner }) => contains(inner, offset));
  if (closed) return closed;
  const opening = Math.max(text.lastIndexOf("{{", offset - 1), text.lastIndexOf("{%", offset - 1));
  const line = text.lastIndexOf("\n", offset - 1);
  if (opening <= line || opening < (frontMatter?.end ?? 0) || opening + 2 > offset) return undefined;
  const source = text.slice(opening + 2, offset);
  if (/[}%]\}/.test(source)) return undefined;
  const dash = source.startsWith("-") ? 1 : 0;
  const kind = text[opening + 1] === "{" ? "output" : "tag";
  const tag = kind === "tag" ? /^\s*(\w+)/.exec(source.slice(dash))?.[1] : undefined;
  return {
    kind,
    begin: opening,
    end: offset,
    inner: { begin: opening + 2 + dash, end: offset },
    ...(tag !== undefined && { tag }),
  };
}
