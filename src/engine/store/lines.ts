/** Lines of a file by their bytes. A line counts once its newline is there. */
import type { FileHandle } from "node:fs/promises";

const NEWLINE = 0x0a;
export const CHUNK_BYTES = 1 << 18;
/** Bytes of the longest line that is held. No row is nearly as long; a file without line ends would fill the memory. */
const LONGEST = 1 << 26;

/** A line with its newline, from 1, and the byte offset after it. One that is too long is cut, and then no JSON. */
export interface Line {
  readonly text: string;
  readonly number: number;
  readonly end: number;
}

/** Before the first line of a file. */
export const START: Pick<Line, "number" | "end"> = { number: 0, end: 0 };

/** Cuts bytes into lines as they come. */
export class LineCutter {
  /** Of a line whose end has not come yet. */
  private begun: Buffer[] = [];
  private held = 0;
  private number: number;
  private offset: number;

  /** @param behind which line the bytes begin */
  constructor(
    behind: Pick<Line, "number" | "end"> = START,
    private readonly longest = LONGEST,
  ) {
    this.number = behind.number;
    this.offset = behind.end;
  }

  /** The lines that end in the next bytes of the file; these may be overwritten afterwards. */
  *take(bytes: Buffer): Generator<Line> {
    let start = 0;
    for (let newline = bytes.indexOf(NEWLINE); newline >= 0; newline = bytes.indexOf(NEWLINE, start)) {
      const end = bytes.subarray(start, newline);
      start = newline + 1;
      this.number += 1;
      yield { text: this.finish(end), number: this.number, end: this.offset + start };
    }
    this.begin(bytes.subarray(start));
    this.offset += bytes.length;
  }

  private begin(part: Buffer): void {
    const kept = Buffer.from(part.subarray(0, this.longest - this.held));
    if (kept.length > 0) this.begun.push(kept);
    this.held += kept.length;
  }

  private finish(end: Buffer): string {
    if (this.held === 0) return end.toString("utf8", 0, Math.min(end.length, this.longest));
    this.begin(end);
    const text = Buffer.concat(this.begun).toString("utf8");
    this.begun = [];
    this.held = 0;
    return text;
  }
}

/** A line by its bytes: without its newline, from `start` on; `end` is behind the newline. */
export interface PlacedLine {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The whole lines of a file that end at or before a byte offset, the last first: what lies before those that are taken is
 * not read.
 */
export async function* linesFromEnd(handle: FileHandle, before: number): AsyncGenerator<PlacedLine> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  /** Behind the newline of the line that is being put together, and its parts, the last first. */
  let end: number | undefined;
  let parts: Buffer[] = [];
  const text = (first: Buffer): string => Buffer.concat([first, ...parts.reverse()]).toString("utf8");
  for (let offset = before; offset > 0; ) {
    const start = Math.max(0, offset - chunk.length);
    const { bytesRead } = await handle.read(chunk, 0, offset - start, start);
    // It was cut back meanwhile.
    if (bytesRead < offset - start) return;
    let to = bytesRead;
    for (let at = chunk.lastIndexOf(NEWLINE, to - 1); at >= 0; at = chunk.subarray(0, to).lastIndexOf(NEWLINE)) {
      if (end !== undefined) yield { text: text(chunk.subarray(at + 1, to)), start: start + at + 1, end };
      parts = [];
      end = start + at + 1;
      to = at;
    }
    if (end !== undefined && end - start <= LONGEST) parts.push(Buffer.from(chunk.subarray(0, to)));
    offset = start;
  }
  if (end !== undefined) yield { text: text(Buffer.alloc(0)), start: 0, end };
}

/** Counts the whole lines behind a place, up to so many of the file, without reading them as text. */
export async function lastLine(
  handle: FileHandle,
  behind = START,
  most = Number.POSITIVE_INFINITY,
): Promise<Pick<Line, "number" | "end">> {
  const chunk = Buffer.alloc(4 * CHUNK_BYTES);
  let { number, end } = behind;
  for (let offset = behind.end; number < most; ) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, offset);
    if (bytesRead === 0) break;
    const bytes = chunk.subarray(0, bytesRead);
    for (let at = bytes.indexOf(NEWLINE); at >= 0 && number < most; at = bytes.indexOf(NEWLINE, at + 1)) {
      number += 1;
      end = offset + at + 1;
    }
    offset += bytesRead;
  }
  return { number, end };
}

/** The first whole line that begins at or behind an offset and ends at or before another; undefined: there is none. */
export async function lineFrom(handle: FileHandle, offset: number, last: number): Promise<PlacedLine | undefined> {
  // The byte before tells whether a line begins at the offset itself.
  const from = Math.max(0, offset - 1);
  for (let length = 1 << 13; ; length *= 4) {
    const bytes = Buffer.alloc(Math.min(length, last - from));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
    const found = bytes.subarray(0, bytesRead);
    const start = offset === 0 ? 0 : found.indexOf(NEWLINE) + 1;
    const end = start > 0 || offset === 0 ? found.indexOf(NEWLINE, start) : -1;
    if (end >= 0) return { text: found.toString("utf8", start, end), start: from + start, end: from + end + 1 };
    if (from + length >= last || length > LONGEST) return undefined;
  }
}
