/**
 * A prompt's body: `# system` and `# user`. The body is cut here, before anything is rendered, so what a variable holds
 * can never open a section of its own.
 */
import type { Problem } from "./diagnostics.ts";

export type SectionRole = "system" | "user";

export interface Section {
  readonly role: SectionRole;
  readonly source: string;
  /** Offset of the source in the file's text. */
  readonly offset: number;
}

const HEADING = /^# (system|user)[ \t]*$/gm;

/** @param from where the body begins */
export function splitSections(
  text: string,
  from: number,
): { sections: readonly Section[]; problems: readonly Problem[] } {
  const headings = [...text.slice(from).matchAll(HEADING)].map((match) => ({
    role: match[1] as SectionRole,
    begin: from + match.index,
    end: from + match.index + match[0].length,
  }));
  const problems: Problem[] = [];
  const error = (code: Problem["code"], message: string, begin: number, end: number) =>
    problems.push({ severity: "error", code, message, begin, end });

  const before = text.slice(from, headings[0]?.begin);
  if (before.trim() !== "" && headings.length > 0) {
    const begin = from + before.search(/\S/);
    error(
      "prompt.text-outside",
      'text before the first section belongs to no role; put it under "# system" or "# user"',
      begin,
      from + before.trimEnd().length,
    );
  }
  const sections: Section[] = [];
  for (const [i, { role, begin, end }] of headings.entries()) {
    if (sections.some((section) => section.role === role)) {
      error("prompt.duplicate-section", `there is a "# ${role}" section already`, begin, end);
      continue;
    }
    const source = text.slice(end, headings[i + 1]?.begin);
    if (source.trim() === "") error("prompt.empty-section", `the section "# ${role}" is empty`, begin, end);
    sections.push({ role, source, offset: end });
  }
  for (const role of ["system", "user"] as const) {
    if (sections.some((section) => section.role === role)) continue;
    error(
      "prompt.missing-section",
      `the line "# ${role}" is missing; a prompt has the sections "# system" and "# user"`,
      from,
      from,
    );
  }
  return { sections, problems };
}
