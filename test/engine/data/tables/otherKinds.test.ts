import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type Content, load, log, refusal, type Settings } from "../csv/support.ts";

const of = (content: Content, settings?: Settings) => load({ "log.csv": content }, settings);
const text = log.map((row) => `${row}\n`).join("");
const latin1 = (start: string): Buffer => Buffer.concat([Buffer.from(start, "latin1"), Buffer.from("user,item\0\x01")]);

function tar(): Buffer {
  const bytes = Buffer.alloc(1536);
  bytes.write("log.csv");
  bytes.write("ustar", 257);
  bytes.write(text, 512);
  return bytes;
}

describe("a file that is no text", () => {
  const kinds: readonly (readonly [name: string, bytes: Buffer])[] = [
    ["a Parquet file", latin1("PAR1\x15\x04\x15\x10")],
    ["a zip archive", latin1("PK\x03\x04\x14\0")],
    ["an empty zip archive", latin1("PK\x05\x06\0\0")],
    ["xls", latin1("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")],
    ["bzip2", latin1("BZh91AY&SY")],
    ["xz", latin1("\xfd7zXZ\0")],
    ["zstd", latin1("\x28\xb5\x2f\xfd")],
    ["a 7z archive", latin1("7z\xbc\xaf\x27\x1c")],
    ["a rar archive", latin1("Rar!\x1a\x07\0")],
    ["an SQLite database", latin1("SQLite format 3\0")],
    ["an HDF5 file", latin1("\x89HDF\r\n\x1a\n")],
    ["a NumPy array", latin1("\x93NUMPY\x01\0")],
    ["a Python pickle", latin1("\x80\x04\x95")],
    ["a PDF document", latin1("%PDF-1.7\n")],
    ["a tar archive", tar()],
    ["it is binary", latin1("\0\x01\x02\x03\xff")],
  ];

  it.each(kinds)("is called what it is: %s", async (name, bytes) => {
    for (const content of [bytes, gzipSync(bytes)]) {
      expect(await refusal(of(content), "data.not-a-text", "log.csv: not a text file", name)).not.toContain("user");
    }
    await refusal(load({ "log.csv": log, "items.csv": bytes }), "data.not-a-text", "items.csv", name);
  });

  it("is told what to set where it is UTF-16 without a mark", async () => {
    const bytes = Buffer.from(text, "utf16le");
    for (const [content, encoding] of [
      [bytes, "utf-16le"],
      [Buffer.from(bytes).swap16(), "utf-16be"],
    ] as const) {
      await refusal(of(content), "data.not-a-text", "UTF-16 without a byte order mark", `encoding to "${encoding}"`);
      expect((await of(content, { interactions: { format: { encoding } } })).users).toBe(2);
    }
  });
});

describe("a compressed file", () => {
  // Ids that compress badly, so that the file is long enough to be cut anywhere.
  const ids = Array.from({ length: 20_000 }, (_, i) => createHash("sha256").update(`${i}`).digest("hex"));
  const whole = gzipSync(`user,item,is_click\n${ids.map((id, i) => `${id},x,${i % 2}\n`).join("")}`);

  it("that is cut off is said to be", async () => {
    expect((await of(whole)).users).toBe(20_000);
    for (const length of [whole.length - 1, whole.length - 8, whole.length >> 1, 1000, 12, 2]) {
      await refusal(of(whole.subarray(0, length)), "data.gzip", "log.csv: the gzip file ends too early", "again");
    }
  });

  it("that is damaged is said to be", async () => {
    for (const place of [whole.length - 6, whole.length - 40]) {
      const damaged = Buffer.from(whole);
      damaged[place] = (damaged[place] as number) ^ 0xff;
      await refusal(of(damaged), "data.gzip", "log.csv: the gzip file is damaged", "Download it again");
    }
  });
});

describe("JSON that is no JSON lines", () => {
  const row = '{"user":"a","item":"x","is_click":1}';

  it("is refused with its line and what to write instead", async () => {
    await refusal(of(`[${row}]`), "data.json", "log.csv: one JSON array", "one object per line");
    await refusal(of(` [\n  ${row}\n]`), "data.json", "one JSON array");
    await refusal(of([row, "", '{"user":"secret"']), "data.json", "log.csv:3: not JSON");
    await refusal(of([row, "7"]), "data.json", "log.csv:2: no JSON object");
    await refusal(of([row, "[]"]), "data.json", "log.csv:2: no JSON object");
    await refusal(of(JSON.stringify({ rows: [] }, null, 2)), "data.json", "log.csv:1: not JSON");
  });

  it("is refused where it lacks a column in every line", async () => {
    const rows = ['{"user":"a","item":"x"}', '{"user":"b","item":"y"}'];
    await refusal(of(rows), "data.column-missing", 'log.csv:1: no key "is_click"');
  });

  it("is refused where a line is too long to be one", async () => {
    await refusal(of(`${row}\n{"user":"${"a".repeat(5 << 20)}`), "data.json", "log.csv:2: the line is too long");
  });

  it("has its bad cells named by line", async () => {
    await refusal(of([row, "", row.replace("1", "7")]), "data.bad-value", 'log.csv:3: column "is_click" holds "7"');
  });
});

describe("a file of quite another kind", () => {
  const byPlace = { user: 1, item: 2, feedback: [3], format: { header: false } };
  const secrets = [
    "root:$y$j9T$secret:19000:0:99999:7:::\nuser:$y$j9T$secret:19000:0:99999:7:::\n",
    "-----BEGIN PRIVATE KEY-----\nMIIsecret\nsecret\n-----END PRIVATE KEY-----\n",
    "[default]\nuser = secret\nitem = secret\n",
    '{"token": "secret"}\n',
    '{\n  "token": "secret"\n}\n',
    'token "secret" never\n"secret\n',
    "secret\n",
  ];

  it.each(secrets)("is refused without a word of it: %j", async (content) => {
    for (const settings of [{}, { interactions: byPlace }, { interactions: { ...byPlace, user: 2, item: 1 } }]) {
      const error = await of(content, settings).then(
        () => "",
        (thrown: Error) => thrown.message,
      );
      expect(error).toContain("log.csv");
      expect(error).not.toContain("secret");
    }
  });
});

describe("a file that stands for another", () => {
  it.each([
    ["version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 12\n", "a pointer of Git LFS. Run git lfs pull"],
    ["<!DOCTYPE html>\n<html><body>Log in</body></html>\n", "a web page. Download it again"],
  ])("is called what it is", async (content, words) => {
    await refusal(of(content), "data.not-a-text", "log.csv", words);
  });
});
