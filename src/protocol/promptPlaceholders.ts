/**
 * The placeholders of a section's template, where Liquid finds them; read on behind what Liquid gives up at, so that a
 * text has some while it is typed.
 */
import type { Span } from "./promptText.ts";

/** `{{ … }}` or `{% … %}`. */
export interface Placeholder extends Span {
  readonly kind: "output" | "tag";
  /** Between the delimiters and their dashes. */
  readonly inner: Span;
  /** The tag's name: `for`, `endfor`, `#`. */
  readonly tag?: string;
}

/** Liquid's letters: not what JavaScript calls a word. */
export const LETTER = "(?:[\\w?-]|(?![\\s\\u201C\\u201D])[^\\x00-\\x7F])";
/** A string of Liquid's, with its quotes. */
export const STRING = "\"(?:\\\\[\\s\\S]|[^\"\\\\])*\"|'(?:\\\\[\\s\\S]|[^'\\\\])*'";

const OPENING = /\{[{%]/g;
const OUTPUT = new RegExp(`\\{\\{(?:${STRING}|[^"'])*?\\}\\}`, "y");
const TAG = /\{%[\s\S]*?%\}/y;
/** At the start of a tag, behind its opening and dash. */
export const TAG_NAME = new RegExp(`^\\s*(#|${LETTER}+)`);
/** Liquid knows no `{%- endraw`. */
const ENDRAW = new RegExp(`\\{%\\s*endraw(?!${LETTER})(?:(?!\\{%)[\\s\\S])*?%\\}`, "g");

/** @param template where a section's template stands in the text */
export function placeholdersIn(text: string, template: Span): readonly Placeholder[] {
  const found: Placeholder[] = [];
  let comment = false;
  for (const placeholder of tokensIn(text.slice(template.begin, template.end), template.begin)) {
    if (comment && placeholder.tag !== "endcomment") continue;
    comment = placeholder.tag === "comment";
    found.push(placeholder);
  }
  return found;
}

/** What stands inside `raw` is text. Something that is opened and not closed is left out. */
function* tokensIn(source: string, offset: number): Generator<Placeholder> {
  const lastClosing = { "{{": source.lastIndexOf("}}"), "{%": source.lastIndexOf("%}") };
  let at = 0;
  let raw = false;
  while (at < source.length) {
    const begin = next(raw ? ENDRAW : OPENING, source, at)?.index;
    if (begin === undefined) return;
    const opening = source.startsWith("{{", begin) ? "{{" : "{%";
    const whole = begin < lastClosing[opening] && next(opening === "{{" ? OUTPUT : TAG, source, begin)?.[0];
    at = begin + (whole ? whole.length : opening.length);
    if (!whole) continue;
    const placeholder = placeholderOf(whole, offset + begin);
    raw = placeholder.tag === "raw";
    yield placeholder;
  }
}

function next(pattern: RegExp, source: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(source);
}

function placeholderOf(whole: string, offset: number): Placeholder {
  const kind = whole.startsWith("{{") ? "output" : "tag";
  const from = whole[2] === "-" ? 3 : 2;
  const to = whole.length - (whole.length - from > 2 && whole.at(-3) === "-" ? 3 : 2);
  const inner = { begin: offset + from, end: offset + to };
  const tag = kind === "tag" ? TAG_NAME.exec(whole.slice(from, to))?.[1] : undefined;
  return { kind, begin: offset, end: offset + whole.length, inner, ...(tag !== undefined && { tag }) };
}
