import { describe, expect, it } from "vitest";
import { loadDataset } from "../../../../src/engine/data/loadDataset.ts";
import { datasetSchema } from "../../../../src/protocol/experiment/dataset.ts";
import { expectConsistent } from "../consistency.ts";
import { expectInputError, folderOf } from "../files.ts";

type Overrides = { readonly interactions?: object; readonly items?: object };

const load = (folder: string, { interactions, items }: Overrides = {}) =>
  loadDataset(
    datasetSchema.parse({
      kind: "csv",
      interactions: { path: "log.csv", ...interactions },
      items: { path: "items.csv", ...items },
    }),
    { baseFolder: folder },
  );

const items = ["item,categories", "x,Jazz| Soul", 'y,"Soul"', "z,NaN", "w,Rock"];

describe("a CSV pair", () => {
  it("keeps the file's order without a time column, repeats included", async () => {
    const log = ["user,item,is_click", "a,x,1", "b,y,0", "a,y,0", "a,x,1", "b,z,1", "b,nowhere,1"];
    const data = await load(await folderOf({ "log.csv": log, "items.csv": items }));
    expectConsistent(data);
    expect(data.userIds).toEqual(["a", "b"]);
    expect([...data.log.items]).toEqual([0, 1, 0, 1]);
    expect([...data.log.feedback]).toEqual([1, 0, 1, 0]);
    expect(data.categories).toEqual([
      { id: 0, name: "Jazz" },
      { id: 2, name: "Soul" },
    ]);
    expect([...data.itemCategories.values]).toEqual([0, 1, 1]);
    expect(data.dropped.map(({ rows }) => rows)).toEqual([1, 1, 1, 1]);
  });

  it("orders by the named time column and reads the named feedback columns", async () => {
    const log = ["t,like,clicked,movie,viewer", "30,0,1,5,a", "10,1,1,6,a", "20.5,0,0,5,a"];
    const folder = await folderOf({ "log.csv": log, "items.csv": ["movie,genre", "5,3;7", "6,7"] });
    const data = await load(folder, {
      interactions: { user: "viewer", item: "movie", feedback: ["clicked", "like"], time: "t" },
      items: { item: "movie", categories: "genre", separator: ";" },
    });
    expect([...data.log.items]).toEqual([1, 0, 0]);
    expect([...data.log.feedback]).toEqual([0b11, 0b00, 0b01]);
    expect(data.categories).toEqual([
      { id: 3, name: "Category 3" },
      { id: 7, name: "Category 7" },
    ]);
  });

  it("reads Windows line ends, a byte order mark and quoted fields over lines", async () => {
    const folder = await folderOf({
      "log.csv": "\ufeffuser,item,is_click\r\na,x,1\r\na,y,0\r\n",
      "items.csv": ["item,note,categories", 'x,"two\nlines, ""quoted""",Jazz', "y,,Soul"],
    });
    expect((await load(folder)).log.items).toHaveLength(2);
  });

  it("says what is wrong and where", async () => {
    const log = (...rows: readonly string[]) =>
      folderOf({ "log.csv": ["user,item,is_click", ...rows], "items.csv": items });
    await expectInputError(load(await log("a,x,0.5")), 'log.csv:2: column "is_click" holds "0.5", expected 0 or 1');
    await expectInputError(load(await log("a,x,")), 'log.csv:2: column "is_click" holds nothing');
    await expectInputError(load(await log("a,x,1", ",x,1")), 'log.csv:3: column "user" holds nothing, expected an id');
    await expectInputError(load(await log("NaN,x,1")), 'log.csv:2: column "user" holds "NaN", expected an id');
    await expectInputError(load(await log("a,nowhere,1")), "no interaction is left", "1 interactions with an item");
    await expectInputError(load(await log("a,x,1"), { interactions: { time: "when" } }), 'log.csv:1: no column "when"');
    await expectInputError(
      load(await log("a,x,1"), { interactions: { feedback: ["is_click", "is_click"] } }),
      "names a column twice",
    );
    await expectInputError(load(await folderOf({ "items.csv": items })), "log.csv: no such file", "interactions.path");
    await expectInputError(load(await folderOf({ "log.csv": "", "items.csv": items })), "log.csv: the file is empty");
  });

  it("names the line of a bad cell below empty lines and quoted line breaks", async () => {
    const folder = await folderOf({
      "log.csv": 'user,note,item,is_click\na,"one\ntwo",x,1\n\n\na,,x,7\n',
      "items.csv": items,
    });
    await expectInputError(load(folder), 'log.csv:6: column "is_click" holds "7"');
  });
});
