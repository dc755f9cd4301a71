/** A sheet on which two people judge reflections, and how far they agree. */
import { CsvError, parse } from "csv-parse/sync";
import { csvText } from "../../protocol/reportText.ts";
import type { Reflection } from "../../protocol/run.ts";
import { InputError } from "../errors.ts";
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
  const lines = linesOf(csv, file);
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

/** With the separator that the first line has: a spreadsheet writes its country's. Nothing is quoted of what is no sheet. */
function linesOf(csv: string, file: string): readonly Record<string, string>[] {
  const [head = ""] = csv.split(/\r\n?|\n/, 1);
  const delimiter = /rater [12]"?\s*([,;\t])/i.exec(head)?.[1];
  try {
    const columns = (names: string[]) => names.map((name) => name.trim().toLowerCase());
    const lines: readonly Record<string, string>[] = delimiter
      ? parse(csv, { columns, delimiter, bom: true, trim: true })
      : [];
    const [one] = lines;
    if (one && "rater 1" in one && "rater 2" in one) return lines;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const at = `${file}:${(error as unknown as { readonly lines: number }).lines}`;
    throw new InputError("reflections.sheet", `${at}: ${faultOf(error)}. Correct it, or save the sheet as CSV again.`, {
      cause: error,
    });
  }
  throw new InputError(
    "reflections.sheet",
    `${file}: no rating sheet; it needs the columns "rater 1" and "rater 2", separated by commas, semicolons or tabs. Make one: lerl reflections sheet <run folder>.`,
  );
}

function faultOf({ code }: CsvError): string {
  if (code === "CSV_RECORD_INCONSISTENT_COLUMNS") return "the row has more or fewer columns than the first line";
  if (code === "CSV_QUOTE_NOT_CLOSED") return "a quoted field before this place never closes";
  return "a quote stands where none may be";
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
