import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { categoriesOf, countsOf, historiesOf, items, load, loadLog, log, notesOf, usual } from "../csv/support.ts";

const text = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join("");
const separatedBy = (delimiter: string, rows: readonly string[]): string => text(rows).replaceAll(",", delimiter);

describe("what separates cells", () => {
  it.each([",", "\t", ";", "|", "::", " "])("is found from the header: %j", async (delimiter) => {
    const rows = { "log.csv": separatedBy(delimiter, log), "items.csv": items };
    expect(countsOf(await load(rows))).toEqual(usual);
  });

  it("is found in each file on its own, whatever else its cells hold", async () => {
    const files = {
      "log.csv": separatedBy("\t", log),
      "items.csv": "item;title;categories\nx;Earth, Wind|Fire a b c;Jazz|Soul\ny;Two: A, B, C, D;Soul\nw;;Rock\n",
    };
    expect(countsOf(await load(files))).toEqual(usual);
  });

  it("may be anything that is set", async () => {
    for (const delimiter of ["^", "||", "\u0001", "#", ":"]) {
      const settings = { interactions: { format: { delimiter } } };
      expect(countsOf(await loadLog([separatedBy(delimiter, log)], settings))).toEqual(usual);
    }
  });

  it("is what a first line tells to spreadsheets", async () => {
    for (const [line, delimiter] of [
      ["sep=;", ";"],
      ["sep=\t", "\t"],
      ["SEP=|\r", "|"],
    ] as const) {
      const data = await load({ "log.csv": `\ufeff${line}\n${separatedBy(delimiter, log)}` });
      expect(countsOf(data)).toEqual(usual);
      expect(notesOf(data)).toEqual([]);
    }
  });
});

describe("blanks between cells", () => {
  it("may be several, to line up the columns", async () => {
    const data = await loadLog(["user  item   is_click", "a     x      1", "b     w      0"]);
    expect(historiesOf(data)).toEqual({ a: ["x"], b: ["-w"] });
    const format = { header: false };
    const aligned = ["  1   x  1", " 12   w  0"];
    const byPlace = await loadLog(aligned, { interactions: { user: 1, item: 2, feedback: [3], format } });
    expect(historiesOf(byPlace)).toEqual({ 1: ["x"], 12: ["-w"] });
  });
});

