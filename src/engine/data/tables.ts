/**
 * Streaming reader of delimited tables: one row in memory at a time, and for a bad row one error that names file, line,
 * column and value.
 */
import type { ReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { addAbortSignal, pipeline } from "node:stream";
import { finished } from "node:stream/promises";
import { CsvError, type Options, type Parser, parse } from "csv-parse";
import { InputError } from "../errors.ts";
import { openRegular } from "../regularFile.ts";
import { type LoadContext, requireFile } from "./loading.ts";

export interface TableFormat {
  readonly delimiter?: string;
  /** Whether fields may be quoted; default true. */
  readonly quotes?: boolean;
  readonly encoding?: "utf8" | "latin1";
  /** Names of the columns of a file without a header line. */
  readonly header?: readonly string[];
}

/** No published row is longer; an unbalanced quote would otherwise swallow the rest of the file into memory. */
const LONGEST_ROW = 1 << 20;
const READ_CHUNK = 1 << 18;
const ROWS_PER_PROGRESS = 1 << 13;

/** A cell that is not what its column promises. Becomes an InputError once its line is known. */
class BadCell extends Error {
  constructor(
    readonly column: string,
    readonly value: string,
    readonly expected: string,
    readonly code: string,
  ) {
    super(expected);
  }
}

/** The row being read, its cells addressed by their place among the requested columns. Valid until the next row. */
export class Row {
  private fields: readonly string[] = [];

  constructor(
    private readonly columns: readonly string[],
    private readonly positions: readonly number[],
  ) {}

  show(fields: readonly string[]): void {
    this.fields = fields;
  }

  text(column: number): string {
    return this.fields[this.positions[column] as number] as string;
  }

  /** A text that is neither empty nor NaN. */
  id(column: number): string {
    const text = this.text(column);
    return isMissing(text) ? this.fail(column, "an id") : text;
  }

  number(column: number): number {
    const value = this.numberOrMissing(column);
    return Number.isNaN(value) ? this.fail(column, "a number") : value;
  }

  /** A number, or NaN where the cell is empty or says NaN. */
  numberOrMissing(column: number): number {
    const text = this.text(column);
    if (isMissing(text)) return Number.NaN;
    const value = Number(text);
    return Number.isFinite(value) ? value : this.fail(column, "a number");
  }

  integer(column: number): number {
    const value = this.number(column);
    return Number.isSafeInteger(value) ? value : this.fail(column, "a whole number");
  }

  /** 0 or 1; also as pandas writes them when a column has gaps, 0.0 and 1.0. */
  bit(column: number): 0 | 1 {
    const text = this.text(column);
    if (text === "0" || text === "0.0") return 0;
    if (text === "1" || text === "1.0") return 1;
    return this.fail(column, "0 or 1");
  }

  /** @throws always, an error that the reader completes with file and line */
  fail(column: number, expected: string, code = "data.bad-value"): never {
    throw new BadCell(this.columns[column] as string, this.text(column), expected, code);
  }
}

export function isMissing(text: string): boolean {
  return text === "" || text === "NaN" || text === "nan";
}

/**
 * Reads a table row by row.
 * @param columns names to be found in the header; `row.text(k)` reads the k-th of them
 * @throws InputError naming file, line, column and value
 */
export async function readTable(
  file: string,
  columns: readonly string[],
  onRow: (row: Row) => void,
  context: LoadContext,
  format: TableFormat = {},
): Promise<void> {
  await requireFile(file, "Check the path, or download the data set again.");
  const bytes = (await stat(file)).size;
  const source = await openSource(file);
  const parser = openParser(source, format, context.signal);
  let row = format.header && rowOf(file, format.header, columns);
  let records = 0;
  let width = format.header?.length ?? 0;
  try {
    for await (const fields of parser as AsyncIterable<readonly string[]>) {
      records++;
      if (!row) {
        row = rowOf(file, fields, columns);
        width = fields.length;
        continue;
      }
      // csv-parse holds the other rows to the length of the first.
      if (records === 1 && fields.length !== width) throw wrongLength(`${file}:${records}`, fields.length, width);
      row.show(fields);
      onRow(row);
      if (records % ROWS_PER_PROGRESS === 0)
        context.onProgress?.({ doing: "reading", file, bytesRead: source.bytesRead, bytes });
    }
  } catch (error) {
    context.signal?.throwIfAborted();
    if (error instanceof BadCell) throw badCell(file, await lineOf(file, records, format), error);
    if (error instanceof CsvError) throw await malformed(file, error, width, format);
    throw isSystemError(error) ? unreadable(file, error) : error;
  }
  if (records === 0) throw new InputError("data.file-empty", `${file}: the file is empty. Download it again.`);
  context.onProgress?.({ doing: "reading", file, bytesRead: bytes, bytes });
}

/** @throws InputError where it cannot be opened */
async function openSource(file: string): Promise<ReadStream> {
  try {
    return (await openRegular(file)).createReadStream({ highWaterMark: READ_CHUNK });
  } catch (error) {
    throw isSystemError(error) ? unreadable(file, error) : error;
  }
}

function openParser(
  source: ReadStream,
  format: TableFormat,
  signal: AbortSignal | undefined,
  more: Options = {},
): Parser {
  const parser = parse({
    bom: true,
    delimiter: format.delimiter ?? ",",
    quote: format.quotes === false ? null : '"',
    encoding: format.encoding ?? "utf8",
    // Both line ends, and nothing else: captions hold single carriage returns.
    record_delimiter: ["\r\n", "\n"],
    skip_empty_lines: true,
    max_record_size: LONGEST_ROW,
    ...more,
  });
  // A failure of either reaches the reader through the parser, which the pipeline destroys with it.
  pipeline(source, parser, () => undefined);
  if (signal) addAbortSignal(signal, source);
  return parser;
}

function rowOf(file: string, header: readonly string[], columns: readonly string[]): Row {
  const positions = columns.map((column) => {
    const position = header.indexOf(column);
    if (position >= 0) return position;
    throw new InputError(
      "data.column-missing",
      `${file}:1: no column "${column}". ${columnsOf(header, columns)} Check the file, or the column names in the experiment.`,
    );
  });
  return new Row(columns, positions);
}

/** The first line is quoted where it is the header of such a table: a file of another kind shows nothing of itself. */
function columnsOf(header: readonly string[], wanted: readonly string[]): string {
  const plain = (name: string): string => name.trim().toLowerCase();
  const known = new Set(wanted.map(plain));
  if (header.some((name) => known.has(plain(name)))) return `The columns are: ${header.join(", ")}.`;
  return `The first line names none of the columns looked for: ${wanted.join(", ")}.`;
}

/** The line a record ends on. Reads the file again, so that a good file pays nothing for it. */
async function lineOf(file: string, record: number, format: TableFormat): Promise<number> {
  const source = await openSource(file);
  const parser = openParser(source, format, undefined, { info: true, to: record });
  let line = record;
  for await (const { info } of parser as AsyncIterable<{ readonly info: { readonly lines: number } }>)
    line = info.lines;
  return line;
}

/** The line that the last row before a malformed one ends on. */
async function lastGoodLine(file: string, format: TableFormat): Promise<number> {
  let line = 0;
  const noteLine = (_: unknown, { lines }: { readonly lines: number }): null => {
    line = lines;
    return null;
  };
  const parser = openParser(await openSource(file), format, undefined, { on_record: noteLine });
  await finished(parser.resume()).catch(() => undefined);
  return line;
}

function badCell(file: string, line: number, { column, value, expected, code }: BadCell): InputError {
  const shown = value === "" ? "nothing" : `"${value.length > 60 ? `${value.slice(0, 60)}…` : value}"`;
  return new InputError(
    code,
    `${file}:${line}: column "${column}" holds ${shown}, expected ${expected}. Correct the line, or download the file again.`,
  );
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

function unreadable(file: string, error: Error): InputError {
  return new InputError(
    "data.file-unreadable",
    `${file}: the file cannot be read: ${error.message}. Check its permissions and the disk.`,
    { cause: error },
  );
}

function wrongLength(where: string, length: number, width: number, cause?: Error): InputError {
  return new InputError(
    "data.row-length",
    `${where}: the row has ${length} columns instead of ${width}. The file may be cut off; download it again.`,
    { cause },
  );
}

/** What csv-parse found wrong with a row's form. */
async function malformed(file: string, error: CsvError, width: number, format: TableFormat): Promise<InputError> {
  const { lines, record } = error as unknown as { readonly lines: number; readonly record?: readonly string[] };
  switch (error.code) {
    case "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH":
      return wrongLength(`${file}:${lines}`, record?.length ?? 0, width, error);
    case "CSV_QUOTE_NOT_CLOSED":
    case "CSV_MAX_RECORD_SIZE": {
      const start = (await lastGoodLine(file, format)) + 1;
      return badQuote(`${file}:${start}`, "a quoted field that opens in this row never closes", error);
    }
    default:
      return badQuote(`${file}:${lines}`, `a quote stands where none may be`, error);
  }
}

function badQuote(where: string, what: string, cause: Error): InputError {
  return new InputError("data.quote", `${where}: ${what}. Correct the line, or download the file again.`, { cause });
}
