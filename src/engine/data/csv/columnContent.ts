/** What the cells of a column look like. */
import type { SeenColumn } from "../../../protocol/engine/data.ts";
import { nullWords } from "../../../protocol/experiment/dataset.ts";
import { isList, SeparatorHint } from "./categoryCells.ts";
import { isCalendarDate } from "./times.ts";

type Click = NonNullable<SeenColumn["click"]>;

const NULL_WORDS = new Set(["", ...nullWords]);
const BIT = /^(?:[01](?:\.0)?|true|false|True|False|TRUE|FALSE)$/;
const MOST_EVENTS = 20;
/** Cells that tell what separates categories; to compare all of them with each other takes long where they are texts. */
const JUDGED_CELLS = 300;

export interface Profile {
  /** Cells that say something. */
  readonly cells: readonly string[];
  /** How often each is there. */
  readonly counts: ReadonlyMap<string, number>;
  /** The cells as numbers where all are. */
  readonly numbers: readonly number[] | undefined;
  readonly isWhole: boolean;
  /** Whether every row has 0 or 1, or words for them. */
  readonly isBits: boolean;
}

export function profileOf(column: readonly string[]): Profile {
  const cells = column.map((cell) => cell.trim()).filter((cell) => !NULL_WORDS.has(cell));
  const counts = new Map<string, number>();
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  const numbers = cells.map(Number);
  const isNumeric = cells.length > 0 && numbers.every(Number.isFinite);
  return {
    cells,
    counts,
    numbers: isNumeric ? numbers : undefined,
    isWhole: isNumeric && numbers.every(Number.isInteger),
    isBits: cells.length > 0 && cells.length === column.length && cells.every((cell) => BIT.test(cell)),
  };
}

/** Seconds, milliseconds, microseconds or nanoseconds from 1990 to 2100. */
const isEpoch = (value: number): boolean => [1, 1e3, 1e6, 1e9].some((u) => value >= 6.3e8 * u && value < 4.1e9 * u);

/** Dates, or numbers that count from 1970. */
export const isTime = ({ cells, numbers, isWhole }: Profile): boolean =>
  numbers ? isWhole && numbers.every(isEpoch) : cells.length > 0 && cells.every(isCalendarDate);

/** What can order rows: numbers of any unit, or dates. */
export const isOrder = (profile: Profile): boolean => profile.numbers !== undefined || isTime(profile);

/** Numbers of a usual scale: a few steps from above 0 to 5 or to 10. */
export const isRating = ({ numbers, counts }: Profile): boolean =>
  numbers !== undefined &&
  counts.size > 1 &&
  counts.size <= 11 &&
  numbers.every((value) => value > 0 && value <= 10 && Number.isInteger(2 * value)) &&
  numbers.some((value) => value >= 3);

/** A few words that come back again and again. */
export const isEvents = ({ cells, counts, numbers }: Profile): boolean =>
  numbers === undefined && counts.size > 1 && counts.size <= 10 && cells.length >= 3 * counts.size;

/** What may be an id: texts, or whole numbers. */
export const isId = ({ numbers, isWhole, counts }: Profile): boolean =>
  counts.size > 0 && (numbers === undefined || isWhole);

/** How a click is read from the cells. @param isCode whether numbers in it stand for kinds of events */
export function clickFrom(profile: Profile, isCode: boolean): Click | undefined {
  const { counts, numbers, isBits } = profile;
  if (counts.size === 0) return undefined;
  if (isBits && !isCode) return { by: "bit" };
  if (numbers && !(isCode && counts.size <= MOST_EVENTS)) return { by: "amount", from: thresholds(numbers) };
  if (counts.size > MOST_EVENTS || (!isCode && counts.size === profile.cells.length)) return undefined;
  return { by: "event", events: eventsOf(counts) };
}

/** Four fifths of a scale of ratings, the middle of other amounts; then others that are there. */
function thresholds(numbers: readonly number[]): number[] {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] as number;
  const most = at(1);
  const isScale = at(0) >= 0 && most <= 10 && new Set(numbers).size <= 11 && most >= 3;
  if (isScale) {
    const likeliest = most <= 5 ? 4 : 8;
    return [...new Set([likeliest, ...[...new Set(numbers)].sort((a, b) => b - a)])];
  }
  return [...new Set([at(0.5), at(0.75), at(0.9), at(0.25), 1].map((value) => Number(value.toPrecision(2))))];
}

/** From the strongest on: where there are some of these, weaker ones are none. */
const clickWords = [
  /purchase|buy|bought|order|transact|cart|basket|fav|like|share|subscri|save|collect|follow|convert|conversion|wish|pay|download|install/i,
  /click|play|watch|listen|read|open|finish|complete|rate/i,
];
const unwanted = /dislike|unlike|remove|delete|skip|unfav|unfollow|cancel|return|refund|not|hide/i;
const seen = /view|^pv$|impress|show|expos|display|pass/i;

function eventsOf(counts: ReadonlyMap<string, number>) {
  const names = Array.from(counts)
    .sort((a, b) => b[1] - a[1])
    .map(([name]) => name);
  const wanted = names.filter((name) => !unwanted.test(name));
  const strong = clickWords.map((words) => wanted.filter((name) => words.test(name))).find((some) => some.length > 0);
  const clicks = strong ?? wanted.filter((name) => !seen.test(name)).slice(1);
  return names.map((name) => ({ name, isClick: clicks.includes(name) }));
}

/** What separates categories in the cells, where it is not what is taken by default. */
export function separatorIn({ counts }: Profile): string | undefined {
  const hint = new SeparatorHint();
  for (const cell of [...counts.keys()].slice(0, JUDGED_CELLS)) hint.add(cell);
  return hint.other()?.separator;
}

/** Whether cells hold several words each. */
export const holdsLists = ({ counts }: Profile): boolean => {
  const cells = [...counts.keys()].filter((cell) => /\p{L}/u.test(cell));
  return cells.some((cell) => isList(cell) || /\p{L}\|\p{L}/u.test(cell));
};
