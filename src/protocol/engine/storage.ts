/** What `.lerl` holds, as it is listed to be cleaned up. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";

/** In the order in which people look for room. `leftovers`: of processes that were killed; `other`: nothing of ours. */
export const storedKinds = ["runs", "trials", "suites", "models", "cache", "reports", "leftovers", "other"] as const;
export type StoredKind = (typeof storedKinds)[number];

export const storedItemSchema = z.object({
  /** Below `.lerl`, with slashes. */
  path: z.string(),
  kind: z.enum(storedKinds),
  /** What people call it. */
  name: z.string(),
  /** Of a file with several hard links its share. */
  bytes: z.number(),
  /** ISO time at which something of it was last written. */
  changedAt: z.string(),
  /** Why it must not be removed, as a sentence without its full stop. */
  stays: z.exactOptional(z.string()),
});
export type StoredItem = Immutable<z.output<typeof storedItemSchema>>;

export const bytesOf = (items: readonly StoredItem[]): number => items.reduce((sum, { bytes }) => sum + bytes, 0);

const isBelow = (path: string, above: string): boolean => path.startsWith(`${above}/`);

/** What goes with the chosen ones: a suite goes with those of its runs that are listed one by one. */
export const withInner = (chosen: readonly StoredItem[], all: readonly StoredItem[]): readonly StoredItem[] =>
  all.filter((item) => chosen.some(({ path }) => path === item.path || isBelow(item.path, path)));

/** The items to remove for all of these to be gone. */
export const outermost = (items: readonly StoredItem[]): readonly StoredItem[] =>
  items.filter(({ path }) => !items.some((other) => isBelow(path, other.path)));
