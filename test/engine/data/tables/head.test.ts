import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { headOf } from "../../../../src/engine/data/tables/head.ts";
import { readTable } from "../../../../src/engine/data/tables/table.ts";
import type { Content } from "../csv/support.ts";
import { expectInputError, folderOf } from "../files.ts";

const fileOf = async (content: Content): Promise<string> => join(await folderOf({ "log.csv": content }), "log.csv");
const rows = [
  ["zoë", "s1", "1"],
  ["bob", "s2", "0"],
];
const apart = (separator: string) => rows.map((row) => row.join(separator));

/** A log of these rows, as people write one. */
const written: Readonly<Record<string, Content>> = {
  commas: ["user,item,is_click", ...apart(",")],
  tabs: ["user\titem\tis_click", ...apart("\t")],
  "semicolons behind a mark of the byte order": ["\ufeffuser;item;is_click", ...apart(";")],
  "bars, no end of the last line": ["user|item|is_click", ...apart("|")].join("\n"),
  "two colons": ["user::item::is_click", ...apart("::")],
  "line ends of Windows": ["user,item,is_click", ...apart(","), ""].join("\r\n"),
  "bare carriage returns": ["user,item,is_click", ...apart(","), ""].join("\r"),
  "a line for Excel, and quotes": ["sep=;", '"user";"item";"is_click"', ...apart(";")],
  comments: ["# of Monday", "# two rows", "user,item,is_click", ...apart(",")],
  titles: ["Exported on Monday", "", "user;item;is_click", ...apart(";")],
  "a title with a comma": ["Exported on Monday, all users", "user,item,is_click", ...apart(",")],
  gzip: gzipSync(["user,item,is_click", ...apart(",")].join("\n")),
  "UTF-16": Buffer.from(`\ufeff${["user,item,is_click", ...apart(",")].join("\n")}`, "utf16le"),
  "JSON lines": rows.map(([user, item, click]) => JSON.stringify({ user, item, is_click: Number(click) })),
};

describe("the head of a table", () => {
  for (const [name, content] of Object.entries(written)) {
    it(`is understood as the reader understands it: ${name}`, async () => {
      const file = await fileOf(content);
      const head = await headOf(file);
      expect(head).toMatchObject({ names: ["user", "item", "is_click"], rows, format: {} });
      const read: string[][] = [];
      await readTable(file, head.names ?? [], (row) => read.push([0, 1, 2].map((place) => row.text(place))), {}, {});
      expect(read).toEqual(rows);
    });
  }

  it.each([
    [";", apart(";")],
    ["\t", apart("\t")],
    [" ", apart(" ")],
  ])("without a line of names has its first row among the rows: %j", async (delimiter, content) => {
    const head = await headOf(await fileOf(content));
    expect(head).toEqual({ names: undefined, width: 3, rows, delimiter, format: { header: false, delimiter } });
  });

  it("takes words for a first row where they are found again below", async () => {
    const all = ["anna,jazz,view", "bob,soul,view", "anna,soul,buy"];
    expect((await headOf(await fileOf(all))).names).toBeUndefined();
    expect((await headOf(await fileOf(["who,what,how", ...all]))).names).toEqual(["who", "what", "how"]);
  });

  it("reads quotation marks as characters where they are no quotes", async () => {
    const head = await headOf(await fileOf(["item,title", 's1,The "Old" Song', 's2,12" Mix']));
    expect(head.rows).toEqual([
      ["s1", 'The "Old" Song'],
      ["s2", '12" Mix'],
    ]);
    expect(head.format).toEqual({ quotes: false });
  });

  it("is not taken from below a row of another width", async () => {
    const head = await headOf(await fileOf(["user,item,is_click", "zoë,s1,1", "bob,s2,0,9", "zoë,s2,1", "bob,s1,1"]));
    expect(head.names).toEqual(["user", "item", "is_click"]);
  });

  it("of a large file leaves out the row that is cut off", async () => {
    const line = `u,i,${"x".repeat(3000)}`;
    const head = await headOf(await fileOf(["user,item,note", ...Array<string>(1000).fill(line)]));
    expect(head.rows.length).toBeGreaterThan(300);
    expect(new Set(head.rows.map((row) => row.join(",")))).toEqual(new Set([line]));
  });

  it("in another character set is refused, and read where it is named", async () => {
    const latin = await fileOf(Buffer.from("user,item,is_click\nzoë,s1,1\n", "latin1"));
    await expectInputError(headOf(latin, { setting: "dataset.interactions.format" }), ":2: not UTF-8");
    const head = await headOf(latin, { encoding: "latin1" });
    expect(head).toMatchObject({ rows: [rows[0]], format: { encoding: "latin1" } });
  });

  it.each([
    ["nothing", "", "empty"],
    ["one JSON array", '[{"user": 1}]', "one JSON array"],
    ["lines that are not JSON", '{"user": 1}\nuser\n', ":2: not JSON"],
    ["a Parquet file", Buffer.from("PAR1\x00\x01\x02"), "Parquet"],
  ])("of %s is refused as the reader refuses it", async (_, content, part) => {
    await expectInputError(headOf(await fileOf(content)), part);
  });
});
