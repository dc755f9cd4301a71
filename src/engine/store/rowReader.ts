/** Reads the newest rows of growing files of JSON Lines: neither again what was read before, nor what lies before them. */
import type { FileHandle } from "node:fs/promises";
import { openIfPresent, parseLine, type RowsEnd } from "./jsonLines.ts";
import { lastLine, linesFromEnd, type PlacedLine, START } from "./lines.ts";

/** Where the rows known so far end: after `number` lines, at a byte offset of one very file. */
interface Mark {
  readonly inode: number;
  readonly number: number;
  readonly end: number;
  /** The bytes before the offset: a file that was cut back and has grown again holds others there. */
  readonly tail: Buffer;
}

export interface NewestRows<Row> {
  readonly rows: readonly Row[];
  /** Whole rows of the file, those before included. */
  readonly end: number;
}

const TAIL_BYTES = 256;
/** Of the rows given at once: few of them are as long as this together. */
const MOST_BYTES = 1 << 25;
const NOTHING = { rows: [], end: 0 } as const;

export class RowReader {
  private readonly marks = new Map<string, Mark>();

  /**
   * The last rows of a file, those behind the first `skipped` and at most so many; none if there is no file. Rows are
   * counted from the last call's end, or from a place that is known, where the file still has a line's end there.
   *
   * @throws InputError `store.broken-line` with file:line, `store.unreadable`
   */
  async newest<Row>(file: string, skipped: number, most: number, known?: RowsEnd): Promise<NewestRows<Row>> {
    const handle = await openIfPresent(file);
    if (!handle) return NOTHING;
    try {
      const end = await this.endOf(file, handle, known);
      const lines = await lastLines(handle, end.end, Math.min(most, end.number - skipped));
      const first = end.number - lines.length + 1;
      const rows = lines.map(({ text }, i) => parseLine<Row>(text, `${file}:${first + i}`));
      return { rows, end: end.number };
    } finally {
      await handle.close();
    }
  }

  private async endOf(file: string, handle: FileHandle, known: RowsEnd | undefined) {
    const { ino: inode, size } = await handle.stat();
    const from = (await holding(handle, inode, this.marks.get(file))) ?? (await lineEnd(handle, size, known)) ?? START;
    const end = await lastLine(handle, from);
    const tail = await bytesBefore(handle, end.end, Math.min(TAIL_BYTES, end.end));
    this.marks.set(file, { inode, ...end, tail });
    return end;
  }
}

/** The last lines before an offset, in their order. */
async function lastLines(handle: FileHandle, before: number, most: number): Promise<readonly PlacedLine[]> {
  const lines: PlacedLine[] = [];
  if (most <= 0) return lines;
  for await (const line of linesFromEnd(handle, before)) {
    lines.push(line);
    if (lines.length === most || before - line.start > MOST_BYTES) break;
  }
  return lines.reverse();
}

/** The mark, where the file still holds what it remembers. */
async function holding(handle: FileHandle, inode: number, mark: Mark | undefined): Promise<Mark | undefined> {
  if (mark?.inode !== inode) return undefined;
  const found = await bytesBefore(handle, mark.end, mark.tail.length);
  return found.equals(mark.tail) ? mark : undefined;
}

async function lineEnd(handle: FileHandle, size: number, known: RowsEnd | undefined) {
  if (!known || known.bytes > size || known.bytes === 0) return undefined;
  const [byte] = await bytesBefore(handle, known.bytes, 1);
  return byte === 0x0a ? { number: known.rows, end: known.bytes } : undefined;
}

async function bytesBefore(handle: FileHandle, end: number, count: number): Promise<Buffer> {
  const bytes = Buffer.alloc(count);
  await handle.read(bytes, 0, count, end - count);
  return bytes;
}
