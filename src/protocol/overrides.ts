/** `path=value` overrides of an experiment, as `lerl run --set` and suites give them. */
import { applyEdits, findNodeAtLocation, modify, type Node, parseTree } from "jsonc-parser";
import { pathSegments, SETTING_PATH } from "./jsonPath.ts";
import { tooDeep } from "./parseExperiment.ts";

export interface Override {
  /** JSON path with dots, for example `simulator.quit.repeatCost`. */
  readonly path: string;
  readonly value: unknown;
}

/** Reads `path=value`; the value is JSON where it parses as such, else plain text. Undefined: no such form. */
export function parseOverride(text: string): Override | undefined {
  const split = text.indexOf("=");
  const path = text.slice(0, Math.max(split, 0)).trim();
  if (!SETTING_PATH.test(path)) return undefined;
  const raw = text.slice(split + 1);
  try {
    const value: unknown = JSON.parse(raw);
    return { path, value: isHeld(value, raw) ? value : raw };
  } catch {
    return { path, value: raw };
  }
}

/** Whether a number is the one that was written; one too large for that stays a text, and is told as it was typed. */
const isHeld = (value: unknown, raw: string): boolean =>
  typeof value !== "number" || (/^\s*-?\d+\s*$/.test(raw) ? Number.isSafeInteger(value) : Number.isFinite(value));

/** JSON has no infinity, and would hold null in its place. */
const finite = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, part) => (part === Infinity || part === -Infinity ? String(part) : part)));

/**
 * The document's text with the overrides in it; everything else, comments included, stays as it was. A path that leads
 * through something without parts replaces that, so that the schema says what is wrong. A text that is no object of
 * settings stays as it is.
 */
export function applyOverrides(text: string, overrides: readonly Override[]): string {
  return tooDeep(text) === undefined ? overrides.reduce(applyOverride, text) : text;
}

function applyOverride(text: string, override: Override): string {
  const root = parseTree(text, [], { allowTrailingComma: true });
  if (root && root.type !== "object") return text;
  const { segments, value } = placed(root, override);
  return applyEdits(
    text,
    modify(text, segments, finite(value), { formattingOptions: { insertSpaces: true, tabSize: 2 } }),
  );
}

/** A number is a name in an object, and in a list the place of an entry or of the next. */
const hasPlace = (node: Node | undefined, place: number): boolean =>
  node?.type === "object" || (node?.type === "array" && place <= (node.children?.length ?? 0));

/** Follows a path as far as the document has a place for it; the rest of it becomes part of the value. */
function placed(root: Node | undefined, { path, value }: Override): { segments: (string | number)[]; value: unknown } {
  const segments: (string | number)[] = [];
  let node = root;
  for (const segment of pathSegments(path)) {
    const fitting = node?.type === "object" ? String(segment) : segment;
    const fits = typeof segment === "number" ? hasPlace(node, segment) : !node || node.type === "object";
    if (!fits) return { segments, value: nested(pathSegments(path).slice(segments.length), value) };
    segments.push(fitting);
    node = node && findNodeAtLocation(node, [fitting]);
  }
  return { segments, value };
}

const nested = (segments: readonly (string | number)[], value: unknown): unknown =>
  segments.reduceRight((inner, segment) => ({ [segment]: inner }), value);
