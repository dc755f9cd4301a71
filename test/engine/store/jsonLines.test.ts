import { spawnSync } from "node:child_process";
import { appendFile, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  cutBehind,
  endOfLines,
  endOfRows,
  JsonLinesWriter,
  lastJsonLine,
  readJsonLines,
} from "../../../src/engine/store/jsonLines.ts";
import { LineCutter } from "../../../src/engine/store/lines.ts";
import { bundleProgram, temporaryFolder } from "./support.ts";

interface Row {
  readonly iteration: number;
  readonly text?: string;
}

let root: string;
let file: string;
let count = 0;
beforeAll(async () => {
  root = await temporaryFolder();
});
beforeEach(() => {
  file = join(root, `rows-${count++}.jsonl`);
});

async function write(rows: readonly Row[]): Promise<void> {
  const writer = JsonLinesWriter.open<Row>(file);
  for (const row of rows) writer.append(row);
  await writer.close();
}

const upTo = (n: number): Row[] => Array.from({ length: n }, (_, i) => ({ iteration: i + 1 }));

describe("writing and reading", () => {
  it("takes no row once it is closed", async () => {
    const file = join(root, "closed.jsonl");
    const writer = JsonLinesWriter.open<object>(file);
    writer.append({ iteration: 1 });
    await writer.close();
    expect(() => writer.append({ iteration: 2 })).toThrow("closed.jsonl is closed");
    expect(await readJsonLines(file)).toEqual([{ iteration: 1 }]);
  });

  it("gives back any rows, however long and in whatever script", async () => {
    const rows = fc.array(fc.record({ iteration: fc.integer(), text: fc.string({ unit: "binary", maxLength: 50 }) }));
    await fc.assert(
      fc.asyncProperty(rows, async (written) => {
        file = join(root, `rows-${count++}.jsonl`);
        await write(written);
        expect(await readJsonLines(file)).toEqual(written);
      }),
      { numRuns: 50 },
    );
  });

  it("reads lines longer than a chunk, and characters that lie across two", async () => {
    const rows = [
      { iteration: 1, text: "é".repeat(300_000) },
      { iteration: 2, text: `x${"推".repeat(200_000)}` },
    ];
    await write(rows);
    expect(await readJsonLines(file)).toEqual(rows);
  });

  it("holds rows back until flush, then shows them to other readers", async () => {
    const writer = JsonLinesWriter.open<Row>(file);
    writer.append({ iteration: 1 });
    expect(await readJsonLines(file)).toEqual([]);
    writer.flush();
    expect(await readJsonLines(file)).toEqual([{ iteration: 1 }]);
    writer.append({ iteration: 2 });
    await writer.close();
    expect(await readJsonLines(file)).toEqual(upTo(2));
  });

  it("flushes by itself before the buffer grows large", async () => {
    const writer = JsonLinesWriter.open<Row>(file);
    for (let i = 0; i < 100; i++) writer.append({ iteration: i, text: "x".repeat(1000) });
    expect((await stat(file)).size).toBeGreaterThan(60_000);
    await writer.close();
  });

  it("refuses numbers JSON cannot hold", async () => {
    const writer = JsonLinesWriter.open<Row>(file);
    expect(() => writer.append({ iteration: Number.NaN })).toThrow('"iteration" is NaN');
    writer.append({ iteration: 1, text: "null" });
    await writer.close();
    expect(await readJsonLines(file)).toEqual([{ iteration: 1, text: "null" }]);
  });

  it("reads no rows where there is no file", async () => {
    expect(await readJsonLines(file)).toEqual([]);
  });

  it("says which folder cannot be written", () => {
    expect(() => JsonLinesWriter.open(join(root, "nowhere", "rows.jsonl"))).toThrow(
      expect.objectContaining({ name: "InputError", code: "store.unwritable" }),
    );
  });
});

describe("torn and broken lines", () => {
  it("leaves out a torn last line wherever the tear is, and cuts it off before appending", async () => {
    const whole = '{"iteration":1}\n{"iteration":2,"text":"é推"}\n';
    const bytes = Buffer.from(whole);
    for (let length = 0; length <= bytes.length; length++) {
      await writeFile(file, bytes.subarray(0, length));
      const expected =
        length < 16
          ? []
          : length < bytes.length
            ? [{ iteration: 1 }]
            : JSON.parse(`[${whole.trim().replace("\n", ",")}]`);
      expect(await readJsonLines(file)).toEqual(expected);
      await write([{ iteration: 9 }]);
      expect(await readJsonLines(file)).toEqual([...expected, { iteration: 9 }]);
    }
  });

  it("cuts off a torn line longer than a chunk", async () => {
    await write(upTo(3));
    await appendFile(file, `{"iteration":4,"text":"${"x".repeat(700_000)}`);
    await write([{ iteration: 5 }]);
    expect(await readJsonLines(file)).toEqual([...upTo(3), { iteration: 5 }]);
  });

  it("reports a broken line in the middle with file and line", async () => {
    await writeFile(file, '{"iteration":1}\n{"iter\n{"iteration":3}\n');
    await expect(readJsonLines(file)).rejects.toMatchObject({
      name: "InputError",
      code: "store.broken-line",
      message: expect.stringContaining(`${file}:2: `),
    });
  });
});

/** Cuts a file back to the rows that fit; how many stay. */
async function cutBack(file: string, fits: (row: Row) => boolean): Promise<number> {
  const end = await endOfRows<Row>(file, fits);
  await cutBehind(file, end);
  return end.rows;
}

