/**
 * Streaming reader of tables: one row in memory at a time, and for a bad row one error that names file, line, column and
 * value.
 */
import { stat } from "node:fs/promises";
import { finished, pipeline } from "node:stream/promises";
import { CsvError, parse } from "csv-parse";
import type { Column } from "../../../protocol/experiment/tables.ts";
import { InputError } from "../../errors.ts";
import { type LoadContext, requireFile } from "../loading.ts";
import { brief } from "../printable.ts";
import { BadEncoding, badGzip, type Content, lineOfBadByte, openContent } from "./content.ts";
import { jsonRows, notJson, requireKeys } from "./jsonLines.ts";
import { type Layout, layoutOf, placesOf, withoutGaps } from "./layout.ts";
import type { TableOptions } from "./options.ts";
import { BadCell, BadJson, Row } from "./row.ts";

/** What a table held. */
export interface TableRead {
  readonly rows: number;
  readonly notes: readonly string[];
}

/** No row of a log is longer; an unbalanced quote would otherwise swallow the rest of the file into memory. */
const LONGEST_ROW = 1 << 22;
const ROWS_PER_PROGRESS = 1 << 13;
const UTF8 = "utf-8";
const LINE_FEED = 0x0a;
const RETURN = 0x0d;

const published: TableOptions = { delimiter: ",", encoding: "utf-8" };

/**
 * Reads a table row by row.
 * @param columns names to be found in the header, or places from 1 on; `row.text(k)` reads the k-th of them
 * @throws InputError naming file, line, column and value
 */
export async function readTable(
  file: string,
  columns: readonly Column[],
  onRow: (row: Row) => void,
  context: LoadContext,
  options: TableOptions = published,
): Promise<TableRead> {
  await requireFile(file, "Check the path, or download the data set again.");
  const bytes = (await stat(file)).size;
  const table = await openTable(file, columns, options);
  const { content, layout } = table;
  let { row } = table;
  let width = layout.header?.length ?? 0;
  let records = 0;
  const { delimiter } = layout.csv;
  const read = (record: readonly string[]): void => {
    records++;
    const fields = withoutGaps(record, delimiter);
    if (!layout.isJson && width === 0) width = fields.length;
    row ??= rowOf(file, undefined, width, columns, options);
    if (!layout.isJson && fields.length !== width) throw new WrongLength(fields.length, width);
    row.show(fields);
    onRow(row);
    if (records % ROWS_PER_PROGRESS === 0)
      context.onProgress?.({ doing: "reading", file, bytesRead: content.bytesRead(), bytes });
  };
  try {
    if (layout.isJson) await pipe(content, layout, jsonRows(columns, LONGEST_ROW, read), context.signal);
    else await readDelimited(content, layout, read, context.signal);
  } catch (error) {
    context.signal?.throwIfAborted();
    throw await explained(error, { file, columns, layout, options, records });
  } finally {
    await content.close();
  }
  if (records === 0 && layout.header === undefined) {
    throw new InputError("data.file-empty", `${file}: the file is empty. Download it again.`);
  }
  context.onProgress?.({ doing: "reading", file, bytesRead: bytes, bytes });
  return { rows: records, notes: layout.notes };
}

/** @throws InputError also where the file holds nothing */
export async function openText(file: string, { encoding = "auto" }: TableOptions): Promise<Content> {
  let content: Content;
  try {
    content = await openContent(file, encoding);
  } catch (error) {
    throw isSystemError(error) ? unreadable(file, error) : error;
  }
  if (content.head.trim() !== "") return content;
  await content.close();
  throw new InputError("data.file-empty", `${file}: the file is empty. Download it again.`);
}

/** @throws InputError `data.encoding` where the start of a text is not in its character set */
export async function requireSound(file: string, content: Content, options: TableOptions): Promise<void> {
  if (!content.isSound) throw badEncoding(file, await lineOfBadByte(file, LINE_FEED), content.charset, options);
}

async function openTable(file: string, columns: readonly Column[], options: TableOptions) {
  const content = await openText(file, options);
  try {
    const { head, isWhole } = content;
    const layout = layoutOf(file, head, isWhole, columns, { delimiter: "auto", ...options });
    const { header } = layout;
    if (layout.isJson) requireKeys(file, head, isWhole, columns);
    const row = layout.isJson
      ? new Row(
          columns,
          columns.map((_, k) => k),
          columns.map(String),
          options.nullWords,
        )
      : header && rowOf(file, header, header.length, columns, options, layout.skip.lines);
    return { content, layout, row };
  } catch (error) {
    await content.close();
    // Names that are not found may only be written in another character set.
    const line = content.isSound || !(error instanceof InputError) ? undefined : await lineOfBadByte(file, LINE_FEED);
    throw line === undefined ? error : badEncoding(file, line, content.charset, options);
  }
}

