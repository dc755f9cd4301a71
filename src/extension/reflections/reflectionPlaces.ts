/** Where a planner prompt shows reflections: loops over `reflections`, and what they write of each. */
import type { Placeholder } from "../../protocol/promptPlaceholders.ts";
import type { Span } from "../../protocol/promptText.ts";
import { type PromptWord, wordsIn } from "../../protocol/promptWords.ts";
import { nameAt } from "../prompts/hover.ts";
import type { PromptStructure } from "../prompts/promptStructure.ts";

const shownFields = ["text", "score", "outcome"] as const;

/** A field of an entry, written out: `{{ reflection.text }}`. */
interface ShownField {
  readonly field: (typeof shownFields)[number];
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
  const { text, sections } = structure;
  const named = sections.flatMap(({ placeholders }) =>
    placeholders.flatMap((placeholder, i) => {
      const words = wordsIn(text, placeholder);
      const list = placeholder.tag === "for" ? words[3] : writtenList(placeholder, words);
      if (list?.kind !== "variable" || list.text !== "reflections") return [];
      const entry = words.find(({ kind }) => kind === "declared")?.text;
      return [{ list, entry, end: placeholder.end, behind: () => placeholders.slice(i + 1) }];
    }),
  );
  return named.slice(0, MOST_PLACES).flatMap(({ list: { begin, end: nameEnd }, entry, end, behind }) => {
    if (nameAt(structure, begin)?.meaning.kind !== "run") return [];
    const fields = entry === undefined ? [] : fieldsWithin(text, behind(), entry);
    return [{ name: { begin, end: nameEnd }, end, fields }];
  });
}

/** Each is looked for in what stands before and behind it; more are not shown. */
const MOST_PLACES = 50;

/** A list that is written out as a whole, not counted. */
const writtenList = ({ kind }: Placeholder, [first, second]: readonly PromptWord[]): PromptWord | undefined =>
  kind === "output" && !(second?.kind === "field" && second.text === "size") ? first : undefined;

/** @param placeholders from the loop's beginning on */
function fieldsWithin(text: string, placeholders: readonly Placeholder[], entry: string): readonly ShownField[] {
  const fields: ShownField[] = [];
  let depth = 0;
  for (const placeholder of placeholders) {
    const { kind, tag, end } = placeholder;
    if (tag === "for") depth++;
    if (tag === "endfor" && depth-- === 0) break;
    const [first, second] = kind === "output" ? wordsIn(text, placeholder) : [];
    if (first?.kind !== "variable" || first.text !== entry || second?.kind !== "field") continue;
    const field = shownFields.find((name) => name === second.text);
    if (field) fields.push({ field, end });
  }
  return fields;
}
