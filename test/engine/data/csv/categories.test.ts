import { describe, expect, it } from "vitest";
import type { Dataset } from "../../../../src/engine/data/dataset.ts";
import { categoriesOf, countsOf, droppedFrom, load, loadLog, log, notesOf, type Settings } from "./support.ts";

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

/** A catalogue of the items x, y, w and so on with these cells; every one of them is in the log. */
function catalogue(cells: readonly string[], settings: Settings = {}): Promise<Dataset> {
  const ids = cells.map((_, i) => `i${i}`);
  const rows = ids.map((id, i) => `${i % 2 ? "a" : "b"},${id},${i % 2}`);
  // One more, so that there is always a category.
  return load(
    {
      "log.csv": ["user,item,is_click", ...rows, "a,last,1"],
      "items.csv": ["item,categories", ...cells.map((cell, i) => `i${i},${quoted(cell)}`), "last,Last"],
    },
    settings,
  );
}

const readAs = async (cell: string, settings?: Settings) => categoriesOf(await catalogue([cell], settings)).i0;

describe("a cell with several categories", () => {
  const lists: readonly (readonly [name: string, cell: string, expected: readonly string[]])[] = [
    ["separated", "Jazz|Soul", ["Jazz", "Soul"]],
    ["separated, with blanks and gaps", " Jazz | |Soul|Jazz|", ["Jazz", "Soul"]],
    ["separated, with words for nothing", "NaN|Jazz|null", ["Jazz"]],
    ["in two Unicode forms", "cafe\u0301|caf\u00e9", ["café"]],
    ["a list of Python", "['Jazz', 'Soul']", ["Jazz", "Soul"]],
    [
      "a list of Python with quotes in it",
      "[\"Children's\", 'Say \"hi\"', 'Rock \\'n\\' Roll']",
      ["Children's", 'Say "hi"', "Rock 'n' Roll"],
    ],
    ["a list of Python with gaps", "[nan, None, '', 'Jazz']", ["Jazz"]],
    ["a set of Python", "{'Jazz', 'Soul'}", ["Jazz", "Soul"]],
    ["JSON", '["Jazz","R&B, Soul"]', ["Jazz", "R&B, Soul"]],
    ["JSON with escapes", '["Caf\\u00e9","\\ud83c\\udfac"]', ["Café", "🎬"]],
    ["a list over two lines", "['Jazz',\n 'Soul']", ["Jazz", "Soul"]],
    ["a list of one", "['Jazz']", ["Jazz"]],
    ["a list that holds separators", "['Jazz|Soul', 'A, B']", ["Jazz|Soul", "A, B"]],
    ["a list without quotes", "[Jazz, Soul]", ["Jazz", "Soul"]],
    ["numbers", "[27, 9]", ["Category 27", "Category 9"]],
    ["numbers with fractions of zero", "[27.0, 9.0]", ["Category 27", "Category 9"]],
    ["NumPy", "['Jazz' 'Soul'\n 'Hip Hop']", ["Jazz", "Soul", "Hip Hop"]],
    ["NumPy with numbers", "[27  9 11]", ["Category 27", "Category 9", "Category 11"]],
    ["objects with names", "[{'id': 18, 'name': 'Drama'}, {'id': 35, 'name': 'Comedy'}]", ["Drama", "Comedy"]],
    ["objects with titles", '[{"title":"Drama"},{"label":"Comedy"}]', ["Drama", "Comedy"]],
    ["objects with ids alone", '[{"id":18},{"id":35}]', ["Category 18", "Category 35"]],
    ["lists in a list", "[['Books', 'Fiction'], ['Books', 'Crime']]", ["Books", "Fiction", "Crime"]],
    ["an array of PostgreSQL", '{Jazz,"R&B, Soul"}', ["Jazz", "R&B, Soul"]],
  ];

  it.each(lists)("is read as %s", async (_, cell, expected) => {
    expect(await readAs(cell)).toEqual(expected);
  });

  it("is one category where it only looks like a list", async () => {
    for (const name of [
      "[Live] Soul",
      "Soul {2024}",
      "['Jazz'",
      "Jazz, Soul",
      "[A] | B ]".replace(" | ", " & "),
      "5' 3\"",
    ]) {
      expect(await readAs(name)).toEqual([name]);
    }
  });

  it("is of no category where the list is empty or holds nothing", async () => {
    for (const cell of ["", " ", "[]", "{}", "|", "[None]", "['']", "NaN", "nan|"]) {
      const data = await catalogue([cell]);
      expect(countsOf(data)).toMatchObject({ items: 1, categories: ["Last"] });
      expect(droppedFrom(data)).toEqual({
        "interactions with an item without a category": 1,
        "items without a category, which no plan could allow": 1,
      });
    }
  });

  it("is separated by what is set, whatever that is", async () => {
    for (const [separator, cell] of [
      [",", "Jazz, Soul"],
      [";", "Jazz;Soul"],
      [" ", "Jazz  Soul"],
      [" - ", "Jazz - Soul"],
      ["::", "Jazz::Soul"],
      [".", "Jazz.Soul"],
    ] as const) {
      expect(await readAs(cell, { items: { separator } })).toEqual(["Jazz", "Soul"]);
    }
    expect(await readAs("['A, B', 'C']", { items: { separator: "," } })).toEqual(["A, B", "C"]);
  });

  it("has the category first that it names first", async () => {
    const data = await catalogue(["Soul|Jazz", "Jazz|Soul"]);
    expect(categoriesOf(data)).toMatchObject({ i0: ["Soul", "Jazz"], i1: ["Jazz", "Soul"] });
  });
});

