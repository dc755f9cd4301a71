/** Reads growing files of JSON Lines from a row on, without reading again what an earlier call has read. */
import { openRegular } from "../regularFile.ts";
import { parseLine, wholeLines } from "./jsonLines.ts";
import { type Line, START } from "./lines.ts";

/** Where the rows read so far end: after `number` lines, at a byte offset of one very file. */
interface Mark {
  readonly inode: number;
  readonly number: number;
  readonly end: number;
  /** The bytes before the offset: a file that was cut back and has grown again holds others there. */
  readonly tail: Buffer;
}

const TAIL_BYTES = 256;

export class RowReader {
  private readonly marks = new Map<string, Mark>();

  /**
   * The whole rows of a file but the first `skipped`; none if there is no file. Begins at the last call's end where it
   * can: a file that was replaced, cut back or is asked for earlier rows is read from its start.
   *
   * @throws InputError `store.broken-line` with file:line
   */
  async rowsAfter<Row>(file: string, skipped: number): Promise<readonly Row[]> {
    const mark = this.marks.get(file);
    const { inode, holds } = await inspect(file, mark);
    const from = mark && holds && mark.number <= skipped ? mark : START;
    const rows: Row[] = [];
    let last: Line | undefined;
    for await (const line of wholeLines(file, from)) {
      if (line.number > skipped) rows.push(parseLine<Row>(line.text, `${file}:${line.number}`));
      last = line;
    }
    if (last) {
      const tail = Buffer.from(`${last.text}\n`).subarray(-TAIL_BYTES);
      this.marks.set(file, { inode, number: last.number, end: last.end, tail });
    }
    return rows;
  }
}

/** Which file stands there now, and whether it still holds what the mark remembers. */
async function inspect(file: string, mark: Mark | undefined): Promise<{ inode: number; holds: boolean }> {
  // Why a file cannot be opened is said by who reads it.
  const handle = await openRegular(file).catch(() => undefined);
  if (!handle) return { inode: 0, holds: false };
  try {
    const { ino: inode } = await handle.stat();
    if (mark?.inode !== inode) return { inode, holds: false };
    const found = Buffer.alloc(mark.tail.length);
    await handle.read(found, 0, found.length, mark.end - found.length);
    return { inode, holds: found.equals(mark.tail) };
  } finally {
    await handle.close();
  }
}
