/** Rows of a file by the iteration they carry, which grows with the file: found by halving it, not by reading it. */
import type { FileHandle } from "node:fs/promises";
import { openIfPresent } from "./jsonLines.ts";
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
/** Below so many bytes, reading on is quicker than halving. */
const NEAR_BYTES = 1 << 14;

/**
 * Rows with `from` <= iteration < `to`. Lines that are no rows are left out.
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

/** The byte offset of the first row whose iteration is not below one; the file's end where there is none. */
async function firstAt(handle: FileHandle, size: number, iteration: number): Promise<number> {
  let low = 0;
  let high = size;
  while (high - low > NEAR_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const line = await lineFrom(handle, middle, size);
    if (!line || line.start >= high || !(iterationOf(line.text) < iteration)) high = middle;
    else low = line.end;
  }
  for (let at = low; ; ) {
    const line = await lineFrom(handle, at, size);
    if (!line) return size;
    if (iterationOf(line.text) >= iteration) return line.start;
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

const evenly = (texts: readonly string[], samples: number): readonly string[] =>
  Array.from({ length: samples }, (_, i) => texts[Math.floor((texts.length * i) / samples)] as string);

function parsed<Row>(texts: readonly string[], from: number, to: number): readonly Row[] {
  return texts.flatMap((text) => {
    const row = rowOf(text);
    const { iteration } = row as { iteration?: unknown };
    return typeof iteration === "number" && iteration >= from && iteration < to ? [row as Row] : [];
  });
}

/** NaN where the line is no row: it is passed over. */
function iterationOf(text: string): number {
  const { iteration } = rowOf(text) as { iteration?: unknown };
  return typeof iteration === "number" ? iteration : Number.NaN;
}

function rowOf(text: string): object {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}
