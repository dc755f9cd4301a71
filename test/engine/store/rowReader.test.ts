import { appendFile, rename, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { RowReader } from "../../../src/engine/store/rowReader.ts";
import { temporaryFolder } from "./support.ts";

const folder = await temporaryFolder();
let files = 0;
const newFile = () => join(folder, `rows${files++}.jsonl`);

it("reads on where the last call ended, and leaves a line that is being written for later", async () => {
  const [file, reader] = [newFile(), new RowReader()];
  expect(await reader.rowsAfter(file, 0)).toEqual([]);
  await writeFile(file, '1\n"é"\n3');
  expect(await reader.rowsAfter(file, 0)).toEqual([1, "é"]);
  expect(await reader.rowsAfter(file, 2)).toEqual([]);
  await appendFile(file, "3\n4\n");
  expect(await reader.rowsAfter(file, 2)).toEqual([33, 4]);
  expect(await reader.rowsAfter(file, 1)).toEqual(["é", 33, 4]);
  expect(await reader.rowsAfter(file, 9)).toEqual([]);
});

it("does not read again what lies before the row asked for", async () => {
  const [file, reader] = [newFile(), new RowReader()];
  await writeFile(file, "1\n2\n3\n");
  await reader.rowsAfter(file, 0);
  // Of one length with what was there: who read the file from its start would stumble.
  await writeFile(file, "?\n?\n3\n4\n", { flag: "r+" });
  await expect(new RowReader().rowsAfter(file, 0)).rejects.toMatchObject({ code: "store.broken-line" });
  expect(await reader.rowsAfter(file, 3)).toEqual([4]);
});

it("begins anew where the file was cut back and has grown again, or is another", async () => {
  const [file, reader] = [newFile(), new RowReader()];
  await writeFile(file, "10\n11\n12\n");
  expect(await reader.rowsAfter(file, 0)).toHaveLength(3);
  await truncate(file, 3);
  await appendFile(file, "1\n2\n33\n44\n");
  expect(await reader.rowsAfter(file, 3)).toEqual([33, 44]);
  const other = newFile();
  await writeFile(other, "7\n8\n9\n44\n5\n6\n");
  await rename(other, file);
  expect(await reader.rowsAfter(file, 5)).toEqual([6]);
});
