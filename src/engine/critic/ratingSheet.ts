/** A sheet on which two people judge reflections, and how far they agree. */
import { parse } from "csv-parse/sync";
import { csvText } from "../../protocol/reportText.ts";
import type { Reflection } from "../../protocol/run.ts";
import { InputError, messageOf } from "../errors.ts";
import { RandomStream } from "../math/random.ts";

/** What a reflection can be: what each means stands in docs/trials.md. */
export const reflectionKinds = ["causal", "surface", "contradictory", "wrong"] as const;
export type ReflectionKind = (typeof reflectionKinds)[number];

const COLUMNS = ["id", "text", "score", "visit", "iteration", "written by", "rater 1", "rater 2"] as const;

/** Reflections drawn without replacement, in the pool's order. @param count all where there are no more */
export function sampleOf(pool: readonly Reflection[], count: number, seed: number): readonly Reflection[] {
  const random = new RandomStream(seed, "rating sheet");
  const places = pool.map((_, i) => i);
  for (let i = 0; i < Math.min(count, places.length); i++) {
    const j = i + random.integer(places.length - i);
    [places[i], places[j]] = [places[j] as number, places[i] as number];
  }
  return places
    .slice(0, count)
    .sort((a, b) => a - b)
    .map((i) => pool[i] as Reflection);
}

/** @param run where it was looked for */
export const emptyPool = (run: string): InputError =>
  new InputError("reflections.empty", `${run}: its pool holds no reflection; its critic wrote none.`);

/** CSV with a line a reflection; the last two columns are for the raters. */
export function ratingSheet(reflections: readonly Reflection[]): string {
  const lines = reflections.map(({ id, text, score, episode, iteration, source }) =>
    [id, text, String(score), episode, String(iteration), source, "", ""].map(csvText).join(","),
  );
  return `${[COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
}

/** Of each reflection that both have rated. */
export interface Ratings {
  readonly first: readonly ReflectionKind[];
  readonly second: readonly ReflectionKind[];
  /** Lines that one of them, or neither, has rated. */
  readonly unrated: number;
}

/** @throws InputError where it is no rating sheet, or a rating is none of the four */
export function readRatings(csv: string, file: string): Ratings {
  let lines: readonly Record<string, string>[];
  try {
    lines = parse(csv, {
      columns: (names: string[]) => names.map((name) => name.trim().toLowerCase()),
      bom: true,
      trim: true,
    });
  } catch (error) {
    throw new InputError("reflections.sheet", `${file}: not readable as CSV (${messageOf(error)}).`, { cause: error });
  }
  const [one] = lines;
  if (!one || !("rater 1" in one) || !("rater 2" in one)) {
    throw new InputError(
      "reflections.sheet",
      `${file}: no rating sheet; it needs the columns "rater 1" and "rater 2". Make one: lerl reflections sheet <run folder>.`,
    );
  }
  const first: ReflectionKind[] = [];
  const second: ReflectionKind[] = [];
  for (const [i, line] of lines.entries()) {
    const [a, b] = ["rater 1", "rater 2"].map((rater) => kindOf(line[rater] ?? "", rater, i + 2, file));
    if (a === undefined || b === undefined) continue;
    first.push(a);
    second.push(b);
  }
  return { first, second, unrated: lines.length - first.length };
}

function kindOf(text: string, rater: string, line: number, file: string): ReflectionKind | undefined {
  if (text === "") return undefined;
  const kind = reflectionKinds.find((name) => name === text.toLowerCase());
  if (kind) return kind;
  throw new InputError(
    "reflections.sheet",
    `${file}:${line}: ${rater} is ${JSON.stringify(text)}; expected ${reflectionKinds.join(", ")} or nothing.`,
  );
}
