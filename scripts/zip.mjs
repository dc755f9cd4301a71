// The names and sizes of the files in a zip archive, read from its central directory.
import { readFileSync } from "node:fs";

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;

/** Every file of the archive: { name, size } with the size in bytes once unpacked. */
export function zipEntries(path) {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(Buffer.from(Uint32Array.of(endSignature).buffer));
  if (end < 0) throw new Error(`${path} is no zip archive.`);
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  return Array.from({ length: count }, () => {
    if (bytes.readUInt32LE(at) !== entrySignature) throw new Error(`${path}: its directory is damaged at ${at}.`);
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const entry = { name: bytes.toString("utf8", at + 46, at + 46 + name), size: bytes.readUInt32LE(at + 24) };
    at += 46 + name + extra + comment;
    return entry;
  });
}
