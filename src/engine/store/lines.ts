/** Lines of a file by their bytes. A line counts once its newline is there. */

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