describe("cells that something else seems to separate", () => {
  it.each([",", ";", "/"])("are noted, with what to set: %j", async (separator) => {
    const cells = ["Jazz|Soul", "Soul", "Rock|Soul", "Rock"].map((cell) => cell.replace("|", separator));
    const [note, ...more] = notesOf(await catalogue(cells));
    expect(note).toContain(`"${cells[0]}"`);
    expect(note).toContain(`set dataset.items.separator to "${separator}"`);
    expect(more).toEqual([]);
    expect(notesOf(await catalogue(cells, { items: { separator } }))).toEqual([]);
  });

  it("are noted where a bar separates but something else is set", async () => {
    const notes = notesOf(await catalogue(["Jazz|Soul", "Soul|Rock"], { items: { separator: ";" } }));
    expect(notes.join()).toContain('dataset.items.separator to "|"');
  });

  it("are not noted where they are names", async () => {
    for (const cells of [
      ["Earth, Wind & Fire", "Crosby, Stills", "Rock"],
      ["AC/DC", "Soul", "Rock"],
      ["Food, Drink", "Food, Drink", "Food, Drink"],
      ["['A, B']", "['B', 'C']"],
      ["Jazz|Soul, Pop", "Soul, Pop|Rock"],
      ["Jazz", "Soul"],
    ]) {
      expect(notesOf(await catalogue(cells))).toEqual([]);
    }
  });
});

describe("items without a category", () => {
  const list = ["item,categories", "x,Jazz", "y,", "w,[]"];
  const rows = ["user,item,is_click", "a,x,1", "a,y,0", "b,w,1", "b,new,0", "c,new,1"];

  it("are left out with their rows, which are counted", async () => {
    const data = await load({ "log.csv": rows, "items.csv": list });
    expect(countsOf(data)).toEqual({ users: 1, items: 1, interactions: 1, clicks: 1, categories: ["Jazz"] });
    expect(droppedFrom(data)).toMatchObject({
      "interactions with an item without a category": 2,
      "interactions with an item that the item file lacks": 2,
    });
  });

  it("are of another one where it is set, those that the item file lacks too", async () => {
    const data = await load({ "log.csv": rows, "items.csv": list }, { items: { otherwise: "Other" } });
    expect(categoriesOf(data)).toEqual({ x: ["Jazz"], y: ["Other"], w: ["Other"], new: ["Other"] });
    expect(countsOf(data)).toMatchObject({ users: 3, interactions: 5 });
    expect(data.dropped).toEqual([]);
  });
});

