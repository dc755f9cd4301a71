/** Dotted paths into plain JSON values: `simulator.quit.repeatCost`. */

export function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** A copy of `root` with the value at `path` replaced; missing objects on the way are made. */
export function withValue(root: unknown, path: string, value: unknown): unknown {
  const [key = "", ...rest] = path.split(".");
  const object = typeof root === "object" && root !== null ? (root as Record<string, unknown>) : {};
  return { ...object, [key]: rest.length === 0 ? value : withValue(object[key], rest.join("."), value) };
}

/** Equality of plain JSON values, whatever the order of their keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length && keys.every((key) => key in right && sameJson(left[key], right[key]))
  );
}
