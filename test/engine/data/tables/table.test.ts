import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import type { LoadProgress } from "../../../../src/engine/data/loading.ts";
import { readTable } from "../../../../src/engine/data/tables/table.ts";
import { expectInputError, folderOf } from "../files.ts";

/** A table of `rows` rows, about 30 bytes each. */
async function largeTable(rows: number): Promise<string> {
  const file = join(await folderOf({}), "large.csv");
  const stream = createWriteStream(file);
  stream.write("id,value,note\n");
  for (let row = 0; row < rows; row++) stream.write(`${row},${row % 7},some text of a row\n`);
  stream.end();
  await finished(stream);
  return file;
}

describe("readTable", () => {
  it("reads the named columns whatever their order, and reports bytes up to the file's size", async () => {
    const file = await largeTable(50_000);
    const reports: LoadProgress[] = [];
    let sum = 0;
    await readTable(file, ["value", "id"], (row) => (sum += row.integer(0) * row.integer(1)), {
      onProgress: (progress) => reports.push(progress),
    });
    let expected = 0;
    for (let row = 0; row < 50_000; row++) expected += row * (row % 7);
    expect(sum).toBe(expected);
    expect(reports.length).toBeGreaterThan(3);
    expect(reports.every((report, i) => i === 0 || report.bytesRead >= (reports[i - 1]?.bytesRead ?? 0))).toBe(true);
    expect(reports.at(-1)).toMatchObject({ file, bytesRead: reports[0]?.bytes });
  });

  it("stops with the signal's reason when aborted on the way", async () => {
    const file = await largeTable(50_000);
    const controller = new AbortController();
    const reason = new Error("no longer wanted");
    let rows = 0;
    const reading = readTable(
      file,
      ["id"],
      () => {
        if (++rows === 10_000) controller.abort(reason);
      },
      { signal: controller.signal },
    );
    await expect(reading).rejects.toBe(reason);
    expect(rows).toBeLessThan(50_000);
  });

  it("holds a bounded part of a file whose quote never closes", async () => {
    const rows = Array.from({ length: 100_000 }, (_, row) => `${row},some text of a row`);
    const file = join(await folderOf({ "quote.csv": ["id,note", "0,fine", '1,"open', ...rows] }), "quote.csv");
    await expectInputError(
      readTable(file, ["id"], () => undefined, {}),
      "quote.csv:3: a quoted field that opens in this row never closes",
    );
  });

  it("passes on what the reader of a row throws", async () => {
    const file = await largeTable(10);
    const failing = readTable(
      file,
      ["id"],
      () => {
        throw new RangeError("a defect, not bad input");
      },
      {},
    );
    await expect(failing).rejects.toBeInstanceOf(RangeError);
  });
});