async function readDelimited(
  content: Content,
  layout: Layout,
  onRecord: (fields: readonly string[]) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const parser = parse({ ...layout.csv, max_record_size: LONGEST_ROW });
  parser.on("readable", () => {
    try {
      for (let fields = parser.read(); fields !== null; fields = parser.read()) onRecord(fields as readonly string[]);
    } catch (error) {
      parser.destroy(error as Error);
    }
  });
  await pipe(content, layout, parser, signal);
  // A pipeline ends with what its last stream took in; the last rows may still have to be read out of it.
  if (!parser.readableEnded) await finished(parser, { writable: false });
}

function pipe(
  content: Content,
  layout: Layout,
  sink: NodeJS.WritableStream,
  signal: AbortSignal | undefined,
): Promise<void> {
  const streams = content.streams(layout.skip.bytes) as NodeJS.ReadWriteStream[];
  return pipeline([...streams, sink], { ...(signal && { signal }) });
}

/** @param line of the header */
function rowOf(
  file: string,
  header: readonly string[] | undefined,
  width: number,
  columns: readonly Column[],
  options: TableOptions,
  line = 1,
): Row {
  const names = header ?? Array.from({ length: width }, (_, place) => String(place + 1));
  const positions = columns.map((column) => {
    const [position, second] = placesOf(column, names);
    if (second !== undefined) {
      throw new InputError(
        "data.column-twice",
        `${file}:${line}: two columns are called "${column}". Rename one, or give the place of the one that is meant (${(position as number) + 1} or ${second + 1}) in the experiment.`,
      );
    }
    if (position !== undefined) return position;
    throw new InputError("data.column-missing", missingColumn(file, line, column, header, width, columns));
  });
  return new Row(
    columns,
    positions,
    positions.map((place) => header?.[place]),
    options.nullWords,
  );
}

function missingColumn(
  file: string,
  line: number,
  column: Column,
  header: readonly string[] | undefined,
  width: number,
  columns: readonly Column[],
): string {
  const remedy = "Check the file, or the column names in the experiment.";
  if (typeof column === "number") return `${file}:${line}: no column ${column}: there are ${width}. ${remedy}`;
  if (!header) return `${file}: no column "${column}", as the file has no header. Give its place, from 1 on.`;
  return `${file}:${line}: no column "${column}". ${columnsOf(header, columns)} ${remedy}`;
}

/** The first line is quoted where it is the header of such a table: a file of another kind shows nothing of itself. */
function columnsOf(header: readonly string[], wanted: readonly Column[]): string {
  const plain = (name: Column): string => String(name).trim().toLowerCase();
  const known = new Set(wanted.map(plain));
  if (header.some((name) => known.has(plain(name)))) {
    const shown = header.slice(0, 20).map(brief).join(", ");
    return `The columns are: ${shown}${header.length > 20 ? ` and ${header.length - 20} more` : ""}.`;
  }
  return `The first line names none of the columns looked for: ${wanted.join(", ")}.`;
}

class WrongLength extends Error {
  constructor(
    readonly length: number,
    readonly width: number,
  ) {
    super();
  }
}

interface Reading {
  readonly file: string;
  readonly columns: readonly Column[];
  readonly layout: Layout;
  readonly options: TableOptions;
  /** Rows read so far, the bad one with them. */
  readonly records: number;
}

/** What went wrong, as an error that says where and what to do. */
async function explained(error: unknown, reading: Reading): Promise<unknown> {
  const { file, options, records } = reading;
  if (error instanceof BadCell) return badCell(reading, await lineOf(reading, records), error);
  if (error instanceof BadJson) return notJson(file, error);
  if (error instanceof WrongLength) {
    const { length, width } = error;
    const where = `${file}:${await lineOf(reading, records)}`;
    return new InputError(
      "data.row-length",
      `${where}: the row has ${length} columns instead of ${width}. The file may be cut off; download it again.`,
    );
  }
  if (error instanceof BadEncoding) {
    const ends = reading.layout.csv.record_delimiter as readonly string[] | undefined;
    const line =
      error.charset === UTF8 ? await lineOfBadByte(file, ends?.[0] === "\r" ? RETURN : LINE_FEED) : undefined;
    return badEncoding(file, line, error.charset, options);
  }
  if (error instanceof CsvError) return malformed(reading, error);
  if (!isSystemError(error)) return error;
  return error.code?.startsWith("Z_") ? badGzip(file, error) : unreadable(file, error);
}

