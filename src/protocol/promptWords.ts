/** The words of a placeholder: which of them name variables, and which are Liquid's own. */
import { LETTER, type Placeholder, STRING } from "./promptPlaceholders.ts";
import type { Span } from "./promptText.ts";

export interface PromptWord extends Span {
  readonly text: string;
  /** `declared`: a name that `for`, `assign` or `capture` gives something. `keyword`: `in`, `and`, `limit`, `true`. */
  readonly kind: "tag" | "variable" | "field" | "filter" | "declared" | "keyword";
  /** Of a field, the path up to it as it is written: `slates[0].size`; else the word. */
  readonly path: string;
}

const KEYWORDS = new Set(["and", "or", "not", "contains", "true", "false", "nil", "null", "empty", "blank"]);
/** Tags that Liquid reads no words of, besides those that end a block. */
const WORDLESS = new Set(["#", "raw", "comment", "else", "break", "continue"]);
const DECLARING = new Set(["for", "assign", "capture"]);

/** A string that is not closed goes on to the end; a number ends where a word would. */
const PIECE = new RegExp(
  [
    `${STRING}|"[\\s\\S]*|'[\\s\\S]*`,
    `[+-]?\\d+(?:\\.(?!\\.)\\d*)?(?!${LETTER})`,
    `(${LETTER}+)`,
    "\\s+",
    "[\\s\\S]",
  ].join("|"),
  "y",
);
const COLON = /\s*:/y;
const FIELD = new RegExp(`\\.\\s*(${LETTER}+)`, "y");

/** The words outside strings, in the order of the text. */
export function wordsIn(text: string, { inner, tag }: Placeholder): readonly PromptWord[] {
  const source = text.slice(inner.begin, inner.end);
  const words: PromptWord[] = [];
  const add = (kind: PromptWord["kind"], at: number, word: string, pathAt = at): void => {
    const path = source.slice(pathAt, at + word.length);
    words.push({ text: word, kind, path, begin: inner.begin + at, end: inner.begin + at + word.length });
  };
  let at = 0;
  if (tag !== undefined) {
    at = source.indexOf(tag);
    add("tag", at, tag);
    at += tag.length;
    if (WORDLESS.has(tag) || tag.startsWith("end")) return words;
  }
  let before = "";
  let filtered = false;
  /** Where the path begins that may go on here; the paths around open brackets. */
  let path: number | undefined;
  const around: (number | undefined)[] = [];

  /** What a word is that is no field. */
  const kindOf = (word: string, named: boolean): PromptWord["kind"] => {
    if (before === "|") return "filter";
    if (tag !== undefined && DECLARING.has(tag) && words.length === 1) return "declared";
    if (KEYWORDS.has(word) || (filtered && named)) return "keyword";
    // "for entry in list limit: 3 reversed"
    const isArgument = tag === "for" && around.length === 0 && before !== "in" && before !== ":";
    return isArgument ? "keyword" : "variable";
  };

  while (at < source.length) {
    const [dotted, field] = (path === undefined ? null : matchAt(FIELD, source, at)) ?? [];
    if (dotted !== undefined && field !== undefined) {
      at += dotted.length;
      add("field", at - field.length, field, path);
      continue;
    }
    const [whole = source.slice(at), word] = matchAt(PIECE, source, at) ?? [];
    if (word !== undefined) add(kindOf(word, matchAt(COLON, source, at + word.length) !== null), at, word);
    if (whole === "[" || whole === "(") around.push(path);
    path = whole === "]" ? around.pop() : word === undefined ? undefined : at;
    if (whole === ")") around.pop();
    if (whole === "|") filtered = true;
    if (whole.trim() !== "") before = whole;
    at += whole.length;
  }
  return words;
}

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}
