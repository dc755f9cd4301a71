/**
 * The parts of a prompt's text: its head, its body, its sections (docs/prompts.md). Engine, editor and page read prompts
 * here; promptHead.ts reads the head's settings, promptPlaceholders.ts what a section's template holds. Any text can be
 * read, unfinished ones too, with the line ends it has and without a byte order mark: what is wrong with it is the
 * engine's to say.
 */

/** Offsets in the text, the end excluded. */
export interface Span {
  readonly begin: number;
  readonly end: number;
}

export const sectionRoles = ["system", "user"] as const;
export type SectionRole = (typeof sectionRoles)[number];

/** From its heading up to the next one. */
export interface PromptSection extends Span {
  readonly role: SectionRole;
  /** The line that opens it. */
  readonly heading: Span;
  /** What is rendered: everything behind the heading. */
  readonly template: Span;
}

export interface PromptText {
  readonly text: string;
  /** What stands between the two lines `---`; undefined: the text does not begin with them. */
  readonly head: Span | undefined;
  readonly body: Span;
  /** In the order of the text, also those that stand there twice. */
  readonly sections: readonly PromptSection[];
}

const FENCES = /^(---[ \t]*(?:\r\n?|\n))(?:([\s\S]*?)(?:\r\n?|\n))??---[ \t]*(?:\r\n?|\n|$)/;
const HEADING = /^# (system|user)[ \t]*$/gm;

export function readPromptText(text: string): PromptText {
  const [fenced = "", opening = "", head = ""] = FENCES.exec(text) ?? [];
  const body = { begin: fenced.length, end: text.length };
  return {
    text,
    head: fenced !== "" ? { begin: opening.length, end: opening.length + head.length } : undefined,
    body,
    sections: sectionsIn(text, body),
  };
}

/** The body is cut before anything is rendered, so what a variable holds can never open a section of its own. */
function sectionsIn(text: string, body: Span): readonly PromptSection[] {
  const headings = [...text.slice(body.begin).matchAll(HEADING)].map(({ 0: line, 1: role, index }) => {
    const begin = body.begin + index;
    return { role: role === "system" ? "system" : "user", begin, end: begin + line.length } as const;
  });
  return headings.map(({ role, begin, end: headingEnd }, i) => {
    const end = headings[i + 1]?.begin ?? body.end;
    return { role, begin, end, heading: { begin, end: headingEnd }, template: { begin: headingEnd, end } };
  });
}

/** The text by which versions of a prompt are told apart: its line ends and a byte order mark do not count. */
export const normalisedPrompt = (text: string): string => text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");

export const contains = ({ begin, end }: Span, offset: number): boolean => begin <= offset && offset <= end;
