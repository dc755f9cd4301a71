// The files in a zip archive, by its central directory.
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;

/** Every file of the archive: { name, size, text } with the size in bytes once unpacked, and its text when asked. */
export function zipEntries(path) {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(Buffer.from(Uint32Array.of(endSignature).buffer));
  if (end < 0) throw new Error(`${path} is no zip archive.`);
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  return Array.from({ length: count }, () => {
    if (bytes.readUInt32LE(at) !== entrySignature) throw new Error(`${path}: its directory is damaged at ${at}.`);
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const [stored, local] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 42)];
    const deflated = bytes.readUInt16LE(at + 10) !== 0;
    const entry = {
      name: bytes.toString("utf8", at + 46, at + 46 + name),
      size: bytes.readUInt32LE(at + 24),
      text: () => {
        const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
        const content = bytes.subarray(start, start + stored);
        return (deflated ? inflateRawSync(content) : content).toString("utf8");
      },
    };
    at += 46 + name + extra + comment;
    return entry;
  });
}
