/** A log held as plain lists, counted in the plainest way: what any file that holds it must be read as. */
import fc from "fast-check";
import type { Counts } from "./support.ts";

export interface LogRow {
  readonly user: string;
  readonly item: string;
  readonly click: 0 | 1;
  readonly time: number;
}

export interface ItemRow {
  readonly item: string;
  /** Nothing where it is of no category. */
  readonly categories: readonly string[];
}

export interface PlainLog {
  readonly rows: readonly LogRow[];
  readonly items: readonly ItemRow[];
}

/** Rows that stay: of items with a category, each kind of visit once at one time. */
function kept({ rows, items }: PlainLog): readonly LogRow[] {
  return rows.filter((row, i) => {
    const hasCategory = items.some(({ item, categories }) => item === row.item && categories.length > 0);
    const isRepeat = rows
      .slice(0, i)
      .some(
        ({ user, item, click, time }) =>
          user === row.user && item === row.item && click === row.click && time === row.time,
      );
    return hasCategory && !isRepeat;
  });
}

export function naiveCounts(log: PlainLog): Counts {
  const rows = kept(log);
  const seen = [...new Set(rows.map(({ item }) => item))];
  const categories = log.items.filter(({ item }) => seen.includes(item)).flatMap((item) => item.categories);
  return {
    users: new Set(rows.map(({ user }) => user)).size,
    items: seen.length,
    interactions: rows.length,
    clicks: rows.filter(({ click }) => click === 1).length,
    categories: [...new Set(categories)].sort(),
  };
}

/** As `historiesOf` of what was loaded. */
export function naiveHistories(log: PlainLog): Readonly<Record<string, readonly string[]>> {
  const rows = kept(log);
  return Object.fromEntries(
    [...new Set(rows.map(({ user }) => user))].map((user) => {
      const own = rows.filter((row) => row.user === user).toSorted((a, b) => a.time - b.time);
      return [user, own.map(({ item, click }) => (click === 1 ? item : `-${item}`))];
    }),
  );
}

/** As `categoriesOf` of what was loaded. */
export function naiveCategories(log: PlainLog): Readonly<Record<string, readonly string[]>> {
  const seen = new Set(kept(log).map(({ item }) => item));
  const listed = log.items.filter(({ item }) => seen.has(item));
  return Object.fromEntries(listed.map(({ item, categories }) => [item, [...new Set(categories)]]));
}

export interface Alphabet {
  readonly ids: readonly string[];
  readonly categories: readonly string[];
}

/** What needs no quotes, in letters that latin1 has. */
export const simple: Alphabet = {
  ids: ["a", "B", "b", "x1", "007", "7", "1e5", "100000", "-3", "0", "é", "Ünal", "true", "user", "item", "#1", "a.0"],
  categories: ["Jazz", "jazz", "R&B", "Sci-Fi", "Soul", "c10", "Café", "18+", "<b>", "is_click"],
};

/** All that a quoted cell of UTF-8 may hold. */
export const awkward: Alphabet = {
  ids: [
    ...simple.ids,
    ...["Anna Lee", "two  blanks", "a,b", "p;q", "x|y", "k::v", "t\tt", 'say "hi"', '"', "two\nlines", "'q'", "[1]"],
    ...["喜剧", "🎬", "👩‍🚀", "ﬁ", "Ω", "İ", "{{ user }}", "=1+1", "\\N0", "__proto__", "constructor"],
  ],
  categories: [...simple.categories, "Hip Hop", "Drama, true", "喜剧", "🎬 Film", 'The "Best"', "A/B"],
};

/** A small log: one item is of no category, one that is seen is not listed; at least one row stays. */
export function plainLog({ ids, categories }: Alphabet): fc.Arbitrary<PlainLog> {
  const some = fc.uniqueArray(fc.constantFrom(...ids), { minLength: 3, maxLength: 8 });
  return fc.tuple(some, some).chain(([users, items]) => {
    const row = fc.record({
      user: fc.constantFrom(...users),
      item: fc.constantFrom(...items),
      click: fc.constantFrom(0 as const, 1 as const),
      time: fc.nat(5),
    });
    const some = fc.array(fc.constantFrom(...categories), { minLength: 1, maxLength: 4 });
    const labels = fc.tuple(...items.map(() => some));
    return fc.tuple(fc.array(row, { maxLength: 40, size: "max" }), row, labels).map(([rows, first, own]) => ({
      rows: [{ ...first, item: items[0] as string }, ...rows],
      items: items.slice(0, -1).map((item, i) => ({ item, categories: i === 1 ? [] : (own[i] as string[]) })),
    }));
  });
}
