/** Where a planner prompt shows reflections: loops over `reflections`, and what they write of each. */
import { nameAt } from "../prompts/hover.ts";
import type { PromptStructure, Span } from "../prompts/promptText.ts";

/** A field of an entry, written out: `{{ reflection.text }}`. */
interface ShownField {
  readonly field: "text" | "score";
  /** Offset behind the placeholder. */
  readonly end: number;
}

export interface ReflectionPlace {
  /** The word `reflections`. */
  readonly name: Span;
  /** Offset behind the placeholder. */
  readonly end: number;
  readonly fields: readonly ShownField[];
}

export function reflectionPlaces(structure: PromptStructure): readonly ReflectionPlace[] {
  const { text, placeholders } = structure;
  return placeholders.flatMap(({ inner, end, tag }, i): readonly ReflectionPlace[] => {
    const source = text.slice(inner.begin, inner.end);
    const loop = tag === "for" ? /^\s*for\s+(\w+)\s+in\s+(reflections)\b/.exec(source) : null;
    const output = tag === undefined ? /^\s*(reflections)\b(?!\s*\.\s*size)/.exec(source) : null;
    const match = loop ?? output;
    if (!match) return [];
    const begin = inner.begin + match[0].length - "reflections".length;
    if (nameAt(structure, begin)?.meaning.kind !== "run") return [];
    const name = { begin, end: begin + "reflections".length };
    return [{ name, end, fields: loop ? fieldsWithin(structure, i, loop[1] ?? "") : [] }];
  });
}

function fieldsWithin({ text, placeholders }: PromptStructure, loop: number, entry: string): readonly ShownField[] {
  const fields: ShownField[] = [];
  let depth = 0;
  for (const { tag, inner, end } of placeholders.slice(loop + 1)) {
    if (tag === "for") depth++;
    if (tag === "endfor" && depth-- === 0) break;
    const match = new RegExp(`^\\s*${entry}\\.(text|score)\\b`).exec(text.slice(inner.begin, inner.end));
    if (tag === undefined && match) fields.push({ field: match[1] === "text" ? "text" : "score", end });
  }
  return fields;
}
