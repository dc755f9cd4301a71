import { describe, expect, it } from "vitest";
import { countsOf, droppedFrom, historiesOf, load, loadLog, log, notesOf, refusal } from "./support.ts";

/** A log with a column `value`; the items take turns. */
const values = (...cells: readonly string[]): string[] => [
  "user,item,value",
  ...cells.map((cell, i) => `a,${["x", "y", "w"][i % 3]},${cell}`),
];
const value = { feedback: ["value"] };
const clicksOf = (data: Awaited<ReturnType<typeof load>>): string => historiesOf(data).a?.join(" ") ?? "";

describe("a click told by a number", () => {
  it("is one from that number on", async () => {
    const data = await loadLog(values("2.9", "3", "30", "-1"), { interactions: { ...value, clickAt: 3 } });
    expect(clicksOf(data)).toBe("-x y w -x");
    expect(notesOf(data)).toEqual([]);
  });

  it("is not recorded where the cell says nothing", async () => {
    const data = await loadLog(values("5", "", "NaN", "1", "\\N"), { interactions: { ...value, clickAt: 4 } });
    expect(clicksOf(data)).toBe("x ?y ?w -x ?y");
    expect(countsOf(data)).toMatchObject({ interactions: 5, clicks: 1 });
  });

  it("may have a number for every column", async () => {
    const rows = ["user,item,seconds,stars,liked", "a,x,10,5,1", "a,y,100,,0", "a,w,100,3,0"];
    const feedback = ["seconds", "stars", "liked"];
    const data = await loadLog(rows, { interactions: { feedback, clickAt: { seconds: 50, stars: 4 } } });
    expect([...data.log.feedback]).toEqual([0b110, 0b001, 0b001]);
    expect([...data.log.observed]).toEqual([0b111, 0b101, 0b111]);
    const first = await loadLog(rows, { interactions: { feedback: ["seconds", "liked"], clickAt: 50 } });
    expect([...first.log.feedback]).toEqual([0b10, 0b01, 0b01]);
  });

  it("may name a column by its place", async () => {
    const byPlace = { user: 1, item: 2, feedback: [3], format: { header: false }, clickAt: { 3: 10 } };
    expect(clicksOf(await loadLog(["a,x,9", "a,y,10"], { interactions: byPlace }))).toBe("-x y");
  });

  it("is the first feedback column's where an event tells of the click", async () => {
    const event = { column: "what", click: ["buy"] };
    const rows = ["user,item,what,stars", "a,x,buy,3", "a,y,view,2"];
    const data = await loadLog(rows, { interactions: { event, feedback: ["stars"], clickAt: 3 } });
    expect(data.feedbackTypes).toEqual(["is_click", "stars"]);
    expect([...data.log.feedback]).toEqual([0b11, 0b00]);
  });

  it("is refused for a column that is none of the feedback, and for a cell that is no number", async () => {
    const unknown = { ...value, clickAt: { rating: 4 } };
    await refusal(loadLog(values("1"), { interactions: unknown }), "data.click-at", '"rating"', "columns are: value");
    const good = loadLog(values("5", "good"), { interactions: { ...value, clickAt: 3 } });
    await refusal(good, "data.bad-value", 'log.csv:3: column "value" holds "good", expected a number');
  });
});

describe("ratings", () => {
  it("of the usual scales are known as such, and it is said from where on one is a click", async () => {
    for (const [cells, from, expected] of [
      [["5", "4", "3.5", "1"], 4, "x y -w -x"],
      [["0.5", "5.0", ""], 4, "-x y ?w"],
      [["10", "7", "8", "1"], 8, "x -y w -x"],
      [["1", "5"], 4, "-x y"],
    ] as const) {
      const data = await loadLog(values(...cells), { interactions: value });
      expect(clicksOf(data)).toBe(expected);
      expect(notesOf(data).join()).toMatch(new RegExp(`value holds ratings.*\\b${from} or more.*clickAt`));
    }
  });

  it("are not supposed where a value is 0 or less, or the largest is another", async () => {
    for (const cells of [
      ["5", "0", "1"],
      ["5", "-1"],
      ["100", "1"],
      ["4", "3"],
      ["0", "1", "2"],
    ]) {
      const refused = loadLog(values(...cells), { interactions: value });
      await refusal(refused, "data.bad-value", "expected 0 or 1", "dataset.interactions.clickAt");
    }
  });

  it("are not supposed of bits, however they are written", async () => {
    for (const cells of [
      ["1", "0", "1"],
      ["1.0", "0.0", "1.0"],
      ["true", "False", "TRUE"],
      [" 1", "0 ", " 1 "],
    ]) {
      const data = await loadLog(values(...cells), { interactions: value });
      expect(clicksOf(data)).toBe("x -y w");
      expect(notesOf(data)).toEqual([]);
    }
    expect(clicksOf(await loadLog(values("1", "1"), { interactions: value }))).toBe("x y");
  });

  it("beside a column with a number of its own are known too", async () => {
    const rows = ["user,item,seconds,stars", "a,x,10,5", "a,y,100,3"];
    const data = await loadLog(rows, { interactions: { feedback: ["seconds", "stars"], clickAt: { seconds: 50 } } });
    expect([...data.log.feedback]).toEqual([0b10, 0b01]);
    expect(notesOf(data)).toEqual([expect.stringContaining("stars holds ratings up to 5")]);
  });
});

