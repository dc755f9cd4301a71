/** What hover and completion say about a word of a prompt, as Markdown. */
import { l10n } from "vscode";
import type { SyntaxEntry } from "../../protocol/promptSyntax.ts";
import { escapeMarkdown } from "../platform/inert.ts";
import type { Meaning } from "./scope.ts";

/** Current values by variable, as the engine rendered them last. */
export type CurrentValues = Readonly<Record<string, string>>;

const LONGEST_VALUE_CHARS = 600;

export function explainMeaning(meaning: Meaning, path: string, values: CurrentValues | undefined): string {
  const current = meaning.own ? meaning.own.value : values?.[path];
  return [
    `**${escapeMarkdown(path)}** · ${typeName(meaning.type)}`,
    meaning.meaning,
    ...(meaning.fields && meaning.fields.length > 0 ? [fieldTable(meaning)] : []),
    ...(current !== undefined ? [`${l10n.t("Current value")}\n${fenced(current)}`] : []),
    ...(current === undefined && meaning.example !== undefined
      ? [`${l10n.t("Example")}\n${fenced(shown(meaning.example))}`]
      : []),
  ].join("\n\n");
}

export function explainEntry(entry: SyntaxEntry, kind: string, language: "liquid" | "yaml" = "liquid"): string {
  return [`**${entry.name}** · ${kind}`, entry.meaning, fenced(entry.example, language)].join("\n\n");
}

export function typeName(type: Meaning["type"]): string {
  const names: Readonly<Record<Meaning["type"], string>> = {
    number: l10n.t("number"),
    text: l10n.t("text"),
    list: l10n.t("list"),
    flag: l10n.t("true or false"),
    entry: l10n.t("entry"),
    value: l10n.t("value"),
  };
  return names[type];
}

function fieldTable({ type, fields = [] }: Meaning): string {
  const titles = [type === "list" ? l10n.t("Field of an entry") : l10n.t("Field"), l10n.t("Type"), l10n.t("Meaning")];
  const rows = fields.map(({ name, type: of, meaning }) => `| \`${name}\` | ${typeName(of)} | ${meaning} |`);
  return [`| ${titles.join(" | ")} |`, "|---|---|---|", ...rows].join("\n");
}

function shown(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Data inside a fence that it cannot close. JSON is indented so that it can be read. */
function fenced(text: string, language?: string): string {
  const { content, language: of } = language ? { content: text, language } : pretty(text);
  const short = content.length > LONGEST_VALUE_CHARS ? `${content.slice(0, LONGEST_VALUE_CHARS)}…` : content;
  const ticks = Math.max(2, ...(short.match(/`+/g) ?? []).map((run) => run.length)) + 1;
  return `${"`".repeat(ticks)}${of}\n${short === "" ? l10n.t("(empty)") : short}\n${"`".repeat(ticks)}`;
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
