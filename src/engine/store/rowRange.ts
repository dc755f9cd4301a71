/** Rows of a file by the iteration they carry. */
import type { FileHandle } from "node:fs/promises";
import { openIfPresent, wholeLines } from "./jsonLines.ts";
import { CHUNK_BYTES, LineCutter, lineFrom, type PlacedLine } from "./lines.ts";

export interface RowRange<Row> {
  readonly rows: readonly Row[];
  /** Every row of the range; a sample of them, evenly over the file, otherwise. */
  readonly whole: boolean;
}

export interface RangeLimits {
  /** Given whole up to so many. */
  readonly rows: number;
  /** Otherwise so many of them. */
  readonly samples: number;
}

/** A range of more bytes is sampled without being read. */
const READ_WHOLE_BYTES = 1 << 25;

/**
 * Rows with `from` <= iteration < `to`, of a file whose iterations never fall: found by halving it, not by reading it. Lines
 * that are no rows are left out.
 * @throws InputError `store.unreadable`
 */
export async function rowsBetween<Row>(
  file: string,
  from: number,
  to: number,
  limits: RangeLimits,
): Promise<RowRange<Row>> {
  const handle = await openIfPresent(file);
  if (!handle) return { rows: [], whole: true };
  try {
    const { size } = await handle.stat();
    const start = await firstAt(handle, size, from);
    const end = await firstAt(handle, size, to);
    const texts = end - start <= READ_WHOLE_BYTES ? await linesIn(handle, start, end) : undefined;
    if (texts && texts.length <= limits.rows) return { rows: parsed(texts, from, to), whole: true };
    const some = texts ? evenly(texts, limits.samples) : await sampled(handle, start, end, limits.samples);
    return { rows: parsed(some, from, to), whole: false };
  } finally {
    await handle.close();
  }
}

/**
 * As `rowsBetween`, of a file whose iterations fall here and there, which is read whole: in the events of a run that was
 * resumed, what a person did stands before iterations that were computed again, and a pause behind later ones.
 * @throws InputError `store.unreadable`
 */
export async function rowsAnywhere<Row>(
  file: string,
  from: number,
  to: number,
  limits: RangeLimits,
): Promise<RowRange<Row>> {
  let kept: Row[] = [];
  // Of the rows found every so many-th is kept: where they are more than the limit, every other one of those goes.
  let step = 1;
  let found = 0;
  for await (const { text } of wholeLines(file)) {
    const row = rowWithin<Row>(text, from, to);
    if (!row || found++ % step !== 0) continue;
    kept.push(row);
    if (kept.length <= limits.rows) continue;
    kept = kept.filter((_, i) => i % 2 === 0);
    step *= 2;
  }
  return step === 1 ? { rows: kept, whole: true } : { rows: evenly(kept, limits.samples), whole: false };
}

/** A byte offset that every row below an iteration ends at or before; no other row begins before it. */
async function firstAt(handle: FileHandle, size: number, iteration: number): Promise<number> {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = await rowFrom(handle, middle, high, size);
    if (row && row.iteration < iteration) low = row.end;
    else high = middle;
  }
  return low;
}

/** The first row that begins at or behind an offset and before another. Lines that are no rows are passed over. */
async function rowFrom(handle: FileHandle, offset: number, before: number, size: number) {
  for (let at = offset; ; ) {
    const line = await lineFrom(handle, at, size);
    if (!line || line.start >= before) return undefined;
    const iteration = iterationOf(rowOf(line.text));
    if (iteration !== undefined) return { iteration, end: line.end };
    at = line.end;
  }
}

async function linesIn(handle: FileHandle, start: number, end: number): Promise<readonly string[]> {
  const cutter = new LineCutter({ number: 0, end: start });
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const texts: string[] = [];
  for (let offset = start; offset < end; ) {
    const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, end - offset), offset);
    if (bytesRead === 0) break;
    for (const { text } of cutter.take(chunk.subarray(0, bytesRead))) texts.push(text);
    offset += bytesRead;
  }
  return texts;
}

async function sampled(handle: FileHandle, start: number, end: number, samples: number): Promise<readonly string[]> {
  const texts: string[] = [];
  let last: PlacedLine | undefined;
  for (let i = 0; i < samples; i++) {
    const at = start + Math.floor(((end - start) * i) / samples);
    if (last && at < last.end) continue;
    last = await lineFrom(handle, at, end);
    if (!last) break;
    texts.push(last.text);
  }
  return texts;
}

const evenly = <T>(all: readonly T[], samples: number): readonly T[] =>
  Array.from({ length: samples }, (_, i) => all[Math.floor((all.length * i) / samples)] as T);

const parsed = <Row>(texts: readonly string[], from: number, to: number): readonly Row[] =>
  texts.flatMap((text) => rowWithin<Row>(text, from, to) ?? []);

/** Undefined where the line is no row of these iterations. */
function rowWithin<Row>(text: string, from: number, to: number): Row | undefined {
  const row = rowOf(text);
  const iteration = iterationOf(row);
  return iteration !== undefined && iteration >= from && iteration < to ? (row as Row) : undefined;
}

/** Undefined where the line is no row. */
function iterationOf(row: object): number | undefined {
  const { iteration } = row as { iteration?: unknown };
  return typeof iteration === "number" ? iteration : undefined;
}

function rowOf(text: string): object {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}
