/** Dotted paths into parsed JSON: `simulator.quit.repeatCost`. */

/** Paths that may name a setting: in `--set`, in suites, in changes. */
export const SETTING_PATH = /^[A-Za-z_]\w*(\.[\w-]+)*$/;

export const pathSegments = (path: string): (string | number)[] =>
  (path === "" ? [] : path.split(".")).map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment));

/** The value at a path of a document. */
export function valueAt(document: unknown, path: string): unknown {
  return pathSegments(path).reduce<unknown>(
    (value, segment) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, segment)
        ? (value as Record<string | number, unknown>)[segment]
        : undefined,
    document,
  );
}

/** A copy of a document of objects with the value at a path replaced; objects missing on the way are made. */
export function withValue(document: unknown, path: string, value: unknown): unknown {
  const [head, ...rest] = pathSegments(path);
  if (head === undefined) return value;
  const branch = typeof document === "object" && document !== null ? document : {};
  return { ...branch, [head]: withValue(valueAt(branch, String(head)), rest.join("."), value) };
}