describe("events", () => {
  const rows = ["user,item,what", "a,x,view", "a,x,addtocart", "a,y,view", "b,w,transaction", "b,x,view"];
  const event = { column: "what", click: ["addtocart", "transaction"] };

  it("are clicks where they are listed, and rows without one where not", async () => {
    const data = await loadLog(rows, { interactions: { event } });
    expect(historiesOf(data)).toEqual({ a: ["-x", "x", "-y"], b: ["w", "-x"] });
    expect(data.feedbackTypes).toEqual(["is_click"]);
    expect(notesOf(data)).toEqual([]);
  });

  it("stand beside other feedback", async () => {
    const more = rows.map((row, i) => (i === 0 ? `${row},liked` : `${row},${i % 2}`));
    const data = await loadLog(more, { interactions: { event, feedback: ["liked"] } });
    expect(data.feedbackTypes).toEqual(["is_click", "liked"]);
    expect([...data.log.feedback]).toEqual([0b10, 0b01, 0b10, 0b01, 0b10]);
  });

  it("that no row has are said, with those that there are", async () => {
    const misspelt = { column: "what", click: ["Purchase", "addtocart"] };
    const notes = notesOf(await loadLog(rows, { interactions: { event: misspelt } }));
    expect(notes).toEqual([expect.stringMatching(/Purchase.*view \(3\).*addtocart \(1\), transaction \(1\)/)]);
    expect(notes[0]).not.toMatch(/event is .*addtocart.*;/);
  });

  it("beyond eight kinds of feedback are refused", async () => {
    const feedback = [..."abcdefgh"];
    await refusal(loadLog(rows, { interactions: { event, feedback } }), "data.feedback-many", "9", "8");
  });
});

describe("ids", () => {
  it("in different forms are one", async () => {
    const rows = ["user,item,is_click", "1,101,1", "2.0,102,0", "1.0, 102.00 ,1", "é\u00a0,101,1", "e\u0301,102,1"];
    const data = await load({ "log.csv": rows, "items.csv": ["item,categories", "101.0,A", " 102,B"] });
    expect(historiesOf(data)).toEqual({ 1: ["101", "102"], 2: ["-102"], é: ["101", "102"] });
  });

  it("that only look alike are not", async () => {
    const users = [
      "007",
      "7",
      "7.5",
      "7.50",
      "-7",
      "1e5",
      "100000",
      "1E5",
      "B00X",
      "b00x",
      "a b",
      "a  b",
      "v1.0",
      "1.0.0",
    ];
    const data = await loadLog(["user,item,is_click", ...users.map((user) => `${user},x,1`)]);
    expect(data.userIds).toEqual(users);
  });

  it("are refused where they say nothing", async () => {
    for (const id of ["", " ", "null", "NaN", " NaN ", "\\N", "None"]) {
      await refusal(loadLog([...log, `${id},x,1`]), "data.bad-value", 'log.csv:6: column "user"', "expected an id");
    }
  });

  it("of one item in two forms are one item twice", async () => {
    const list = ["item,categories", "1,A", "1.0,B"];
    await refusal(load({ "log.csv": log, "items.csv": list }), "data.duplicate-id", "items.csv:3", "every item once");
  });

  it("of two files that do not meet are shown, one of each", async () => {
    const rows = ["user,item,is_click", "a,tt0111161,1", "b,tt0068646,0"];
    const files = { "log.csv": rows, "items.csv": ["item,categories", "111161,Drama", "68646,Crime"] };
    await refusal(load(files), "data.no-interactions", "2 interactions", '"tt0111161"', '"111161"');
  });

  it("that one file lacks are counted, the first shown", async () => {
    const data = await loadLog([...log, "c,new,1", "c,newer,1", "a,new,0"]);
    expect(droppedFrom(data)).toMatchObject({ "interactions with an item that the item file lacks": 3 });
    expect(Object.values(data.reading?.examples ?? {})).toContain("new");
    expect(data.reading?.rows).toBe(7);
  });
});

describe("words for nothing", () => {
  it("are those that are set, and no others", async () => {
    const list = ["item,categories", "x,none", "y,Jazz|-", "w,NaN"];
    const rows = ["user,item,is_click", "NaN,x,1", "b,y,0", "b,w,0"];
    const data = await load({ "log.csv": rows, "items.csv": list }, { nullWords: ["none", "-"] });
    expect(countsOf(data)).toEqual({ users: 1, items: 2, interactions: 2, clicks: 0, categories: ["Jazz", "NaN"] });
    const some = await load({ "log.csv": rows, "items.csv": list }, { nullWords: [] });
    expect(countsOf(some)).toMatchObject({ users: 2, categories: ["-", "Jazz", "NaN", "none"] });
  });
});
