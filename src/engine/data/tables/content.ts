/** A file's bytes as text: decompressed, decoded and checked on the way. A file that is no text is named for what it is. */
import { isUtf8 } from "node:buffer";
import type { ReadStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { Transform, type TransformCallback } from "node:stream";
import { constants, createGunzip } from "node:zlib";
import type { TableFormat } from "../../../protocol/experiment/tables.ts";
import { InputError } from "../../errors.ts";
import { openRegular } from "../../regularFile.ts";

const READ_CHUNK = 1 << 18;
/** How much of a file's start its layout is judged by. */
const HEAD_BYTES = 1 << 20;

export interface Content {
  /** The start of the text, without a byte order mark. */
  readonly head: string;
  /** Its character set; whether the head is in it. */
  readonly charset: string;
  readonly isSound: boolean;
  /** Whether the head is all of the text. */
  readonly isWhole: boolean;
  /** Streams that give the whole text as UTF-8, to be put into a pipeline. @param skip bytes of UTF-8 at its start */
  streams(skip: number): readonly (NodeJS.ReadableStream | NodeJS.ReadWriteStream)[];
  /** Bytes of the file that were read so far. */
  bytesRead(): number;
  close(): Promise<void>;
}

/** Bytes that are not in the character set they were taken for. */
export class BadEncoding extends Error {
  constructor(readonly charset: string) {
    super();
  }
}

/**
 * @param encoding of the format
 * @throws InputError `data.not-a-text`, `data.gzip`; errors of the system pass unchanged
 */
export async function openContent(file: string, encoding: TableFormat["encoding"]): Promise<Content> {
  const handle = await openRegular(file);
  try {
    const start = await startOf(handle);
    const isGzip = start.bytes.readUInt16BE(0) === 0x1f8b;
    const raw = start.bytes.subarray(0, start.length);
    const bytes = isGzip ? await inflated(raw, start.isWhole, file) : raw;
    refuseOtherKinds(bytes, file);
    const charset = charsetOf(bytes, encoding);
    const { head, isSound } = decoded(bytes.subarray(0, HEAD_BYTES), charset);
    if (head.slice(0, 4096).includes("\0")) throw noText(file, nulReason(bytes));
    let source: ReadStream | undefined;
    return {
      head,
      charset,
      isSound,
      isWhole: start.isWhole && bytes.length < HEAD_BYTES,
      streams: (skip) => {
        source = handle.createReadStream({ start: 0, highWaterMark: READ_CHUNK });
        return [source, ...(isGzip ? [createGunzip()] : []), new Decoder(charset, skip)];
      },
      bytesRead: () => source?.bytesRead ?? 0,
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A character may be cut off at the end. */
function decoded(bytes: Buffer, charset: string) {
  try {
    return { head: new TextDecoder(charset, { fatal: true }).decode(bytes, { stream: true }), isSound: true };
  } catch {
    return { head: new TextDecoder(charset).decode(bytes), isSound: false };
  }
}

async function startOf(handle: FileHandle) {
  const bytes = Buffer.alloc(HEAD_BYTES);
  let length = 0;
  while (length < HEAD_BYTES) {
    const { bytesRead } = await handle.read(bytes, length, HEAD_BYTES - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return { bytes, length, isWhole: length < HEAD_BYTES };
}

/** The start of what a gzip file holds, however much that is. */
async function inflated(start: Buffer, isWhole: boolean, file: string): Promise<Buffer> {
  const gunzip = createGunzip(isWhole ? {} : { finishFlush: constants.Z_SYNC_FLUSH });
  const parts: Buffer[] = [];
  let length = 0;
  gunzip.end(start);
  try {
    for await (const part of gunzip as AsyncIterable<Buffer>) {
      parts.push(part);
      length += part.length;
      if (length >= HEAD_BYTES) break;
    }
  } catch (error) {
    throw badGzip(file, error as NodeJS.ErrnoException);
  }
  return Buffer.concat(parts);
}

export function badGzip(file: string, error: NodeJS.ErrnoException): InputError {
  const what = error.code === "Z_BUF_ERROR" ? "ends too early, so it is cut off" : `is damaged (${error.message})`;
  return new InputError("data.gzip", `${file}: the gzip file ${what}. Download it again.`, { cause: error });
}

/** Files of this field that are no text, by the bytes they begin with (latin1). */
const otherKinds: readonly (readonly [start: string, name: string, remedy: string])[] = [
  ["PAR1", "a Parquet file", "Write it as CSV (pandas: read_parquet(...).to_csv(...))."],
  ["PK\x03\x04", "a zip archive or an Excel workbook", "Unpack it, or save the sheet as CSV."],
  ["PK\x05\x06", "an empty zip archive", "Name the file that was in it."],
  ["\xd0\xcf\x11\xe0", "an Excel workbook (xls)", "Save the sheet as CSV."],
  ["BZh", "compressed with bzip2", "Unpack it, or compress it with gzip."],
  ["\xfd7zXZ\0", "compressed with xz", "Unpack it, or compress it with gzip."],
  ["\x28\xb5\x2f\xfd", "compressed with zstd", "Unpack it, or compress it with gzip."],
  ["\x04\x22\x4d\x18", "compressed with lz4", "Unpack it, or compress it with gzip."],
  ["7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it."],
  ["Rar!", "a rar archive", "Unpack it."],
  ["ORC", "an ORC file", "Write it as CSV."],
  ["Obj\x01", "an Avro file", "Write it as CSV or JSON lines."],
  ["ARROW1", "an Arrow file", "Write it as CSV."],
  ["FEA1", "a Feather file", "Write it as CSV."],
  ["\x89HDF", "an HDF5 file", "Write it as CSV."],
  ["\x93NUMPY", "a NumPy array", "Write it as CSV."],
  ["SQLite format 3\0", "an SQLite database", "Export the table as CSV."],
  ["%PDF", "a PDF document", "Name a table's file."],
];

/** @throws InputError `data.not-a-text` */
function refuseOtherKinds(bytes: Buffer, file: string): void {
  const start = bytes.toString("latin1", 0, 16);
  const text = bytes.toString("latin1", 0, 64);
  if (text.startsWith("version https://git-lfs")) throw notItself(file, "a pointer of Git LFS. Run git lfs pull.");
  if (/^\s*<(!doctype html|html)/i.test(text)) throw notItself(file, "a web page. Download it again.");
  if (!isBinary(bytes)) return;
  for (const [mark, name, remedy] of otherKinds) {
    if (start.startsWith(mark)) throw noText(file, `it is ${name}. ${remedy}`);
  }
  if (bytes[0] === 0x80 && (bytes[1] ?? 0) >= 2 && (bytes[1] ?? 0) <= 5)
    throw noText(file, "it is a Python pickle. Write it as CSV.");
  if (bytes.toString("latin1", 257, 262) === "ustar") throw noText(file, "it is a tar archive. Unpack it.");
}

/** Whether there are control characters that no text has. */
const isBinary = (bytes: Buffer): boolean =>
  bytes.subarray(0, 1 << 12).some((byte) => byte < 9 || (byte > 13 && byte < 27) || byte === 0x7f);

function nulReason(bytes: Buffer): string {
  const at = (offset: 0 | 1): number => {
    let zeros = 0;
    for (let i = offset; i < Math.min(bytes.length, 4096); i += 2) if (bytes[i] === 0) zeros++;
    return zeros / (Math.min(bytes.length, 4096) / 2);
  };
  if (at(1) > 0.7 && at(0) < 0.3)
    return 'it looks like UTF-16 without a byte order mark. Set the format\'s encoding to "utf-16le".';
  if (at(0) > 0.7 && at(1) < 0.3)
    return 'it looks like UTF-16 without a byte order mark. Set the format\'s encoding to "utf-16be".';
  return "it is binary. Name a file of text: CSV, another delimited table or JSON lines.";
}

const notItself = (file: string, what: string): InputError =>
  new InputError("data.not-a-text", `${file}: not the data: it is ${what}`);

const noText = (file: string, what: string): InputError =>
  new InputError("data.not-a-text", `${file}: not a text file: ${what}`);

function charsetOf(bytes: Buffer, encoding: TableFormat["encoding"]): string {
  const mark = bytes.toString("latin1", 0, 3);
  if (mark.startsWith("\xff\xfe")) return "utf-16le";
  if (mark.startsWith("\xfe\xff")) return "utf-16be";
  return encoding === "auto" || mark === "\xef\xbb\xbf" ? "utf-8" : encoding;
}

/** Passes on UTF-8, checked; what is written in another character set comes out in UTF-8. */
class Decoder extends Transform {
  private readonly decoder: InstanceType<typeof TextDecoder> | undefined;
  /** The start of a character whose rest is in the next chunk. */
  private rest: Buffer = Buffer.alloc(0);
  private isFirst = true;

  constructor(
    private readonly charset: string,
    private skip: number,
  ) {
    super({ readableHighWaterMark: READ_CHUNK });
    this.decoder = charset === "utf-8" ? undefined : new TextDecoder(charset, { fatal: true });
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.convert(chunk, false, done);
  }

  override _flush(done: TransformCallback): void {
    this.convert(Buffer.alloc(0), true, done);
  }

  private convert(chunk: Buffer, isLast: boolean, done: TransformCallback): void {
    let text: Buffer;
    try {
      text = this.decoder ? Buffer.from(this.decoder.decode(chunk, { stream: !isLast })) : this.checked(chunk, isLast);
    } catch {
      done(new BadEncoding(this.charset));
      return;
    }
    if (this.isFirst && text.length > 0) {
      this.isFirst = false;
      if (!this.decoder && text.toString("latin1", 0, 3) === "\xef\xbb\xbf") text = text.subarray(3);
    }
    const skipped = Math.min(this.skip, text.length);
    this.skip -= skipped;
    done(null, text.subarray(skipped));
  }

  private checked(chunk: Buffer, isLast: boolean): Buffer {
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const end = isLast ? bytes.length : bytes.length - unfinished(bytes);
    const whole = bytes.subarray(0, end);
    if (!isUtf8(whole)) throw new BadEncoding(this.charset);
    this.rest = bytes.subarray(end);
    return whole;
  }
}

/** How many bytes at the end begin a character of UTF-8 without ending it. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/**
 * The line of the first byte that is no UTF-8. Reads the file again, so that a good file pays nothing for it.
 * @param end the byte that ends a line
 */
export async function lineOfBadByte(file: string, end: number): Promise<number | undefined> {
  const handle = await openRegular(file);
  const { bytes } = await startOf(handle);
  const source = handle.createReadStream({ start: 0, highWaterMark: READ_CHUNK });
  const gunzip = bytes.readUInt16BE(0) === 0x1f8b ? createGunzip() : undefined;
  if (gunzip) {
    source.on("error", (error) => gunzip.destroy(error));
    source.pipe(gunzip);
  }
  try {
    return await badLineIn(gunzip ?? source, end);
  } finally {
    source.destroy();
    await handle.close();
  }
}

async function badLineIn(stream: AsyncIterable<Buffer>, end: number): Promise<number | undefined> {
  let line = 1;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    const bytes = Buffer.concat([rest, chunk]);
    const lastEnd = bytes.lastIndexOf(end) + 1;
    rest = bytes.subarray(lastEnd);
    if (isUtf8(bytes.subarray(0, lastEnd))) {
      for (let at = bytes.indexOf(end); at >= 0; at = bytes.indexOf(end, at + 1)) line++;
      continue;
    }
    for (let from = 0; ; line++) {
      const next = bytes.indexOf(end, from) + 1;
      if (!isUtf8(bytes.subarray(from, next))) return line;
      from = next;
    }
  }
  return isUtf8(rest) ? undefined : line;
}