function badEncoding(file: string, line: number | undefined, charset: string, { setting }: TableOptions): InputError {
  const where = line === undefined ? file : `${file}:${line}`;
  const what = charset === UTF8 ? "not UTF-8" : `not in the encoding ${charset.replace("utf", "UTF")}`;
  const remedy =
    setting === undefined
      ? "Download it again."
      : `Set ${setting}.encoding to the file's (latin1, gbk, ...), or save it as UTF-8.`;
  return new InputError("data.encoding", `${where}: ${what}. ${remedy}`);
}

/** The line a row ends on. Reads the file again, so that a good file pays nothing for it. */
async function lineOf(reading: Reading, record: number): Promise<number> {
  const lines = await linesOf(reading, record);
  return lines ?? record + reading.layout.skip.lines;
}

/** The line that the last well-formed row ends on, at most that of `last`. */
async function linesOf(reading: Reading, last = Number.MAX_SAFE_INTEGER): Promise<number | undefined> {
  const { file, layout, options } = reading;
  const content = await openContent(file, options.encoding ?? "auto");
  let seen = 0;
  let line: number | undefined;
  const note = (at: number): void => {
    if (++seen <= last) line = at + layout.skip.lines;
  };
  const onRecord = (_: unknown, { lines }: { readonly lines: number }): null => {
    note(lines);
    return null;
  };
  const sink = layout.isJson
    ? jsonRows([], LONGEST_ROW, (_, at) => note(at))
    : parse({ ...layout.csv, max_record_size: LONGEST_ROW, on_record: onRecord }).resume();
  // Up to where it cannot be read on.
  await pipe(content, layout, sink, undefined).catch(() => undefined);
  await content.close();
  return line;
}

function badCell({ file, layout }: Reading, line: number, { column, value, expected, code }: BadCell): InputError {
  // Without a header nothing tells that this is the table it is taken for.
  const shown = value === "" ? "nothing" : layout.header || layout.isJson ? `"${brief(value)}"` : "something else";
  const name = typeof column === "number" ? String(column) : `"${column}"`;
  return new InputError(
    code,
    `${file}:${line}: column ${name} holds ${shown}, expected ${expected}. Correct the line, or download the file again.`,
  );
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && ("syscall" in error || ("errno" in error && "code" in error));
}

function unreadable(file: string, error: Error): InputError {
  return new InputError(
    "data.file-unreadable",
    `${file}: the file cannot be read: ${error.message}. Check its permissions and the disk.`,
    { cause: error },
  );
}

/** What csv-parse found wrong with a row's form. */
async function malformed(reading: Reading, error: CsvError): Promise<InputError> {
  const { file, layout, options } = reading;
  const unquoted =
    options.setting === undefined ? "" : ` Or set ${options.setting}.quotes to false, or its escape to "backslash".`;
  const because = { cause: error };
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
    case "CSV_MAX_RECORD_SIZE": {
      const start = ((await linesOf(reading)) ?? layout.skip.lines) + 1;
      // Lines go on being counted inside quotes.
      const { lines } = error as unknown as { readonly lines: number };
      if (error.code === "CSV_MAX_RECORD_SIZE" && lines + layout.skip.lines <= start) {
        return new InputError(
          "data.row-long",
          `${file}:${start}: the row is longer than ${LONGEST_ROW >> 20} MiB. Drop the columns that are not needed, or check that the file has line ends.`,
          because,
        );
      }
      return new InputError(
        "data.quote",
        `${file}:${start}: a quoted field that opens in this row never closes. Correct the line, or download the file again.${unquoted}`,
        because,
      );
    }
    default: {
      const line = (error as unknown as { readonly lines: number }).lines + layout.skip.lines;
      return new InputError(
        "data.quote",
        `${file}:${line}: a quote stands where none may be. Correct the line, or download the file again.${unquoted}`,
        because,
      );
    }
  }
}