describe("one file", () => {
  const rows = ["user,item,is_click,categories", "a,x,1,Jazz|Soul", "b,x,0,Soul|Jazz", "b,y,1,Rock", "c,z,1,"];

  it("is read where no item file is named, or the same one", async () => {
    for (const path of [undefined, "log.csv", "./log.csv"]) {
      const data = await loadLog(rows, { items: { path } });
      expect(categoriesOf(data)).toEqual({ x: ["Jazz", "Soul"], y: ["Rock"] });
      expect(countsOf(data)).toMatchObject({ users: 2, interactions: 3, clicks: 2 });
      expect(droppedFrom(data)).toMatchObject({ "interactions with an item without a category": 1 });
    }
  });

  it("says where an item has other categories than before", async () => {
    expect(notesOf(await loadLog(rows, { items: { path: undefined } })).join()).toMatch(/other categories.*\b1\b/);
    const steady = rows.map((row) => row.replace("Soul|Jazz", "Jazz|Soul"));
    expect(notesOf(await loadLog(steady, { items: { path: undefined } }))).toEqual([]);
  });

  it("takes an item's categories from the first row that names any", async () => {
    const gaps = ["user,item,is_click,categories", "a,x,1,", "b,x,0,Jazz", "b,x,1,"];
    for (const otherwise of [undefined, "Other"]) {
      const data = await loadLog(gaps, { items: { path: undefined, otherwise } });
      expect(categoriesOf(data)).toEqual({ x: ["Jazz"] });
      expect(countsOf(data)).toMatchObject({ interactions: 3, clicks: 2 });
    }
  });

  it("may have no header", async () => {
    const format = { header: false, delimiter: "," };
    const data = await loadLog(rows.slice(1), {
      interactions: { user: 1, item: 2, feedback: [3], format },
      items: { path: undefined, categories: 4 },
    });
    expect(categoriesOf(data)).toEqual({ x: ["Jazz", "Soul"], y: ["Rock"] });
  });
});

describe("ids of categories", () => {
  const idsOf = async (...names: readonly string[]) => {
    const data = await load({ "log.csv": log, "items.csv": ["item,categories", `x,"${names.join("|")}"`] });
    return Object.fromEntries(data.categories.map(({ id, name }) => [name, id]));
  };

  it("are the numbers where the labels are numbers", async () => {
    expect(await idsOf("3", "7", "12")).toEqual({ "Category 3": 3, "Category 7": 7, "Category 12": 12 });
  });

  it("are the numbers in the names where each has one of its own", async () => {
    const names = Array.from({ length: 13 }, (_, i) => `c${i}`);
    expect(await idsOf(...names)).toEqual(Object.fromEntries(names.map((name, i) => [name, i])));
    expect(await idsOf("1990s", "2000s")).toEqual({ "1990s": 1990, "2000s": 2000 });
  });

  it("count from 0 where no name has a number that an id could be taken for", async () => {
    expect(await idsOf("Jazz", "Soul", "Folk")).toEqual({ Folk: 0, Jazz: 1, Soul: 2 });
    expect(await idsOf("Jazz", "Top 40", "Hits of 1999")).toEqual({ "Hits of 1999": 0, Jazz: 1, "Top 40": 2 });
  });

  it("of names beside numbers look like none of the numbers", async () => {
    const ids = await idsOf("1", "2", "10", "Unknown", "Other");
    expect(ids).toMatchObject({ "Category 1": 1, "Category 2": 2, "Category 10": 10 });
    expect([ids.Unknown, ids.Other].every((id) => id !== undefined && id >= 100)).toBe(true);
  });

  const awkward: readonly (readonly string[])[] = [
    ["Top 3", "Jazz", "Soul", "Rock", "Folk"],
    ["c0", "c1", "c1 live"],
    ["1", "2", "Part 1", "Part 2"],
    ["007", "7", "Jazz"],
    ["0", "zero", "00"],
    ["9", "19", "x9"],
    ["1e3", "1000", "Jazz"],
    ["1.5", "2", "-2"],
    ["99", "100", "101", "Jazz"],
  ];

  it.each(awkward)(
    "are the numbers of labels that are numbers, else none that stands in another's name: %s, %s, %s",
    async (...names) => {
      const entries = Object.entries(await idsOf(...names));
      expect(entries).toHaveLength(names.length);
      expect(new Set(entries.map(([, id]) => id)).size).toBe(names.length);
      for (const [name, id] of entries) {
        const own = /^(?:Category )?"?(0|[1-9]\d*)"?$/.exec(name)?.[1];
        const others = entries.filter(([other]) => other !== name).flatMap(([other]) => other.match(/\d+/g) ?? []);
        if (own !== undefined) expect(id, name).toBe(Number(own));
        else expect(others.map(Number), `${id} (${name})`).not.toContain(id);
      }
    },
  );

  it("do not depend on the order of the rows", async () => {
    expect(await idsOf("Soul", "3", "Jazz", "12")).toEqual(await idsOf("12", "Jazz", "3", "Soul"));
  });
});
