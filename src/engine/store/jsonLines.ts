/**
 * Append-only JSON Lines: metrics, events, episodes. A line counts once its newline is there; a process killed while
 * writing leaves at most one torn last line, which readers leave out and the next writer cuts off.
 */
import { closeSync, fstatSync, fsync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { InputError, messageOf } from "../errors.ts";
import { openRegular, requireRegular } from "../regularFile.ts";
import { appending, fileError, isMissing, openToChange, toJson } from "./files.ts";
import { CHUNK_BYTES, type Line, LineCutter, START } from "./lines.ts";

const NEWLINE = 0x0a;
/** Rows wait in memory until this many characters have come together, or `flush`. */
const BUFFER_CHARACTERS = 1 << 16;
const toDisk = promisify(fsync);

/** Appends rows to one file. */
export class JsonLinesWriter<Row> {
  private pending = "";
  private closed = false;

  private constructor(
    private readonly file: string,
    private readonly descriptor: number,
    private bytes: number,
  ) {}

  /**
   * Opens a file to append to, creating it if need be and cutting off a torn last line.
   *
   * @throws InputError `store.unwritable`
   */
  static open<Row>(file: string): JsonLinesWriter<Row> {
    try {
      const descriptor = openSync(file, appending);
      const size = sizeOf(descriptor, file);
      const whole = endOfLastLine(descriptor, size);
      if (whole < size) ftruncateSync(descriptor, whole);
      return new JsonLinesWriter<Row>(file, descriptor, whole);
    } catch (error) {
      throw fileError(error, file);
    }
  }

  /** @throws Error once closed: the descriptor may be another file's by then */
  append(row: Row): void {
    if (this.closed) throw new Error(`${this.file} is closed.`);
    this.pending += `${toJson(row)}\n`;
    if (this.pending.length >= BUFFER_CHARACTERS) this.flush();
  }

  /**
   * Hands every row to the system: readers see them, and they outlive this process. On failure the file ends as before
   * and the rows are kept for the next try.
   *
   * @throws LerlError `store.disk-full`
   */
  flush(): void {
    if (this.pending === "") return;
    const content = Buffer.from(this.pending);
    try {
      for (let written = 0; written < content.length; ) written += writeSync(this.descriptor, content, written);
    } catch (error) {
      restoreSize(this.descriptor, this.bytes);
      throw fileError(error, this.file);
    }
    this.bytes += content.length;
    this.pending = "";
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
      closeSync(this.descriptor);
    }
  }
}

/** @throws InputError `file.not-regular`; the descriptor is then closed */
function sizeOf(descriptor: number, file: string): number {
  const found = fstatSync(descriptor);
  try {
    requireRegular(file, found);
    return found.size;
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

/** The lines behind another that have their newline; none if there is no file. */
export async function* wholeLines(file: string, behind = START): AsyncGenerator<Line> {
  let handle: FileHandle;
  try {
    handle = await openRegular(file);
  } catch (error) {
    if (isMissing(error)) return;
    throw unreadable(file, error);
  }
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
    const message = `${where}: a line of ${text.length} characters that is not JSON. Delete it to go on.`;
    throw new InputError("store.broken-line", message, { cause: error });
  }
}

function unreadable(file: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  return new InputError("store.unreadable", `${file}: cannot be read (${messageOf(error)}).`, { cause: error });
}

/**
 * Every whole row of a file, one at a time; none if there is no file. Rows are as the writer's type says.
 *
 * @throws InputError `store.broken-line` with file:line
 */
export async function* jsonLines<Row>(file: string): AsyncGenerator<Row> {
  for await (const line of wholeLines(file)) yield parseLine<Row>(line.text, `${file}:${line.number}`);
}

/** Every whole row of a file, as `jsonLines`. */
export async function readJsonLines<Row>(file: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const row of jsonLines<Row>(file)) rows.push(row);
  return rows;
}

/**
 * Cuts a file back to the rows a checkpoint covers: up to the first row that is not covered. No writer may hold it open.
 * A line damaged after the last covered row goes too; one before it is an error, as a covered row would be lost.
 *
 * @returns how many rows stay
 * @throws InputError `store.broken-line` with file:line
 */
export async function truncateAfter<Row>(file: string, covered: (row: Row) => boolean): Promise<number> {
  let kept = 0;
  let end = 0;
  let damage: unknown;
  for await (const line of wholeLines(file)) {
    let row: Row;
    try {
      row = parseLine<Row>(line.text, `${file}:${line.number}`);
    } catch (error) {
      damage ??= error;
      continue;
    }
    if (!covered(row)) break;
    if (damage) throw damage;
    kept += 1;
    end = line.end;
  }
  await cutTo(file, end);
  return kept;
}

async function cutTo(file: string, end: number): Promise<void> {
  try {
    const handle = await openToChange(file);
    await handle.truncate(end).finally(() => handle.close());
  } catch (error) {
    if (!isMissing(error)) throw fileError(error, file);
  }
}