describe("where rows end", () => {
  it("is told by the writer and by the file alike, of the rows that the system has", async () => {
    await write(upTo(3));
    const before = await endOfLines(file);
    expect(before).toEqual({ rows: 3, bytes: (await stat(file)).size });
    const writer = JsonLinesWriter.open<Row>(file, undefined, before.rows);
    writer.append({ iteration: 4 });
    expect(writer.end).toEqual(before);
    writer.flush();
    expect(writer.end).toEqual({ rows: 4, bytes: (await stat(file)).size });
    await writer.close();
    await appendFile(file, '{"itera');
    expect(await endOfLines(file)).toEqual(writer.end);
    expect(await endOfLines(join(root, "none.jsonl"))).toEqual({ rows: 0, bytes: 0 });
  });

  it("is the same counted from any row on, and the first rows end where a file of them alone does", async () => {
    await write(upTo(4));
    const whole = await endOfLines(file);
    await appendFile(file, '{"itera');
    for (let rows = 0; rows <= 4; rows++) {
      const end = await endOfLines(file, { most: rows });
      const text = upTo(rows).map((row) => `${JSON.stringify(row)}\n`);
      expect(end).toEqual({ rows, bytes: text.join("").length });
      expect(await endOfLines(file, { behind: end })).toEqual(whole);
    }
    expect(await endOfLines(file, { most: 9 })).toEqual(whole);
  });
});

describe("cutting back to a checkpoint", () => {
  it("makes a resumed file byte-identical to an uninterrupted one", async () => {
    await write(upTo(10));
    const uninterrupted = await readFile(file);
    await appendFile(file, '{"iteration":11}\n{"itera');
    expect(await cutBack(file, (row) => row.iteration <= 6)).toBe(6);
    await write(upTo(10).slice(6));
    expect((await readFile(file)).equals(uninterrupted)).toBe(true);
  });

  it("keeps everything, nothing, or a file that is not there", async () => {
    await write(upTo(3));
    expect(await cutBack(file, () => true)).toBe(3);
    expect(await cutBack(file, () => false)).toBe(0);
    expect((await stat(file)).size).toBe(0);
    expect(await cutBack(join(root, "none.jsonl"), () => true)).toBe(0);
  });

  it("drops damage after the last covered row, and reports damage before it", async () => {
    await writeFile(file, '{"iteration":1}\n\0\0\n{"iteration":3}\n');
    expect(await cutBack(file, (row) => row.iteration <= 1)).toBe(1);
    expect(await readJsonLines(file)).toEqual(upTo(1));
    await writeFile(file, '{"iteration":1}\n\0\0\n{"iteration":3}\n');
    await expect(cutBack(file, (row) => row.iteration <= 3)).rejects.toMatchObject({
      message: expect.stringContaining(`${file}:2: `),
    });
  });
});

/** A file system of 64 KB in a mount namespace of its own, where the system lets us make one. */
const smallDisk = (folder: string, ...command: readonly string[]) =>
  spawnSync("unshare", ["-rm", "sh", "-c", 'mount -t tmpfs -o size=64k none "$0" && exec "$@"', folder, ...command], {
    encoding: "utf8",
  });

describe("on a full disk", () => {
  it("ends with a whole line, keeps the rows that found no space, and writes them later", async ({ skip }) => {
    if (smallDisk(root, "true").status !== 0) skip("needs the right to mount a small file system");
    const program = await bundleProgram(
      root,
      `import { readFileSync, rmSync, writeFileSync } from "node:fs";
       import { JsonLinesWriter } from "@store/jsonLines.ts";
       const folder = process.argv[2] ?? "";
       const file = folder + "/rows.jsonl";
       const writer = JsonLinesWriter.open<object>(file);
       writer.append({ iteration: 1 });
       writer.flush();
       writeFileSync(folder + "/ballast", "x".repeat(50_000));
       writer.append({ iteration: 2, text: "x".repeat(30_000) });
       let code = "";
       try { writer.flush(); } catch (error) { code = (error as { code: string }).code; }
       const meanwhile = readFileSync(file, "utf8");
       rmSync(folder + "/ballast");
       writer.flush();
       const lengths = readFileSync(file, "utf8").split("\\n").map((line) => line.length);
       console.log(JSON.stringify({ code, meanwhile, lengths }));`,
    );
    const disk = join(root, "disk");
    await mkdir(disk);
    expect(JSON.parse(smallDisk(disk, process.execPath, program, disk).stdout)).toEqual({
      code: "store.disk-full",
      meanwhile: '{"iteration":1}\n',
      lengths: [15, 30_025, 0],
    });
  });
});

describe("the last row", () => {
  it("is read without those before, and left out while it is being written", async () => {
    const file = join(root, "last.jsonl");
    expect(await lastJsonLine(file)).toBeUndefined();
    await writeFile(file, "not JSON\n1\n2");
    expect(await lastJsonLine(file)).toBe(1);
    await writeFile(file, "");
    expect(await lastJsonLine(file)).toBeUndefined();
  });
});

describe("a line that no memory holds", () => {
  it("is given cut, which is no JSON, and the lines after it as they are", () => {
    const cutter = new LineCutter(undefined, 10);
    const bytes = Buffer.from(`"${"x".repeat(50)}"\n"short"\n"${"y".repeat(50)}`);
    const lines = [...cutter.take(bytes.subarray(0, 20)), ...cutter.take(bytes.subarray(20))];
    expect(lines).toEqual([
      { text: `"${"x".repeat(9)}`, number: 1, end: 53 },
      { text: '"short"', number: 2, end: 61 },
    ]);
  });
});
