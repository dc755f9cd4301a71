import { describe, expect, it } from "vitest";
import { countsOf, load, notesOf, type Settings } from "./support.ts";

/** Ids, labels and lists that are now read in one form, and were not before run.json version 8. */
const files = {
  "log.csv": ["user,item,is_click", "1,101.0,1", "1.0,101,0", "b,y,1"],
  "items.csv": ["item,categories", "101,c10", "101.0,c2", "y,\"['Jazz', 'Soul']\""],
};

const idsOf = async (dataset: Settings) => {
  const { categories } = await load(files, dataset);
  return Object.fromEntries(categories.map(({ id, name }) => [name, id]));
};

describe("matching: exact", () => {
  it("takes ids and cells as they are written, and numbers categories as runs of before have them", async () => {
    const data = await load(files, { matching: "exact" });
    expect(countsOf(data)).toMatchObject({ users: 3, items: 3, interactions: 3 });
    expect(await idsOf({ matching: "exact" })).toEqual({ "['Jazz', 'Soul']": 0, c10: 1, c2: 2 });
  });

  it("is not how a log is read today", async () => {
    await expect(load(files)).rejects.toMatchObject({ code: "data.duplicate-id" });
    const once = { ...files, "items.csv": files["items.csv"].filter((row) => !row.startsWith("101,")) };
    const data = await load(once);
    expect(countsOf(data)).toMatchObject({ users: 2, items: 2, interactions: 3 });
    expect(data.categories.map(({ name }) => name)).toEqual(["Jazz", "Soul", "c2"].toSorted());
    expect(notesOf(data)).toEqual([]);
  });
});

describe("cells that say nothing", () => {
  it("are no negatives, as names of events, as numbers written otherwise, with blanks around them", async () => {
    const event = { column: "event", click: ["buy"] };
    const events = await load(
      { "log.csv": ["user,item,event", "a,x,buy", "a,y,", "b,w,NULL", "b,x,view"] },
      { interactions: { event } },
    );
    expect([...events.log.observed]).toEqual([1, 0, 0, 1]);
    const rated = ["user,item,rating", "a,x,9", "a,y,-1", "b,w,-1.0", "b,x, NA", "b,y, 7 "];
    const ratings = await load(
      { "log.csv": rated },
      { interactions: { feedback: ["rating"], clickAt: 8 }, nullWords: ["-1", "NA"] },
    );
    expect([...ratings.log.observed]).toEqual([1, 0, 0, 0, 1]);
    expect([...ratings.log.feedback]).toEqual([1, 0, 0, 0, 0]);
  });
});

describe("a first row", () => {
  it("that is taken for a header is told of, where the columns go by place", async () => {
    const data = await load({ "log.csv": ["u1,x,1", "u2,y,0"] }, { interactions: { user: 1, item: 2, feedback: [3] } });
    expect(notesOf(data).join()).toContain("the first line was taken for a header");
  });
});
