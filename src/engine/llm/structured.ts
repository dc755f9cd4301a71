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
/** Characters read in vain for ends outside quotation marks; few where these pair. */
const MOST_WALKED = MOST_STRAYS * MOST_SEARCHED;

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
  let walked = 0;
  /** Behind it there is nothing to mind. */
  const lastMark = text.lastIndexOf('"');
  /** From where the text may be a value without its end. */
  let unclosed: number | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    const opens = character === "{" || character === "[";
    let end = opens ? closing(text, at, true) : undefined;
    if (opens && end === undefined && at < lastMark) {
      walked += text.length - at;
      if (walked > MOST_WALKED) return CUT;
      end = closing(text, at, false);
    }
    const part = end === undefined ? undefined : text.slice(at, end + 1);
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
    if (!opens) continue;
    if (++strays > MOST_STRAYS) return CUT;
    if (part === undefined && (values.length === 0 ? beginsJson(text, at) : !isProse)) unclosed ??= at;
  }
  return unclosed === undefined ? { values, rest: words, cut: false } : CUT;
}

const CUT: FoundValues = { values: [], rest: "", cut: true };

/** Where the bracket at `from` is closed; undefined: nowhere. @param minding what stands in quotation marks is passed over */
function closing(text: string, from: number, minding: boolean): number | undefined {
  const open: string[] = [];
  let lists = 0;
  let inString = false;
  for (let at = from; at < text.length; at++) {
    const character = text[at] as string;
    if (inString) {
      if (character === "\\") at++;
      else if (character === '"') inString = false;
    } else if (character === '"' && minding) inString = true;
    else if (character === "{") open.push("}");
    else if (character === "[") {
      open.push("]");
      lists++;
    } else if (character === "}" || character === "]") {
      // One that was forgotten inside is mended later.
      const waiting = character === "]" ? lists : open.length - lists;
      for (let last = ""; waiting > 0 && last !== character; ) {
        last = open.pop() as string;
        if (last === "]") lists--;
      }
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
    text.replace(/"(?:[^"\\]|\\[\s\S])*(?:"|(\\?)$)|'[^']*(?:'|$)|[“‘][^”’]*(?:[”’]|$)|(?<![\w-])[\w-]+\s*:/g, "$1"),
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

const WIDE = /[｛｝［］【】：，、،“”＂０-９]/g;
/** A mark that is never closed takes the rest, which is then searched once, not anew from each escaped mark inside. */
const QUOTED_OR_WIDE = new RegExp(`"(?:[^"\\\\]|\\\\[\\s\\S])*("|\\\\?$)|${WIDE.source}`, "g");

/** Full-width punctuation and digits as JSON writes them; what stands in quotation marks stays. */
const halfWidth = (text: string): string =>
  text.replace(QUOTED_OR_WIDE, (part: string, end?: string) =>
    end === '"' ? part : part.replace(WIDE, (wide) => written[wide] ?? wide.normalize("NFKC")),
  );
