/** What the page knows of a prompt's text: its placeholders, and the variables they read. */
import { type Placeholder, placeholdersIn } from "../../../src/protocol/promptPlaceholders.ts";
import { variablesIn } from "../../../src/protocol/promptScope.ts";
import { readPromptText, type Span } from "../../../src/protocol/promptText.ts";

/** By section: each is a template of its own. */
const placeholdersOf = (text: string): readonly (readonly Placeholder[])[] =>
  readPromptText(text).sections.map(({ template }) => placeholdersIn(text, template));

/** The variables a prompt reads, the run's and its own. */
export function variablesRead(text: string): ReadonlySet<string> {
  const read = placeholdersOf(text).flatMap((placeholders) => variablesIn(text, placeholders));
  return new Set(read.map(({ text: name }) => name));
}

/** The parts of each line that placeholders take; lines without any are left out. */
export function marksByLine(text: string, lines: readonly string[]): ReadonlyMap<number, readonly Span[]> {
  const marks = new Map<number, Span[]>();
  let line = 0;
  let lineBegin = 0;
  for (const { begin, end } of placeholdersOf(text).flat()) {
    for (;;) {
      const length = lines[line]?.length ?? 0;
      const mark = { begin: Math.max(begin - lineBegin, 0), end: Math.min(end - lineBegin, length) };
      if (mark.begin < mark.end) {
        const known = marks.get(line);
        if (known) known.push(mark);
        else marks.set(line, [mark]);
      }
      if (end <= lineBegin + length) break;
      lineBegin += length + 1;
      line++;
    }
  }
  return marks;
}
