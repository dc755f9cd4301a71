/** The categories that one cell names: separated, or as a list of Python or JSON. */
import { parse } from "csv-parse/sync";
import { jsonrepair } from "jsonrepair";
import { brief } from "../printable.ts";

/** That of the settings where nothing else is said. */
const USUAL_SEPARATOR = "|";

/** @param isSequence whether the column's header says that blanks separate (RecBole's token_seq) */
export function categoriesIn(cell: string, separator: string, isSequence = false): readonly string[] {
  const text = cell.trim();
  const apart = isSequence && separator === USUAL_SEPARATOR ? /\s+/ : separator;
  return (listed(text) ?? text.split(apart)).map((part) => part.trim().normalize("NFC"));
}

/** Whether a cell is written as a list. */
export const isList = (cell: string): boolean => listed(cell.trim()) !== undefined;

/** `['Jazz', 'Soul']`, `('Jazz', 'Soul')`, `["Jazz"]`, `[27, 9]`, `[{'id': 18, 'name': 'Drama'}]`, `{Jazz,Soul}`, the keys of `{"jazz": 3}`; undefined where it is no list. */
function listed(text: string): readonly string[] | undefined {
  if (/^\(\s*['"].*\)$/s.test(text)) return listed(`[${text.slice(1, -1)}]`);
  const isList = text.startsWith("[") && text.endsWith("]");
  if (!isList && !(text.startsWith("{") && text.endsWith("}"))) return undefined;
  if (!isList && !text.includes(":")) return braced(text.slice(1, -1));
  const value = parsed(text) ?? parsed(repaired(text));
  if (Array.isArray(value)) return [...new Set(value.flat(DEEPEST).map(nameOf))];
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).flatMap(([name, count]) => (count ? [name] : []));
}

/** Lists in lists, as Amazon's paths of categories are. */
const DEEPEST = 4;

/** A set of Python, or an array of PostgreSQL. */
function braced(inner: string): readonly string[] {
  if (inner.includes("'")) return listed(`[${inner}]`) ?? [inner];
  try {
    const [row] = parse(inner, { trim: true }) as string[][];
    return row ?? [];
  } catch {
    return inner.split(",");
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function repaired(text: string): string {
  // NumPy writes lists without commas.
  const apart = text.replace(/(['"])\s+(?=['"])/g, "$1, ");
  try {
    return jsonrepair(apart);
  } catch {
    return "";
  }
}

function nameOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return value === null ? "" : String(value);
  const { name, title, label, id } = value as Record<string, unknown>;
  const parts = [name, title, label, ...Object.values(value).filter((part) => typeof part === "string"), id];
  const found = parts.find((part) => typeof part === "string" || typeof part === "number");
  return found === undefined ? "" : String(found);
}

const OTHER_SEPARATORS = ["|", ",", ";", "/"];
const SAMPLE = 2000;
const USUAL_SHARE = 0.1;

/** Notices cells that look as if something else stood between their categories. */
export class SeparatorHint {
  private readonly cells: string[] = [];

  add(cell: string): void {
    if (this.cells.length < SAMPLE && cell !== "") this.cells.push(cell);
  }

  /** @param used by the settings */
  notes(used: string): readonly string[] {
    const other = this.other(used);
    if (!other) return [];
    const { separator, example } = other;
    return [
      `categories such as "${brief(example)}" are read as one: if "${separator}" separates several, set dataset.items.separator to "${separator}"`,
    ];
  }

  /** What seems to separate several instead of what is used, with a cell of it. */
  other(used: string = USUAL_SEPARATOR): { readonly separator: string; readonly example: string } | undefined {
    if (this.cells.some((cell) => cell.includes(used))) return undefined;
    for (const separator of OTHER_SEPARATORS) {
      const apart = this.cells.filter((cell) => cell.includes(separator) && listed(cell.trim()) === undefined);
      if (apart.length < USUAL_SHARE * this.cells.length || !this.recurs(apart, separator)) continue;
      return { separator, example: apart[0] as string };
    }
    return undefined;
  }

  /** Whether a part of some cell is found in another cell too, as categories are and parts of names are not. */
  private recurs(apart: readonly string[], separator: string): boolean {
    const whole = new Map<string, number>();
    for (const cell of this.cells) {
      for (const part of new Set(cell.split(separator).map((text) => text.trim()))) {
        whole.set(part, (whole.get(part) ?? 0) + 1);
      }
    }
    const cells = new Set(apart);
    return (
      cells.size > 0 &&
      apart.some((cell) => cell.split(separator).some((part) => (whole.get(part.trim()) ?? 0) > this.times(cell)))
    );
  }

  private times(cell: string): number {
    return this.cells.filter((other) => other === cell).length;
  }
}
