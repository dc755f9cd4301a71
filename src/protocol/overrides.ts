/** `path=value` overrides of an experiment, as `lerl run --set` and suites give them. */
import { applyEdits, modify } from "jsonc-parser";

export interface Override {
  /** JSON path with dots, for example `simulator.quit.repeatCost`. */
  readonly path: string;
  readonly value: unknown;
}

/** Reads `path=value`; the value is JSON where it parses as such, else plain text. Undefined: no such form. */
export function parseOverride(text: string): Override | undefined {
  const split = text.indexOf("=");
  const path = text.slice(0, Math.max(split, 0)).trim();
  if (!/^[A-Za-z_][\w]*(\.[\w-]+)*$/.test(path)) return undefined;
  const raw = text.slice(split + 1);
  try {
    return { path, value: JSON.parse(raw) };
  } catch {
    return { path, value: raw };
  }
}

/** The document's text with the overrides in it; everything else, comments included, stays as it was. */
export function applyOverrides(text: string, overrides: readonly Override[]): string {
  return overrides.reduce(
    (document, { path, value }) =>
      applyEdits(
        document,
        modify(document, pathSegments(path), value, { formattingOptions: { insertSpaces: true, tabSize: 2 } }),
      ),
    text,
  );
}

export const pathSegments = (path: string): (string | number)[] =>
  (path === "" ? [] : path.split(".")).map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment));

/** The value at a JSON path of a parsed document. */
export function valueAt(document: unknown, path: string): unknown {
  return pathSegments(path).reduce<unknown>(
    (value, segment) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, segment)
        ? (value as Record<string | number, unknown>)[segment]
        : undefined,
    document,
  );
}
