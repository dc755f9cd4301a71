/** A prompt's text as the editor asks about it at every keystroke: what stands where. */
import { PromptHead } from "../../protocol/promptHead.ts";
import { LETTER, type Placeholder, placeholdersIn, TAG_NAME } from "../../protocol/promptPlaceholders.ts";
import { contains, type PromptSection, readPromptText } from "../../protocol/promptText.ts";

interface SectionStructure extends PromptSection {
  readonly placeholders: readonly Placeholder[];
}

export interface PromptStructure {
  readonly text: string;
  readonly frontMatter?: PromptHead;
  readonly sections: readonly SectionStructure[];
  /** Of all sections, in the order of the text. */
  readonly placeholders: readonly Placeholder[];
}

export function readStructure(text: string): PromptStructure {
  const { head, sections: parts } = readPromptText(text);
  const sections = parts.map((section) => ({ ...section, placeholders: placeholdersIn(text, section.template) }));
  return {
    text,
    ...(head && { frontMatter: new PromptHead(text, head) }),
    sections,
    placeholders: sections.flatMap(({ placeholders }) => placeholders),
  };
}

/** The section whose template holds an offset. */
export const sectionAt = ({ sections }: PromptStructure, offset: number): SectionStructure | undefined =>
  sections.find(({ template }) => contains(template, offset));

/** Letters that go on behind an offset. */
const LETTERS = new RegExp(`${LETTER}*`, "y");

/** The placeholder around an offset, also one whose closing braces are not typed yet. */
export function placeholderAt(structure: PromptStructure, offset: number): Placeholder | undefined {
  const { text } = structure;
  const section = sectionAt(structure, offset);
  const closed = section?.placeholders.find(({ inner }) => contains(inner, offset));
  if (closed || !section) return closed;
  const opening = Math.max(text.lastIndexOf("{{", offset - 1), text.lastIndexOf("{%", offset - 1));
  const line = text.lastIndexOf("\n", offset - 1);
  if (opening <= line || opening < section.template.begin || opening + 2 > offset) return undefined;
  const source = text.slice(opening + 2, offset);
  if (/[}%]\}/.test(source)) return undefined;
  const dash = source.startsWith("-") ? 1 : 0;
  const kind = text[opening + 1] === "{" ? "output" : "tag";
  const tag = kind === "tag" ? TAG_NAME.exec(source.slice(dash))?.[1] : undefined;
  LETTERS.lastIndex = offset;
  const end = offset + (LETTERS.exec(text)?.[0].length ?? 0);
  return { kind, begin: opening, end, inner: { begin: opening + 2 + dash, end }, ...(tag !== undefined && { tag }) };
}
