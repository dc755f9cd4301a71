/** How a table's text is laid out, judged by its start: what separates cells, where the header stands, what the lines end with. */
import type { Options } from "csv-parse";
import { parse } from "csv-parse/sync";
import type { Column } from "../../../protocol/experiment/tables.ts";
import { InputError } from "../../errors.ts";
import type { TableOptions } from "./options.ts";

export interface Layout {
  /** JSON lines: one object per line, its keys are the columns. */
  readonly isJson: boolean;
  readonly csv: Options;
  /** The names of the columns; undefined where the file has none. */
  readonly header: readonly string[] | undefined;
  /** The text in front of the first row. */
  readonly skip: { readonly bytes: number; readonly lines: number };
  /** What a reader of the file may want to know. */
  readonly notes: readonly string[];
}

/** The first that fits is taken: what stands in cells as often as between them comes last. */
export const DELIMITERS = ["\t", "::", ",", ";", "|", " "];
/** Share of the lines that have the width of the first, where a delimiter fits without doubt. */
const STEADY = 0.95;
/** A header below more lines than these is not looked for. */
export const LONGEST_PREAMBLE = 30;
const SAMPLE_LINES = 100;

/** @throws InputError `data.json` where the text is one JSON array */
export function layoutOf(
  file: string,
  head: string,
  isWhole: boolean,
  columns: readonly Column[],
  options: TableOptions,
): Layout {
  const first = /\S/.exec(head)?.[0];
  if (options.delimiter === "auto" && first === "[" && /^\s*\[\s*[{\]]/.test(head)) {
    throw new InputError("data.json", `${file}: one JSON array. Write one object per line instead (jq -c '.[]').`);
  }
  if (options.delimiter === "auto" && first === "{") {
    return { isJson: true, csv: {}, header: undefined, skip: { bytes: 0, lines: 0 }, notes: [] };
  }
  const isBareCr = head.includes("\r") && !head.includes("\n");
  const end = isBareCr ? "\r" : "\n";
  const lines = head.split(end);
  // The last may be cut off.
  if (!isWhole && lines.length > 1) lines.pop();
  const form: Options = {
    quote: options.quotes === false ? null : '"',
    ...(options.escape === "backslash" && { escape: "\\" }),
    ...(options.comment !== undefined && { comment: options.comment, comment_no_infix: true }),
    // Both line ends, and nothing else: captions hold single carriage returns.
    record_delimiter: isBareCr ? ["\r"] : ["\r\n", "\n"],
    skip_empty_lines: true,
    relax_column_count: true,
  };
  const separatorLine = /^sep=(.|\\t)\r?$/i.exec(lines[0] ?? "")?.[1];
  const start = separatorLine === undefined ? 0 : 1;
  const given =
    options.delimiter === "auto" ? separatorLine?.replace("\\t", "\t") : options.delimiter?.replace("\\t", "\t");
  const isWithin = (delimiter: string): number => (delimiter === options.within ? 1 : 0);
  const candidates = given === undefined ? DELIMITERS.toSorted((a, b) => isWithin(a) - isWithin(b)) : [given];
  if (options.columns || options.header === false) {
    const delimiter = steadiest(lines.slice(start), candidates, form, columns, options);
    const skip = skipOf(lines, start, end);
    return { isJson: false, csv: { ...form, delimiter }, header: options.columns, skip, notes: [] };
  }
  const found = findHeader(lines, start, candidates, form, columns, options);
  const text = lines.slice(found.line).join(end);
  const [record] = parse(text, {
    ...form,
    comment: null,
    delimiter: found.delimiter,
    relax_quotes: true,
    to: 1,
    info: true,
  }) as unknown as {
    readonly record: readonly string[];
    readonly info: { readonly lines: number };
  }[];
  const header = withoutGaps(record?.record ?? [], found.delimiter).map((name, i) =>
    (i === 0 && found.isCommented ? uncommented(name, options) : name).trim(),
  );
  const above = lines.slice(start, found.line).filter((line) => line.trim() !== "" && !isComment(line, options)).length;
  return {
    isJson: false,
    csv: { ...form, delimiter: found.delimiter },
    header,
    skip: skipOf(lines, found.line + (record?.info.lines ?? 1), end),
    notes: [
      ...(above === 0 ? [] : [`${above} ${above === 1 ? "line" : "lines"} above the header skipped`]),
      ...(columns.every((column) => typeof column === "number") && header.some((name) => /^-?\d+(\.\d+)?$/.test(name))
        ? ["the first line was taken for a header: if it is a row, set the format's header to false"]
        : []),
    ],
  };
}

function skipOf(lines: readonly string[], count: number, end: string): Layout["skip"] {
  const text = lines.slice(0, count).join(end);
  return count === 0 ? { bytes: 0, lines: 0 } : { bytes: Buffer.byteLength(text) + 1, lines: count };
}

/** Above a header; below it only what the settings say. */
const isComment = (line: string, { comment = "#" }: TableOptions): boolean =>
  line.startsWith("#") || line.startsWith(comment);

/** The first line that is neither empty nor a comment. */
function firstRow(lines: readonly string[], start: number, options: TableOptions): number {
  const at = lines.findIndex((line, i) => i >= start && line.trim() !== "" && !isComment(line, options));
  return at < 0 ? start : at;
}

/** The line that names the columns looked for, and what separates them; else the first line that is no comment. */
function findHeader(
  lines: readonly string[],
  start: number,
  delimiters: readonly string[],
  form: Options,
  columns: readonly Column[],
  options: TableOptions,
): { readonly line: number; readonly delimiter: string; readonly isCommented: boolean } {
  const wanted = columns.filter((column) => typeof column === "string");
  const first = firstRow(lines, start, options);
  const steady = (): string => steadiest(lines.slice(first), delimiters, form, columns, options);
  if (wanted.length === 0) return { line: first, delimiter: steady(), isCommented: false };
  const named = (text: string, delimiter: string): number => {
    const cells = cellsOf(text, delimiter, form);
    return wanted.filter((name) => placesOf(name, cells).length > 0).length;
  };
  for (let line = start; line < Math.min(lines.length, start + LONGEST_PREAMBLE); line++) {
    // A name may begin as a comment does.
    for (const isCommented of [false, true]) {
      const text = isCommented
        ? uncommented(lines[line] as string, options)
        : (lines[line] as string).replace(/\r$/, "");
      const fitting = delimiters.filter((delimiter) => named(text, delimiter) === wanted.length);
      if (fitting.length === 0) continue;
      // A column alone is found whatever separates it from nothing.
      const delimiter = fitting.length > 1 ? fitting.find((apart) => text.includes(apart)) : undefined;
      return { line, delimiter: delimiter ?? (fitting.includes(",") ? "," : (fitting[0] as string)), isCommented };
    }
  }
  const text = lines[first] ?? "";
  const most = Math.max(...delimiters.map((delimiter) => named(text, delimiter)));
  const known = delimiters.find((delimiter) => most > 0 && named(text, delimiter) === most);
  return { line: first, delimiter: known ?? steady(), isCommented: false };
}

function uncommented(line: string, { comment = "#" }: TableOptions): string {
  const mark = [comment, "#"].find((start) => line.startsWith(start)) ?? "";
  return line.slice(mark.length).trimStart().replace(/\r$/, "");
}

/** What gives the lines one width, wide enough for the columns; the widest where nothing does, a comma at last. */
function steadiest(
  lines: readonly string[],
  delimiters: readonly string[],
  form: Options,
  columns: readonly Column[],
  { comment }: TableOptions,
): string {
  const needed = Math.max(2, ...columns.map(placeOf));
  const sample = lines
    .map((line) => line.replace(/\r$/, ""))
    .filter((line) => line !== "" && !(comment !== undefined && line.startsWith(comment)))
    .slice(0, SAMPLE_LINES);
  const judged = delimiters.map((delimiter) => {
    const widths = sample.map((line) => cellsOf(line, delimiter, form).length);
    const usual = widths[0] ?? 1;
    return { delimiter, usual, share: widths.filter((found) => found === usual).length / Math.max(1, widths.length) };
  });
  const fitting = judged.filter(({ usual }) => usual >= needed);
  const steady = fitting.find(({ share }) => share >= STEADY);
  const best = steady ?? fitting.sort((a, b) => b.share - a.share || b.usual - a.usual)[0];
  return best?.delimiter ?? (delimiters.includes(",") ? "," : (delimiters[0] as string));
}

function cellsOf(line: string, delimiter: string, form: Options): readonly string[] {
  try {
    const [row] = parse(line, { ...form, comment: null, delimiter, relax_quotes: true, to: 1 }) as string[][];
    return withoutGaps(row ?? [], delimiter);
  } catch {
    return line.split(delimiter);
  }
}

/** Where blanks separate, several stand for one. */
export const withoutGaps = (cells: readonly string[], delimiter: unknown): readonly string[] =>
  delimiter === " " ? cells.filter((cell) => cell !== "") : cells;

const placeOf = (column: Column): number => (typeof column === "number" ? column : 1);

/** A name with its type, as in RecBole's atomic files. */
const TYPED = /^(.*):(token|token_seq|float|float_seq)$/;

/** Where a column stands, from 0 on: by its whole name, else by the name without RecBole's type. */
export function placesOf(column: Column, header: readonly string[]): readonly number[] {
  if (typeof column === "number") return column <= header.length ? [column - 1] : [];
  const at = (names: readonly (string | undefined)[]): readonly number[] =>
    names.flatMap((name, place) => (name === column ? [place] : []));
  const exact = at(header.map((name) => name.trim()));
  return exact.length > 0 ? exact : at(header.map((name) => TYPED.exec(name.trim())?.[1]));
}

/** Whether a cell of the column holds several values, a blank apart. */
export const isSequence = (name: string | undefined): boolean => /:(token|float)_seq$/.test(name ?? "");
