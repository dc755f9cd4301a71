/**
 * Append-only JSON Lines: metrics, events, episodes. A line counts once its newline is there; a process killed while
 * writing leaves at most one torn last line, which readers leave out and the next writer cuts off.
 */
import { closeSync, fstatSync, fsync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import * as z from "zod";
import { InputError } from "../errors.ts";
import { openRegular, requireRegular } from "../regularFile.ts";
import { APPENDING, fileError, isMissing, openToChange, toJson, unreadable, unshare } from "./files.ts";
import { CHUNK_BYTES, type Line, LineCutter, lastLine, linesFromEnd, START } from "./lines.ts";

const NEWLINE = 0x0a;
/** Rows wait in memory until this many characters have come together, or `flush`. */
const BUFFER_CHARACTERS = 1 << 16;
const toDisk = promisify(fsync);

export const rowsEndSchema = z.strictObject({ rows: z.int().min(0), bytes: z.int().min(0) });
/** Where the whole rows of a file end: after so many, at a byte offset. */
export type RowsEnd = Readonly<z.output<typeof rowsEndSchema>>;
export const NO_ROWS: RowsEnd = { rows: 0, bytes: 0 };

/** Appends rows to one file. */
export class JsonLinesWriter<Row> {
  private pending = "";
  private pendingRows = 0;
  private closed = false;

  private constructor(
    private readonly file: string,
    private readonly descriptor: number,
    private bytes: number,
    private rows: number,
    private readonly assertOwned: () => void,
  ) {}

  /**
   * Opens a file to append to, creating it if need be and cutting off a torn last line.
   *
   * @param assertOwned asked before every write; throws where the folder is another process's by now
   * @param rows that the file holds, for who asks where they end
   * @throws InputError `store.unwritable`
   */
  static open<Row>(file: string, assertOwned: () => void = () => undefined, rows = 0): JsonLinesWriter<Row> {
    try {
      assertOwned();
      unshare(file);
      const descriptor = openSync(file, APPENDING);
      return new JsonLinesWriter<Row>(file, descriptor, cutTornLine(descriptor, file), rows, assertOwned);
    } catch (error) {
      throw fileError(error, file);
    }
  }

  /** Opens a file as `open`, its rows counted; `known`: so far they are. */
  static async counting<Row>(file: string, assertOwned?: () => void, known?: RowsEnd): Promise<JsonLinesWriter<Row>> {
    return JsonLinesWriter.open<Row>(file, assertOwned, (await endOfLines(file, { behind: known })).rows);
  }

  /** @throws Error once closed: the descriptor may be another file's by then */
  append(row: Row): void {
    this.hold(row);
    if (this.pending.length >= BUFFER_CHARACTERS) this.flush();
  }

  /** As `append`, in memory only until `flush`: for rows whose order in two files counts. */
  hold(row: Row): void {
    if (this.closed) throw new Error(`${this.file} is closed.`);
    this.pending += `${toJson(row)}\n`;
    this.pendingRows += 1;
  }

  /**
   * Hands every row to the system: readers see them, and they outlive this process. On failure the file ends as before
   * and the rows are kept for the next try.
   *
   * @throws LerlError `store.disk-full`
   */
  flush(): void {
    if (this.pending === "") return;
    this.assertOwned();
    const content = Buffer.from(this.pending);
    try {
      for (let written = 0; written < content.length; ) written += writeSync(this.descriptor, content, written);
    } catch (error) {
      restoreSize(this.descriptor, this.bytes);
      throw fileError(error, this.file);
    }
    this.bytes += content.length;
    this.rows += this.pendingRows;
    this.pending = "";
    this.pendingRows = 0;
  }

  /** Of the rows that the system has: see `flush`. */
  get end(): RowsEnd {
    return { rows: this.rows, bytes: this.bytes };
  }

  /** Flushes, and waits until the rows have reached the disk: they outlive a power cut. */
  async sync(): Promise<void> {
    this.flush();
    try {
      await toDisk(this.descriptor);
    } catch (error) {
      throw fileError(error, this.file);
    }
  }

  async close(): Promise<void> {
    try {
      await this.sync();
    } finally {
      this.closed = true;
      this.pending = "";
      this.pendingRows = 0;
      closeSync(this.descriptor);
    }
  }
}

/** Where the whole rows end. The descriptor is closed where it fails. @throws InputError `file.not-regular` */
function cutTornLine(descriptor: number, file: string): number {
  try {
    const found = fstatSync(descriptor);
    requireRegular(file, found);
    const whole = endOfLastLine(descriptor, found.size);
    if (whole < found.size) ftruncateSync(descriptor, whole);
    return whole;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function restoreSize(descriptor: number, bytes: number): void {
  try {
    ftruncateSync(descriptor, bytes);
  } catch {
    // The next writer cuts off the torn line; the error that led here says more.
  }
}

/** The offset after the last newline of a file. */
function endOfLastLine(descriptor: number, size: number): number {
  const chunk = Buffer.alloc(Math.min(size, CHUNK_BYTES));
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - chunk.length);
    const read = readSync(descriptor, chunk, 0, end - start, start);
    const newline = chunk.subarray(0, read).lastIndexOf(NEWLINE);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}

/** A file to read; undefined: there is none. @throws InputError `store.unreadable`, `file.not-regular` */
export async function openIfPresent(file: string): Promise<FileHandle | undefined> {
  try {
    return await openRegular(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(file, error);
  }
}

/** The lines behind another that have their newline; none if there is no file. */
export async function* wholeLines(file: string, behind = START): AsyncGenerator<Line> {
  const handle = await openIfPresent(file);
  if (!handle) return;
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const cutter = new LineCutter(behind);
    for (let offset = behind.end; ; ) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, offset);
      if (bytesRead === 0) return;
      for (const line of cutter.take(chunk.subarray(0, bytesRead))) yield line;
      offset += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

/** The line itself is not quoted: a link may have led to a file of another kind. @throws InputError `store.broken-line` */
export function parseLine<Row>(text: string, where: string): Row {
  try {
    return JSON.parse(text) as Row;
  } catch (error) {
    const message = `${where}: a line of ${text.length} characters that is not JSON. Repair it, or delete it; a run then goes on with --accept-loss.`;
    throw new InputError("store.broken-line", message, { cause: error });
  }
}

/**
 * Every whole row of a file, one at a time; none if there is no file. Rows are as the writer's type says.
 *
 * @throws InputError `store.broken-line` with file:line
 */
export async function* jsonLines<Row>(file: string): AsyncGenerator<Row> {
  for await (const line of wholeLines(file)) yield parseLine<Row>(line.text, `${file}:${line.number}`);
}

/** As `jsonLines`, the last row first; what lies before those that are taken is not read. */
export async function* jsonLinesFromEnd<Row>(file: string): AsyncGenerator<Row> {
  const handle = await openIfPresent(file);
  if (!handle) return;
  try {
    const { size } = await handle.stat();
    for await (const { text, start } of linesFromEnd(handle, size))
      yield parseLine<Row>(text, `${file}, at byte ${start}`);
  } finally {
    await handle.close();
  }
}

/** The last whole row of a file; undefined: it has none. The others are not read. */
export async function lastJsonLine<Row>(file: string): Promise<Row | undefined> {
  for await (const row of jsonLinesFromEnd<Row>(file)) return row;
  return undefined;
}

/** Every whole row of a file, as `jsonLines`; of a long one only those that are wanted. */
export async function readJsonLines<Row>(file: string, wanted = (_: Row): boolean => true): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const row of jsonLines<Row>(file)) if (wanted(row)) rows.push(row);
  return rows;
}

/**
 * Where the rows of a file end that fit, up to the first that does not. A line damaged behind them is no matter.
 *
 * @throws InputError `store.broken-line` with file:line where a line is damaged before a row that fits
 */
export async function endOfRows<Row>(file: string, fits: (row: Row) => boolean): Promise<RowsEnd> {
  let end = NO_ROWS;
  let damage: unknown;
  for await (const line of wholeLines(file)) {
    let row: Row;
    try {
      row = parseLine<Row>(line.text, `${file}:${line.number}`);
    } catch (error) {
      damage ??= error;
      continue;
    }
    if (!fits(row)) break;
    if (damage) throw damage;
    end = { rows: line.number, bytes: line.end };
  }
  return end;
}

/**
 * Where the first so many rows of a file end, damaged ones included; all of them by default.
 * @param behind so far they are counted
 */
export async function endOfLines(
  file: string,
  { most, behind = NO_ROWS }: { readonly most?: number; readonly behind?: RowsEnd | undefined } = {},
): Promise<RowsEnd> {
  const handle = await openIfPresent(file);
  if (!handle) return NO_ROWS;
  try {
    const { number, end } = await lastLine(handle, { number: behind.rows, end: behind.bytes }, most);
    return { rows: number, bytes: end };
  } finally {
    await handle.close();
  }
}

/** Cuts a file off behind its first bytes. No writer may hold it open. @throws InputError `store.unwritable` */
export async function cutBehind(file: string, { bytes }: RowsEnd): Promise<void> {
  try {
    unshare(file);
    const handle = await openToChange(file);
    await handle.truncate(bytes).finally(() => handle.close());
  } catch (error) {
    if (!isMissing(error)) throw fileError(error, file);
  }
}
