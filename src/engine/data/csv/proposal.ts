/** Which column of a table is what, by its name, and where names tell nothing by what its first rows hold. */
import type { ProposedColumns, SeenColumn } from "../../../protocol/engine/data.ts";
import type { Column } from "../../../protocol/experiment/tables.ts";
import { printable } from "../printable.ts";
import type { TableHead } from "../tables/head.ts";
import { isSequence } from "../tables/layout.ts";
import {
  clickFrom,
  holdsLists,
  isEvents,
  isId,
  isOrder,
  isRating,
  isTime,
  type Profile,
  profileOf,
  separatorIn,
} from "./columnContent.ts";
import { isEventName, placesFor, plainName, type Role } from "./columnNames.ts";

export type TableKind = "interactions" | "items";

const SHOWN_ROWS = 5;
const SHOWN_CHARACTERS = 60;

/** What is known of the columns, by their places. */
interface Columns {
  readonly names: readonly string[];
  readonly profiles: readonly Profile[];
  readonly rows: TableHead["rows"];
}

type Found = Partial<Record<Role, number>>;

export function proposeColumns(head: TableHead, table: TableKind): ProposedColumns {
  const { width, rows, delimiter, format } = head;
  const places = Array.from({ length: width }, (_, place) => place);
  const names = places.map((place) => head.names?.[place] ?? "");
  const profiles = places.map((place) => profileOf(rows.map((row) => row[place] ?? "")));
  const columns: Columns = { names, profiles, rows };
  const found = table === "items" ? ofItems(columns) : ofInteractions(columns);
  const addresses = addressesOf(names);
  return {
    columns: places.map((place): SeenColumn => {
      const profile = profiles[place] as Profile;
      const click = clickFrom(profile, isEventName(names[place] as string));
      const separator = isSequence(names[place]) ? undefined : separatorIn(profile);
      return {
        column: addresses[place] as Column,
        cells: rows.slice(0, SHOWN_ROWS).map((row) => shown(row[place] ?? "")),
        ...(click && { click }),
        ...(separator !== undefined && { separator }),
      };
    }),
    ...(delimiter !== undefined && { delimiter }),
    format,
    proposal: Object.fromEntries(Object.entries(found).map(([role, place]) => [role, addresses[place]])),
  };
}

/** The columns' names, and places where those are not theirs alone. */
function addressesOf(names: readonly string[]): readonly Column[] {
  const plain = names.map(plainName);
  const times = (of: readonly string[]): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>();
    for (const name of of) counts.set(name, (counts.get(name) ?? 0) + 1);
    return counts;
  };
  const [timesPlain, timesWhole] = [times(plain), times(names)];
  return names.map((name, place) => {
    const short = plain[place] as string;
    if (short !== "" && timesPlain.get(short) === 1) return short;
    return name !== "" && timesWhole.get(name) === 1 ? name : place + 1;
  });
}

function shown(cell: string): string {
  const text = printable(cell.trim());
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS - 1)}…` : text;
}

function ofInteractions(columns: Columns): Found {
  const { profiles } = columns;
  const found: Found = {};
  const profile = (place: number): Profile => profiles[place] as Profile;
  const byName = (role: Role, fits: (profile: Profile) => boolean): readonly number[] =>
    placesFor(role, columns.names).filter((place) => fits(profile(place)));
  take(found, "user", byName("user", isId));
  take(found, "item", byName("item", isId));
  take(found, "time", byName("time", isOrder));
  const tells = (place: number): boolean => {
    const click = clickFrom(profile(place), isEventName(columns.names[place] as string));
    return click !== undefined && !isTime(profile(place));
  };
  take(found, "click", placesFor("click", columns.names).filter(tells));
  const { item } = found;
  if (item !== undefined) {
    const named = placesFor("categories", columns.names);
    take(
      found,
      "categories",
      named.filter((place) => isOfItem(columns, item, place)),
    );
  }
  const having = (fits: (profile: Profile) => boolean): readonly number[] =>
    profiles.flatMap((one, place) => (fits(one) ? [place] : []));
  take(found, "time", having(isTime));
  take(
    found,
    "click",
    [({ isBits, counts }: Profile) => isBits && counts.size > 1, isRating, isEvents].flatMap(having),
  );
  const varies = (one: Profile): boolean => isId(one) && one.counts.size > 1;
  take(found, "user", having(varies));
  take(found, "item", having(varies));
  if (found.item !== undefined) take(found, "categories", likeCategories(columns, found.item));
  return found;
}

function ofItems(columns: Columns): Found {
  const { names, profiles, rows } = columns;
  const found: Found = {};
  // One of several ids is the list's own: every row has another.
  const isKey = (place: number): boolean => (profiles[place] as Profile).counts.size === rows.length;
  const byName = placesFor("item", names);
  const plainId = names.flatMap((name, place) => (/^id$/i.test(name) ? [place] : []));
  take(found, "item", [...byName.filter(isKey), ...plainId.filter(isKey), ...byName]);
  take(found, "categories", placesFor("categories", names));
  take(found, "item", [...profiles.keys()].filter(isKey));
  take(found, "item", [0]);
  if (found.item !== undefined) take(found, "categories", likeCategories(columns, found.item));
  return found;
}

/** The first that is nothing else yet, where the role has none. */
function take(found: Found, role: Role, places: readonly number[]): void {
  if (found[role] !== undefined) return;
  const taken = Object.values(found);
  const place = places.find((one) => !taken.includes(one));
  if (place !== undefined) found[role] = place;
}

/** Whether an item has the same in all its rows. */
function isOfItem({ rows }: Columns, item: number, place: number): boolean {
  const of = new Map<string, string>();
  return rows.every((row) => {
    const [id = "", cell = ""] = [row[item], row[place]];
    const known = of.get(id);
    of.set(id, cell);
    return known === undefined || known === cell;
  });
}

/** Columns that group the items, the likeliest first. */
function likeCategories(columns: Columns, item: number): readonly number[] {
  const { profiles } = columns;
  const items = (profiles[item] as Profile).counts.size;
  const groups = (place: number): boolean => {
    const profile = profiles[place] as Profile;
    const isFewer = profile.counts.size > 1 && profile.counts.size < items;
    return place !== item && (isFewer || holdsLists(profile)) && isOfItem(columns, item, place);
  };
  const rank = (place: number): number => {
    const profile = profiles[place] as Profile;
    if (holdsLists(profile)) return 0;
    if (profile.numbers) return profile.isWhole ? 3 : 4;
    return profile.cells.some((cell) => /\d{3}/.test(cell)) ? 2 : 1;
  };
  const size = (place: number): number => (profiles[place] as Profile).counts.size;
  return [...profiles.keys()].filter(groups).sort((a, b) => rank(a) - rank(b) || size(a) - size(b));
}
