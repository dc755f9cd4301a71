/** What hover and completion say about a word of a prompt, as Markdown. */
import type { SyntaxEntry } from "../../protocol/promptSyntax.ts";
import type { Meaning } from "./scope.ts";

/** Current values by variable, as the engine rendered them last. */
export type CurrentValues = Readonly<Record<string, string>>;

const longestValue = 600;

export function explainMeaning(meaning: Meaning, path: string, values: CurrentValues | undefined): string {
  const current = meaning.own ? meaning.own.value : values?.[path];
  return [
    `**${path}** · ${typeNames[meaning.type]}`,
    meaning.meaning,
    ...(meaning.fields && meaning.fields.length > 0 ? [fieldTable(meaning)] : []),
    ...(current !== undefined ? [`Current value\n${fenced(current)}`] : []),
    ...(current === undefined && meaning.example !== undefined ? [`Example\n${fenced(shown(meaning.example))}`] : []),
  ].join("\n\n");
}

export function explainEntry(entry: SyntaxEntry, kind: string, language: "liquid" | "yaml" = "liquid"): string {
  return [`**${entry.name}** · ${kind}`, entry.meaning, fenced(entry.example, language)].join("\n\n");
}

export const typeNames: Readonly<Record<Meaning["type"], string>> = {
  number: "number",
  text: "text",
  list: "list",
  flag: "true or false",
  entry: "entry",
  value: "value",
};

function fieldTable({ type, fields = [] }: Meaning): string {
  const title = type === "list" ? "Field of an entry" : "Field";
  const rows = fields.map(({ name, type: of, meaning }) => `| \`${name}\` | ${typeNames[of]} | ${meaning} |`);
  return [`| ${title} | Type | Meaning |`, "|---|---|---|", ...rows].join("\n");
}

function shown(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Data inside a fence that it cannot close. JSON is indented so that it can be read. */
function fenced(text: string, language?: string): string {
  const { content, language: of } = language ? { content: text, language } : pretty(text);
  const short = content.length > longestValue ? `${content.slice(0, longestValue)}…` : content;
  const ticks = Math.max(2, ...(short.match(/`+/g) ?? []).map((run) => run.length)) + 1;
  return `${"`".repeat(ticks)}${of}\n${short === "" ? "(empty)" : short}\n${"`".repeat(ticks)}`;
}

function pretty(text: string): { content: string; language: string } {
  if (!/^[[{]/.test(text)) return { content: text, language: "text" };
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value)) return { content: text, language: "json" };
    const lines = value.map((entry) => `  ${JSON.stringify(entry)}`);
    return { content: lines.length === 0 ? "[]" : `[\n${lines.join(",\n")}\n]`, language: "json" };
  } catch {
    return { content: text, language: "text" };
  }
}
