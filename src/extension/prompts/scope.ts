/** What a name in a placeholder stands for: run variables, the prompt's own, loop entries, assigned values. */
import type { OwnVariable } from "../../protocol/promptHead.ts";
import { LETTER } from "../../protocol/promptPlaceholders.ts";
import { TemplateScope } from "../../protocol/promptScope.ts";
import { type PromptVariableField, variablesOf } from "../../protocol/promptVariables.ts";
import { type PromptStructure, sectionAt } from "./promptStructure.ts";

/** Something a placeholder may name. */
export interface Meaning {
  readonly name: string;
  readonly kind: "run" | "own" | "field" | "entry" | "local";
  readonly type: "number" | "text" | "list" | "flag" | "entry" | "value";
  readonly meaning: string;
  readonly example?: unknown;
  /** Of an entry, or of a list's entries. */
  readonly fields?: readonly Meaning[];
  readonly own?: OwnVariable;
}

const field = (name: string, type: Meaning["type"], meaning: string): Meaning => ({
  name,
  kind: "field",
  type,
  meaning,
});

const listFields: readonly Meaning[] = [
  field("size", "number", "How many entries the list has."),
  field("first", "entry", "The first entry."),
  field("last", "entry", "The last entry."),
];

const forloop: Meaning = {
  name: "forloop",
  kind: "local",
  type: "entry",
  meaning: "The loop around this place.",
  fields: [
    field("index", "number", "Number of the pass, from 1."),
    field("index0", "number", "Number of the pass, from 0."),
    field("first", "flag", "Whether this is the first pass."),
    field("last", "flag", "Whether this is the last pass."),
    field("length", "number", "How many passes there are."),
    field("rindex", "number", "Passes left, this one included."),
    field("rindex0", "number", "Passes left, without this one."),
  ],
};

const LOOP_LIST = /\sin\s+([^\s|]+)/;

/** Names that can be used in the placeholder that begins or goes on at an offset, the innermost first. */
export function scopeAt(structure: PromptStructure, offset: number): ReadonlyMap<string, Meaning> {
  const { text } = structure;
  const scope = new TemplateScope<Meaning>(text, {
    given: new Map(globals(structure).map((meaning) => [meaning.name, meaning])),
    forloop,
    declare: ({ name, placeholder: { tag, inner } }, before) => {
      if (tag !== "for") return local(name, tag === "capture" ? "capture" : "assign");
      const list = LOOP_LIST.exec(text.slice(inner.begin, inner.end))?.[1];
      return entryOf(name, resolve(pathOf(list ?? ""), before));
    },
  });
  const placeholders = sectionAt(structure, offset)?.placeholders ?? [];
  for (const placeholder of placeholders) {
    if (placeholder.end > offset) return scope.names(placeholder.begin <= offset ? placeholder : undefined);
    scope.pass(placeholder);
  }
  return scope.names();
}

/** What the run and the front matter give. */
function globals({ frontMatter }: PromptStructure): readonly Meaning[] {
  const own = (frontMatter?.variables ?? []).map(
    (variable): Meaning => ({
      name: variable.name,
      kind: "own",
      type: "value",
      meaning: "The prompt's own variable, set in its front matter.",
      own: variable,
    }),
  );
  if (!frontMatter?.role) return own;
  const run = [...variablesOf(frontMatter.role).values()].map(
    ({ name, type, meaning, example, fields }): Meaning => ({
      name,
      kind: "run",
      type,
      meaning,
      example,
      ...(fields && { fields: fields.map((one) => fieldMeaning(one, example)) }),
    }),
  );
  return [...run.reverse(), ...own];
}

/** @param list example of the list the field's entries are in */
function fieldMeaning({ name, type, meaning, fields }: PromptVariableField, list: unknown): Meaning {
  const entry: unknown = Array.isArray(list) ? list[0] : undefined;
  const example = isRecord(entry) ? entry[name] : undefined;
  return {
    name,
    kind: "field",
    type,
    meaning,
    ...(example !== undefined && { example }),
    ...(fields && { fields: fields.map((one) => fieldMeaning(one, example)) }),
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function entryOf(name: string, list: Meaning | undefined): Meaning {
  const example: unknown = Array.isArray(list?.example) ? list.example[0] : undefined;
  return {
    name,
    kind: "entry",
    type: list?.fields ? "entry" : "value",
    meaning: list ? `An entry of \`${list.name}\`.` : "An entry of the list.",
    ...(example !== undefined && { example }),
    ...(list?.fields && { fields: list.fields }),
  };
}

const local = (name: string, tag: "assign" | "capture"): Meaning => ({
  name,
  kind: "local",
  type: tag === "capture" ? "text" : "value",
  meaning: `Set by \`${tag}\` in this prompt.`,
});

/** `slates[0].categories` as ["slates", "[0]", "categories"]. */
export const pathOf = (source: string): readonly string[] => source.match(SEGMENT)?.map(unquoted) ?? [];

const SEGMENT = new RegExp(`${LETTER}+|\\[[^\\]]*\\]`, "g");

/** `list["field"]` names a field; `list[0]` an entry. */
const unquoted = (segment: string): string => /^\[\s*["'](.*)["']\s*\]$/.exec(segment)?.[1] ?? segment;

export function resolve(
  path: readonly string[],
  scope: { readonly get: (name: string) => Meaning | undefined },
): Meaning | undefined {
  const [first, ...rest] = path;
  return rest.reduce<Meaning | undefined>(
    (parent, segment) => {
      if (!parent) return undefined;
      if (!segment.startsWith("[")) return fieldsOf(parent).find(({ name }) => name === segment);
      return parent.type === "list" ? entryOf(`${parent.name}${segment}`, parent) : undefined;
    },
    scope.get(first ?? ""),
  );
}

/** What may follow a dot. */
export function fieldsOf(parent: Meaning): readonly Meaning[] {
  if (parent.type !== "list") return parent.fields ?? [];
  const entry = entryOf("", parent);
  return listFields.map((one) => (one.type === "entry" ? { ...entry, name: one.name, meaning: one.meaning } : one));
}
