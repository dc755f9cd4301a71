/**
 * A parsed data set on disk: `magic, sha256 of what is behind the key, key, header length, header (JSON), arrays`, then how
 * its files were read: `JSON, its sha256, its length`. A file that is short, damaged, of another version or another's under this name is not trusted: it reads as absent and is written
 * anew.
 */
import { createHash } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { openRegular, readRegular } from "../regularFile.ts";
import type { Dataset, Reading } from "./dataset.ts";
import type { UnnamedDataset } from "./loading.ts";
import { writeBeside } from "./writeBeside.ts";

/** Raised with every change of a loader or of this format: the files are then read anew. */
const FORMAT = 7;
/** A cache file's name; those of format 2 and before do not say their format. */
const CACHE_FILE = /^[0-9a-f]{32}(?:\.v(\d{1,9}))?\.lerldata$/;
const MAGIC = Buffer.from("LERLDATA");
const HASH_BYTES = 32;
const KEY_BYTES = 16;
const KEY_START = MAGIC.length + HASH_BYTES;
const HEADER_START = KEY_START + KEY_BYTES + 4;
/** Of a data set that is not kept. */
const NO_KEY = "0".repeat(2 * KEY_BYTES);
const ALIGNMENT = 8;

/** Behind the reading's JSON: its hash and its length. */
const READING_END = HASH_BYTES + 4;

const arrayTypes = { Int32Array, Uint8Array, Float32Array } as const;
type ArrayType = keyof typeof arrayTypes;
type AnyArray = Int32Array | Uint8Array | Float32Array;

/** In the header, an array is replaced by where it lies. */
interface ArrayPlace {
  readonly $array: ArrayType;
  readonly offset: number;
  readonly length: number;
}

/** What a parsed data set is kept under: the options it was read with, and the files' names and content. */
export function cacheKey(
  config: unknown,
  files: readonly { readonly path: string; readonly sha256: string }[],
): string {
  const named = files.map(({ path, sha256 }) => [basename(path), sha256]);
  return createHash("sha256")
    .update(JSON.stringify([FORMAT, config, named]))
    .digest("hex")
    .slice(0, 2 * KEY_BYTES);
}

export function cachePath(folder: string, key: string): string {
  return join(folder, `${key}.v${FORMAT}.lerldata`);
}

/** Names the data set after its content, whatever its key: equal data has one fingerprint on every machine. */
export function serialise(
  { reading, ...data }: UnnamedDataset,
  key = NO_KEY,
): { readonly bytes: Buffer; readonly dataset: Dataset } {
  const arrays: { readonly array: AnyArray; readonly offset: number }[] = [];
  let end = 0;
  const header = Buffer.from(
    JSON.stringify(data, (_, value: unknown) => {
      const type = arrayTypeOf(value);
      if (!type) return value;
      const array = value as AnyArray;
      const place: ArrayPlace = { $array: type, offset: end, length: array.length };
      arrays.push({ array, offset: end });
      end = align(end + array.byteLength);
      return place;
    }),
  );
  const start = align(HEADER_START + header.length);
  const readingJson = Buffer.from(JSON.stringify(reading ?? null));
  const file = Buffer.alloc(start + end + readingJson.length + READING_END);
  const bytes = file.subarray(0, start + end);
  MAGIC.copy(bytes);
  bytes.write(key, KEY_START, "hex");
  bytes.writeUInt32LE(header.length, HEADER_START - 4);
  header.copy(bytes, HEADER_START);
  for (const { array, offset } of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start + offset);
  }
  const digest = contentHash(bytes);
  digest.copy(bytes, MAGIC.length);
  // What says how the files were read is no part of what was read.
  readingJson.copy(file, bytes.length);
  sha256(readingJson).copy(file, bytes.length + readingJson.length);
  file.writeUInt32LE(readingJson.length, file.length - 4);
  return { bytes: file, dataset: { ...data, ...(reading && { reading }), fingerprint: fingerprintOf(digest) } };
}

/** The data set, or nothing when the bytes are not exactly what `serialise` wrote with this key. */
export function deserialise(file: Buffer, key = NO_KEY): Dataset | undefined {
  if (file.length < HEADER_START + READING_END) return undefined;
  const length = file.readUInt32LE(file.length - 4);
  const bytes = file.subarray(0, Math.max(0, file.length - READING_END - length));
  const json = file.subarray(bytes.length, bytes.length + length);
  if (!sha256(json).equals(file.subarray(bytes.length + length, -4))) return undefined;
  const reading = JSON.parse(json.toString("utf8")) as Reading | null;
  if (bytes.length < HEADER_START || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  if (bytes.toString("hex", KEY_START, KEY_START + KEY_BYTES) !== key) return undefined;
  const digest = bytes.subarray(MAGIC.length, KEY_START);
  if (!contentHash(bytes).equals(digest)) return undefined;
  const headerEnd = HEADER_START + bytes.readUInt32LE(HEADER_START - 4);
  const start = align(headerEnd);
  const dataset = JSON.parse(bytes.toString("utf8", HEADER_START, headerEnd), (_, value: unknown) =>
    isPlace(value) ? arrayAt(bytes, start + value.offset, value) : value,
  ) as UnnamedDataset;
  return { ...dataset, ...(reading && { reading }), fingerprint: fingerprintOf(digest) };
}

/** @returns nothing when there is no file that can be read and trusted; writing it anew tells why, should that fail too */
export async function readCache(path: string, key: string): Promise<Dataset | undefined> {
  try {
    return deserialise(await readRegular(path), key);
  } catch {
    return undefined;
  }
}

/** Keeps a parsed data set; what earlier formats left, nothing reads any more. */
export async function writeCache(path: string, bytes: Buffer): Promise<void> {
  await writeBeside(path, bytes);
  const folder = dirname(path);
  for (const name of await readdir(folder)) {
    const found = CACHE_FILE.exec(name);
    if (found && Number(found[1] ?? 0) < FORMAT) await rm(join(folder, name), { force: true });
  }
}

/** Fingerprints of the data sets that are kept, without reading them; those of files that cannot be opened are left out. */
export async function cachedFingerprints(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.filter((name) => CACHE_FILE.test(name)).map((name) => digestIn(join(folder, name)).catch(() => undefined)),
  );
  return found.flatMap((digest) => (digest === undefined ? [] : [fingerprintOf(digest)]));
}

async function digestIn(path: string): Promise<Buffer> {
  const file = await openRegular(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(HASH_BYTES), 0, HASH_BYTES, MAGIC.length);
    return buffer;
  } finally {
    await file.close();
  }
}

const fingerprintOf = (digest: Buffer): string => digest.toString("hex").slice(0, 32);

function contentHash(bytes: Buffer): Buffer {
  return sha256(bytes.subarray(KEY_START + KEY_BYTES));
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function align(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

function arrayTypeOf(value: unknown): ArrayType | undefined {
  if (value instanceof Int32Array) return "Int32Array";
  if (value instanceof Uint8Array) return "Uint8Array";
  if (value instanceof Float32Array) return "Float32Array";
  return undefined;
}

function isPlace(value: unknown): value is ArrayPlace {
  return typeof value === "object" && value !== null && "$array" in value;
}

/** A copy, so that the array is aligned and the file's bytes can be freed. */
function arrayAt(bytes: Buffer, offset: number, { $array, length }: ArrayPlace): AnyArray {
  const type = arrayTypes[$array];
  const end = offset + length * type.BYTES_PER_ELEMENT;
  if (!(offset >= HEADER_START && end <= bytes.length)) throw new RangeError("an array lies outside the file");
  return new type(bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + end) as ArrayBuffer);
}
