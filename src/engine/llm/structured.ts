/** The JSON in a model's reply, however it is wrapped (docs/models.md, section 'structured output'). */
import { jsonrepair } from "jsonrepair";

/** A JSON value in a text, and the words before it. */
export interface FoundValue {
  readonly value: unknown;
  /** Between it and the value before. */
  readonly words: string;
}

export interface FoundValues {
  /** In the order of the text; what lies inside another value is not listed by itself. */
  readonly values: readonly FoundValue[];
  /** The words behind the last value. */
  readonly rest: string;
  /** The text ends inside a value: nothing in it can be trusted, since what is missing may have changed its meaning. */
  readonly cut: boolean;
}

/** Far beyond any answer; a longer one is not searched. */
const MOST_SEARCHED = 65_536;
/** Brackets that belong to no value: a text with more of them is no answer, and each costs a walk through it. */
const MOST_STRAYS = 50;

/** Finds objects and lists between words, fences and comments; repairs what is complete but no strict JSON. */
export function jsonValues(text: string): FoundValues {
  const whole = parsed(text);
  if (whole !== undefined) return { values: [{ value: whole, words: "" }], rest: "", cut: false };
  if (text.length > MOST_SEARCHED) return CUT;
  const found = scan(text);
  if (found.values.length > 0 || found.cut || !/[｛［【]/.test(text)) return found;
  return scan(halfWidth(text));
}

function scan(text: string): FoundValues {
  const values: FoundValue[] = [];
  const isProse = /[.!?…。！？]\s*$/.test(text);
  let words = "";
  let strays = 0;
  /** From where the text may be a value without its end. */
  let unclosed: number | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    const part = character === "{" || character === "[" ? closed(text, at) : undefined;
    const value = part === undefined ? undefined : (parsed(part) ?? repaired(part));
    if (part !== undefined && value !== undefined) {
      values.push({ value, words });
      words = "";
      const inside = unclosed !== undefined && isJson(text.slice(unclosed, at));
      at += part.length - 1;
      unclosed = inside ? at + 1 : undefined;
      continue;
    }
    words += character;
    if (character !== "{" && character !== "[") continue;
    if (++strays > MOST_STRAYS) return CUT;
    if (part === undefined && (values.length === 0 ? beginsJson(text, at) : !isProse)) unclosed ??= at;
  }
  return unclosed === undefined ? { values, rest: words, cut: false } : CUT;
}

const CUT: FoundValues = { values: [], rest: "", cut: true };

/** From the bracket at `at` to where it is closed. */
function closed(text: string, at: number): string | undefined {
  const end = closing(text, at, true) ?? closing(text, at, false);
  return end === undefined ? undefined : text.slice(at, end + 1);
}

/** Where the bracket at `from` is closed; undefined: nowhere. */
function closing(text: string, from: number, minding: boolean): number | undefined {
  const open: string[] = [];
  let inString = false;
  for (let at = from; at < text.length; at++) {
    const character = text[at] as string;
    if (inString) {
      if (character === "\\") at++;
      else if (character === '"') inString = false;
    } else if (character === '"' && minding) inString = true;
    else if (character === "{") open.push("}");
    else if (character === "[") open.push("]");
    else if (character === "}" || character === "]") {
      // One that was forgotten inside is mended later.
      const level = open.lastIndexOf(character);
      if (level >= 0) open.length = level;
      if (open.length === 0) return at;
    }
  }
  return undefined;
}

/** Tells a value from a bracket in prose. */
const beginsJson = (text: string, at: number): boolean =>
  /^(?:\{\s*["'“‘}]|\[\s*(?:["'“‘{[\]]|-?\d))/.test(text.slice(at));

/** Whether nothing else stands in a part of a text; tells what surrounds a value from a bracket in prose. */
const isJson = (text: string): boolean =>
  /^(?:true|false|null|[\s[\]{},:\d.+-])*$/.test(
    text.replace(/"(?:[^"\\]|\\.)*(?:"|$)|'[^']*(?:'|$)|[“‘][^”’]*(?:[”’]|$)|[\w-]+\s*:/g, ""),
  );

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Only of what is closed: the library would close what was cut. */
function repaired(found: string): unknown {
  const text = halfWidth(found.replace(/\\(?=[[\]_])/g, ""));
  const isLoose = /^\{\s*(?:[\w/][^}]*:|\{)/.test(text) || /^\[\s*[\w/][^\]]*,/.test(text);
  if (!beginsJson(text, 0) && !isLoose) return undefined;
  try {
    return parsed(jsonrepair(text));
  } catch {
    return undefined;
  }
}

/** What is written for JSON's own characters and is not their full-width form, which NFKC knows. */
const written: Readonly<Record<string, string>> = {
  "【": "[",
  "】": "]",
  "、": ",",
  "،": ",",
  "“": '"',
  "”": '"',
};

/** Full-width punctuation and digits as JSON writes them; what stands in quotation marks stays. */
const halfWidth = (text: string): string =>
  text.replace(
    /"(?:[^"\\]|\\.)*"|[｛｝［］【】：，、،“”＂０-９]/g,
    (part) => written[part] ?? (part.length === 1 ? part.normalize("NFKC") : part),
  );
