/** What is said and chosen of what `.lerl` holds; without a schema, for whoever must load fast. */

/** In the order in which people look for room. `leftovers`: of processes that were killed; `other`: nothing of ours. */
export const storedKinds = ["runs", "trials", "suites", "models", "cache", "reports", "leftovers", "other"] as const;
export type StoredKind = (typeof storedKinds)[number];

interface Sized {
  readonly kind: StoredKind;
  readonly bytes: number;
}

interface Placed {
  /** Below `.lerl`, with slashes. */
  readonly path: string;
}

export const bytesOf = (items: readonly Pick<Sized, "bytes">[]): number =>
  items.reduce((sum, { bytes }) => sum + bytes, 0);

/** The kind with most first; none that there is nothing of. */
export const byKind = <T extends Sized>(items: readonly T[]): readonly { kind: StoredKind; of: readonly T[] }[] =>
  storedKinds
    .map((kind) => ({ kind, of: items.filter((item) => item.kind === kind) }))
    .filter(({ of }) => of.length > 0)
    .sort((a, b) => bytesOf(b.of) - bytesOf(a.of));

const isBelow = (path: string, above: string): boolean => path.startsWith(`${above}/`);

/** What goes with the chosen ones: a suite goes with those of its runs that are listed one by one. */
export const withInner = <T extends Placed>(chosen: readonly T[], all: readonly T[]): readonly T[] =>
  all.filter((item) => chosen.some(({ path }) => path === item.path || isBelow(item.path, path)));

/** The items to remove for all of these to be gone. */
export const outermost = <T extends Placed>(items: readonly T[]): readonly T[] =>
  items.filter(({ path }) => !items.some((other) => isBelow(path, other.path)));