describe("a header", () => {
  it("is found below lines of other text, and what was skipped is said unless it is a comment", async () => {
    const above = ['Export of "2024', "made by: night shift, user,item", ""];
    const data = await loadLog([...above, "# all rows", ...log]);
    expect(countsOf(data)).toEqual(usual);
    expect(notesOf(data)).toEqual([expect.stringMatching(/above the header.*\b2\b|\b2\b.*above the header/)]);
    for (const quiet of [["# all rows", ...log], Array(50).fill("# terms of use").concat(log), ["", ...log], log])
      expect(notesOf(await loadLog(quiet))).toEqual([]);
  });

  it("may stand behind the sign of a comment, and rows below it may begin with one", async () => {
    const data = await loadLog(["# user,item,is_click", "#1,x,1", "a,y,0"]);
    expect(data.userIds).toEqual(["#1", "a"]);
  });

  it("may hold blanks around its names, quotes and line ends", async () => {
    const data = await loadLog(
      ['user , "item" ,is_click,"a\nnote"', "a,x,1,", "b,y,0,"].map((row) => row.replace(' "item" ', '"item"')),
    );
    expect(countsOf(data)).toMatchObject({ users: 2, interactions: 2, clicks: 1 });
  });

  it("need not be used: columns are found by their place too", async () => {
    const data = await loadLog(["who,what,how,when", "a,x,1,2", "a,y,0,1"], {
      interactions: { user: 1, item: 2, feedback: [3], time: 4 },
    });
    expect(historiesOf(data)).toEqual({ a: ["-y", "x"] });
    const mixed = await loadLog(["who,item,how", "a,x,1"], { interactions: { user: 1, feedback: [3] } });
    expect(countsOf(mixed)).toMatchObject({ users: 1, clicks: 1 });
  });

  it("keeps a name that begins as a comment does, and gives up the mark of a comment", async () => {
    const rows = ["#user,item,is_click", "a,x,1", "b,y,0"];
    for (const user of ["#user", "user"]) {
      expect(countsOf(await loadLog(rows, { interactions: { user } }))).toMatchObject({ users: 2, clicks: 1 });
    }
    const format = { comment: "%" };
    for (const mark of ["% ", "# "]) {
      const marked = [mark + (rows[0] as string).slice(1), ...rows.slice(1)];
      expect(countsOf(await loadLog(marked, { interactions: { format } }))).toMatchObject({ users: 2, clicks: 1 });
    }
  });

  it("of several words each is read by place as any other", async () => {
    const data = await loadLog(["User id,Item id,Was it clicked", "a,x,1", "b,y,0"], {
      interactions: { user: 1, item: 2, feedback: [3] },
    });
    expect(countsOf(data)).toMatchObject({ users: 2, interactions: 2, clicks: 1 });
  });

  it("as RecBole writes it is known by its names with and without their types", async () => {
    const files = {
      "log.inter": separatedBy("\t", ["user_id:token,item_id:token,label:float", "a,x,1", "a,y,0"]),
      "log.item": "item_id:token\tname:token_seq\tclass:token_seq\nx\tA b\tJazz Soul\ny\tC\tSoul\n",
    };
    for (const [user, item, feedback] of [
      ["user_id", "item_id", "label"],
      ["user_id:token", "item_id:token", "label:float"],
    ]) {
      const data = await load(files, {
        interactions: { path: "log.inter", user, item, feedback: [feedback] },
        items: { path: "log.item", item, categories: "class" },
      });
      expect(categoriesOf(data)).toEqual({ x: ["Jazz", "Soul"], y: ["Soul"] });
    }
  });

  it("is not looked for where a file is said to have none", async () => {
    const settings = { interactions: { user: 3, item: 1, feedback: [2], format: { header: false } } };
    for (const delimiter of [",", "\t", ";", "|", "::", " "]) {
      const data = await loadLog([separatedBy(delimiter, ["x,1,a", "y,0,a", "w,1,b"])], settings);
      expect(historiesOf(data)).toEqual({ a: ["x", "-y"], b: ["w"] });
    }
  });
});

describe("a file without a header", () => {
  const byPlace = { user: 1, item: 2, feedback: [3], format: { header: false } };

  it("is read from its first row, whatever that row's ids are", async () => {
    const data = await loadLog(["#1,x,1", "#2,y,0", "b,y,1"], { interactions: byPlace });
    expect(data.userIds).toEqual(["#1", "#2", "b"]);
  });

  it("has comments where they are set", async () => {
    const format = { header: false, comment: "#" };
    const data = await loadLog(["# who, what", "a,x,1", "# more", "b,y,0"], { interactions: { ...byPlace, format } });
    expect(data.userIds).toEqual(["a", "b"]);
  });

  it("may have blanks in its cells", async () => {
    const data = await loadLog(["Anna Maria Lee Smith,x,1", "Bo Mo Ko Li,y,0"], { interactions: byPlace });
    expect(data.userIds).toEqual(["Anna Maria Lee Smith", "Bo Mo Ko Li"]);
    const timed = await loadLog(["a,x,1,2021-01-02 00:00:00", "a,y,0,2021-01-01 00:00:00"], {
      interactions: { ...byPlace, time: 4 },
    });
    expect(historiesOf(timed)).toEqual({ a: ["-y", "x"] });
  });

  it("may have several categories in every one of its cells", async () => {
    const noHeader = { item: 1, categories: 2, format: { header: false } };
    for (const separator of ["|", ";"]) {
      const cells = ["Jazz|Soul|Rock", "Jazz|Pop|Folk"].map((cell) => cell.replaceAll("|", separator));
      const files = { "log.csv": log, "items.csv": [`x,${cells[0]}`, `y,${cells[1]}`] };
      const data = await load(files, { items: { ...noHeader, separator } });
      expect(categoriesOf(data)).toEqual({ x: ["Jazz", "Soul", "Rock"], y: ["Jazz", "Pop", "Folk"] });
    }
  });

  it("is split at the usual separator of categories where nothing else can be meant", async () => {
    const items = { item: 1, categories: 2, format: { header: false } };
    const data = await load({ "log.csv": log, "items.csv": ["x|Jazz", "y|Soul"] }, { items });
    expect(categoriesOf(data)).toEqual({ x: ["Jazz"], y: ["Soul"] });
  });

  it("is not split at what is set to separate categories", async () => {
    const noHeader = { item: 1, categories: 2, format: { header: false } };
    for (const [delimiter, separator] of ["|,", "; ", " |", "\t,"].map((pair) => [...pair])) {
      const list = ["x", "y"].map((item) => [item, ["Jazz", "Soul", "Rock"].join(separator)].join(delimiter));
      const data = await load({ "log.csv": log, "items.csv": list }, { items: { ...noHeader, separator } });
      expect(categoriesOf(data).x, `${delimiter} ${separator}`).toEqual(["Jazz", "Soul", "Rock"]);
    }
  });
});

