/** What is wrong with a prompt's sections: both are required, each stands there once, and nothing stands before them. */
import { type PromptSection, type PromptText, sectionRoles } from "../../protocol/promptText.ts";
import type { Problem } from "./diagnostics.ts";

export interface CheckedSections {
  /** The first of each role, in the order of the text. */
  readonly sections: readonly PromptSection[];
  readonly problems: readonly Problem[];
}

export function checkSections({ text, body, sections: written }: PromptText): CheckedSections {
  const problems: Problem[] = [];
  const error = (code: Problem["code"], message: string, { begin, end }: { begin: number; end: number }) =>
    problems.push({ severity: "error", code, message, begin, end });

  const before = text.slice(body.begin, written[0]?.begin);
  if (before.trim() !== "" && written.length > 0) {
    error(
      "prompt.text-outside",
      'text before the first section belongs to no role; put it under "# system" or "# user"',
      { begin: body.begin + before.search(/\S/), end: body.begin + before.trimEnd().length },
    );
  }
  const sections: PromptSection[] = [];
  for (const section of written) {
    const { role, heading, template } = section;
    if (sections.some((earlier) => earlier.role === role)) {
      error("prompt.duplicate-section", `there is a "# ${role}" section already`, heading);
      continue;
    }
    if (text.slice(template.begin, template.end).trim() === "") {
      error("prompt.empty-section", `the section "# ${role}" is empty`, heading);
    }
    sections.push(section);
  }
  for (const role of sectionRoles) {
    if (sections.some((section) => section.role === role)) continue;
    error(
      "prompt.missing-section",
      `the line "# ${role}" is missing; a prompt has the sections "# system" and "# user"`,
      {
        begin: body.begin,
        end: body.begin,
      },
    );
  }
  return { sections, problems };
}
