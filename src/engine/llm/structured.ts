/** The JSON in a model's reply, however it is wrapped (docs/models.md, section 'structured output'). */
import { jsonrepair } from "jsonrepair";
import type { Finish } from "./types.ts";

/** What a model thought before it answered is no part of the answer; an unclosed thought is all there is. */
export function withoutThoughts(text: string): string {
  return text
    .replace(/<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/gi, "")
    .replace(/^[\s\S]*<\/think(?:ing)?>/i, "")
    .replace(/<think(?:ing)?>[\s\S]*$/i, "")
    .trim();
}

/**
 * Values a reply may mean, the likeliest first: the whole text, each fenced block, the part from the first brace to the
 * last, and after those, repaired where needed, the last array. A reply cut by its length is taken as it is or not at
 * all: its last array may be any.
 */
export function jsonCandidates(reply: string, finish: Finish): readonly unknown[] {
  const text = withoutThoughts(reply);
  const parts = [text, ...fenced(text), between(text, "{", "}")].filter((part) => part !== undefined);
  const strict = parts.flatMap((part) => parsed(part));
  if (finish === "length") return strict;
  const repairs = strict.length > 0 ? [] : parts.filter((part) => /^[[{]/.test(part)).flatMap((part) => repaired(part));
  const array = lastArray(text);
  return [...strict, ...repairs, ...(array === undefined ? [] : repaired(array))];
}

function fenced(text: string): readonly string[] {
  return [...text.matchAll(/```[\w-]*\n?([\s\S]*?)```/g)].map((match) => (match[1] ?? "").trim());
}

function between(text: string, open: string, close: string): string | undefined {
  const from = text.indexOf(open);
  const to = text.lastIndexOf(close);
  return from >= 0 && to > from ? text.slice(from, to + 1) : undefined;
}

/** The last bracketed list without lists inside it. */
function lastArray(text: string): string | undefined {
  const to = text.lastIndexOf("]");
  const from = text.lastIndexOf("[", to);
  return from >= 0 && to > from ? text.slice(from, to + 1) : undefined;
}

function parsed(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}

function repaired(text: string): readonly unknown[] {
  try {
    return parsed(jsonrepair(text));
  } catch {
    return [];
  }
}
