/** What the page knows of a prompt's text: its placeholders, and the variables they read. */
import { type Placeholder, placeholdersIn } from "../../../src/protocol/promptPlaceholders.ts";
import { variablesIn } from "../../../src/protocol/promptScope.ts";
import { readPromptText, type Span } from "../../../src/protocol/promptText.ts";

/** Reads one prompt's text as it changes; asked of the same text again, it answers from what it has read. */
export class PromptReading {
  private text = "";
  /** By section: each is a template of its own. */
  private placeholders: readonly (readonly Placeholder[])[] = [];
  private variables: ReadonlySet<string> | undefined;

  /** The variables a prompt reads, the run's and its own. */
  variablesRead(text: string): ReadonlySet<string> {
    this.read(text);
    this.variables ??= new Set(
      this.placeholders.flatMap((placeholders) => variablesIn(text, placeholders)).map(({ text: name }) => name),
    );
    return this.variables;
  }

  /** The parts of each line that placeholders take; lines without any are left out. */
  marksByLine(text: string, lines: readonly string[]): ReadonlyMap<number, readonly Span[]> {
    this.read(text);
    const marks = new Map<number, Span[]>();
    let line = 0;
    let lineBegin = 0;
    for (const { begin, end } of this.placeholders.flat()) {
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

  private read(text: string): void {
    if (text === this.text) return;
    this.text = text;
    this.placeholders = readPromptText(text).sections.map(({ template }) => placeholdersIn(text, template));
    this.variables = undefined;
  }
}
