import { appendFile, rename, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { RowReader } from "../../../src/engine/store/rowReader.ts";
import { temporaryFolder } from "./support.ts";

const folder = await temporaryFolder();
let files = 0;
const newFile = () => join(folder, `rows${files++}.jsonl`);

it("reads what is new since the last call, and leaves a line that is being written for later", async () => {
  const [file, reader] = [newFile(), new RowReader()];
  expect(await reader.newest(file, 0, 9)).toEqual({ rows: [], end: 0 });
  await writeFile(file, '1\n"é"\n3');
  expect(await reader.newest(file, 0, 9)).toEqual({ rows: [1, "é"], end: 2 });
  expect(await reader.newest(file, 2, 9)).toEqual({ rows: [], end: 2 });
  await appendFile(file, "3\n4\n");
  expect(await reader.newest(file, 2, 9)).toEqual({ rows: [33, 4], end: 4 });
  expect(await reader.newest(file, 1, 9)).toEqual({ rows: ["é", 33, 4], end: 4 });
  expect(await reader.newest(file, 1, 2)).toEqual({ rows: [33, 4], end: 4 });
  expect(await reader.newest(file, 9, 9)).toEqual({ rows: [], end: 4 });
  expect(await reader.newest(file, 0, 0)).toEqual({ rows: [], end: 4 });
});

it("reads nothing before the rows that are asked for", async () => {
  const [file, reader] = [newFile(), new RowReader()];
  await writeFile(file, "1\n2\n3\n");
  await reader.newest(file, 0, 9);
  // Of one length with what was there: who read the file from its start would stumble.
  await writeFile(file, "?\n?\n3\n4\n", { flag: "r+" });
  const whole = new RowReader().newest(file, 0, 9);
  await expect(whole).rejects.toMatchObject({
    code: "store.broken-line",
    message: expect.stringContaining(".jsonl:1:"),
  });
  expect(await reader.newest(file, 3, 9)).toEqual({ rows: [4], end: 4 });
  expect(await new RowReader().newest(file, 0, 2)).toEqual({ rows: [3, 4], end: 4 });
});

it("counts from a place that is known, where a line ends there, and from the start where none does", async () => {
  const file = newFile();
  await writeFile(file, "1\n2\n3\n4\n");
  const end = async (rows: number, bytes: number) => (await new RowReader().newest(file, 0, 1, { rows, bytes })).end;
  expect(await end(2, 4)).toBe(4);
  expect(await end(1002, 4)).toBe(1004);
  for (const bytes of [0, 3, 9, 10_000]) expect(await end(1002, bytes)).toBe(4);
});

it("begins anew where the file was cut back and has grown again, or is another", async () => {
  const [file, reader] = [newFile(), new RowReader()];
  await writeFile(file, "10\n11\n12\n");
  expect((await reader.newest(file, 0, 9)).end).toBe(3);
  await truncate(file, 3);
  await appendFile(file, "1\n2\n33\n44\n");
  expect(await reader.newest(file, 3, 9)).toEqual({ rows: [33, 44], end: 5 });
  const other = newFile();
  await writeFile(other, "7\n8\n9\n44\n5\n6\n");
  await rename(other, file);
  expect(await reader.newest(file, 5, 9)).toEqual({ rows: [6], end: 6 });
});

it("takes lines apart wherever the parts of the file that are read at once end", async () => {
  const [file, reader] = [newFile(), new RowReader()];
  const rows = Array.from({ length: 60 }, (_, i) => `${i} ${"é".repeat((i * 7919) % 30_000)}`);
  await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  expect(await reader.newest(file, 0, 60)).toEqual({ rows, end: 60 });
  expect(await new RowReader().newest(file, 0, 7)).toEqual({ rows: rows.slice(-7), end: 60 });
});