describe("the character set", () => {
  const cells: readonly (readonly [encoding: string, bytes: string, first: string, second: string])[] = [
    ["gbk", "cfb2bee77cb6afbbad", "喜剧", "动画"],
    ["gb18030", "cfb2bee77c8139ef31", "喜剧", "㐂"],
    ["big5", "b3dfbc407cb0cab565", "喜劇", "動畫"],
    ["shift_jis", "8aec8c807c8341836a8381", "喜劇", "アニメ"],
    ["euc-jp", "b4eeb7e07ca5a2a5cba5e1", "喜劇", "アニメ"],
    ["euc-kr", "c4dab9ccb5f07cc0bdbec7", "코미디", "음악"],
    ["koi8-r", "e4d6c1da7cf2cfcb", "Джаз", "Рок"],
    ["windows-1251", "c4e6e0e77cd0eeea", "Джаз", "Рок"],
    ["windows-1250", "8ee16e727ca3f3649f", "Žánr", "Łódź"],
    ["iso-8859-2", "aee16e727ca3f364bc", "Žánr", "Łódź"],
    ["iso-8859-15", "436166e97cbc75767265", "Café", "Œuvre"],
    ["windows-1252", "436166e97c93536f756c94", "Café", "“Soul”"],
    ["latin1", "436166e97cdc6e616c", "Café", "Ünal"],
  ];

  it.each(cells)("%s is read where it is set", async (encoding, bytes, ...names) => {
    const table = Buffer.concat([Buffer.from("item,categories\nx,"), Buffer.from(bytes, "hex"), Buffer.from("\n")]);
    const data = await load({ "log.csv": log, "items.csv": table }, { items: { format: { encoding } } });
    expect(categoriesOf(data)).toEqual({ x: names });
  });

  it("of the mark at a file's start goes before the setting", async () => {
    const utf16 = Buffer.from(`\ufeff${text(log)}`, "utf16le");
    for (const bytes of [utf16, Buffer.from(utf16).swap16(), Buffer.from(`\ufeff${text(log)}`)]) {
      const data = await load({ "log.csv": bytes }, { interactions: { format: { encoding: "latin1" } } });
      expect(countsOf(data)).toEqual(usual);
    }
  });

  it.each(["windows-1252", "latin1"])("%s is that of the header and of what stands above it too", async (encoding) => {
    const bytes = (text: string) => Buffer.from(text.replaceAll("€", "\x80").replaceAll("“", "\x93"), "latin1");
    const rows = ["““““““ report", "user,item,is_click,“€€€€", "a,x,1,3", "b,y,0,1"];
    const settings = {
      interactions: { feedback: ["is_click", "“€€€€"], clickAt: { "“€€€€": 2 }, format: { encoding } },
    };
    const data = await load({ "log.csv": bytes(text(rows)) }, settings);
    expect(data.feedbackTypes).toEqual(["is_click", "“€€€€"]);
    expect([...data.log.feedback]).toEqual([0b11, 0b00]);
  });

  it("is kept across the parts a long file is read in", async () => {
    // Rows of uneven length, so that characters of two, three and four bytes lie across every kind of end.
    const rows = Array.from({ length: 60_000 }, (_, i) => `${"é喜🎬".repeat(i % 3)}u${i % 500},x,${i % 2}`);
    const long = text(["user,item,is_click", ...rows]);
    const users = new Set(rows.map((row) => row.split(",")[0])).size;
    for (const bytes of [
      Buffer.from(long),
      Buffer.from(`\ufeff${long}`, "utf16le"),
      Buffer.from(`\ufeff${long}`, "utf16le").swap16(),
      gzipSync(long),
    ]) {
      const data = await load({ "log.csv": bytes });
      expect(countsOf(data)).toMatchObject({ users, interactions: 60_000, clicks: 30_000 });
    }
  });

  it.each([
    ["utf-8", Buffer.from("🎬"), "🎬"],
    ["utf-16le", Buffer.from("🎬", "utf16le"), "🎬"],
    ["gbk", Buffer.from("cfb2", "hex"), "喜"],
    ["gb18030", Buffer.from("8139ef31", "hex"), "㐂"],
    ["euc-kr", Buffer.from("c4da", "hex"), "코"],
  ] as const)("%s is kept where a part ends within a character", async (encoding, bytes, character) => {
    const isWide = encoding === "utf-16le";
    const ascii = (text: string) => Buffer.from(text, isWide ? "utf16le" : "latin1");
    // Wherever the file is cut, every shift of a character lies across some end.
    const row = (i: number) => [ascii(`${"a".repeat(i % 5)}`), Buffer.alloc(60_000, bytes), ascii(",x,1\n")];
    const parts = [ascii("user,item,is_click\n"), ...Array.from({ length: 60 }, (_, i) => row(i)).flat()];
    const data = await load({ "log.csv": Buffer.concat(parts) }, { interactions: { format: { encoding } } });
    const expected = [0, 1, 2, 3, 4].map((shift) => "a".repeat(shift) + character.repeat(60_000 / bytes.length));
    // Not shown where they differ: they are long.
    expect(data.userIds.length).toBe(5);
    expect(data.userIds.every((id, i) => id === expected[i])).toBe(true);
  });
});

describe("compressed files", () => {
  it("are known by their content, not by their name", async () => {
    const settings = { interactions: { path: "log.csv.gz" } };
    expect(countsOf(await load({ "log.csv.gz": gzipSync(text(log)) }, settings))).toEqual(usual);
    expect(countsOf(await load({ "log.csv.gz": log }, settings))).toEqual(usual);
    expect(countsOf(await load({ "log.csv": gzipSync(text(log)), "items.csv": gzipSync(text(items)) }))).toEqual(usual);
  });

  it("may be several in one, as logs of several days that were joined", async () => {
    const days = [log.slice(0, 3), log.slice(3)].map((rows) => gzipSync(text(rows)));
    expect(countsOf(await load({ "log.csv": Buffer.concat(days) }))).toEqual(usual);
  });
});

describe("text that begins as files of another kind do", () => {
  it.each(["ORCID", "BZhang", "PAR1", "Rar!", "FEA1", "ARROW1"])("is text nevertheless: %s", async (name) => {
    const data = await loadLog([`${name},item,is_click`, "a,x,1", "b,y,0"], { interactions: { user: name } });
    expect(countsOf(data)).toMatchObject({ users: 2, interactions: 2 });
  });
});
