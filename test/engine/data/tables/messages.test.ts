import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../../../../src/engine/data/loadDataset.ts";
import {
  type Content,
  configOf,
  load,
  loadLog,
  log,
  notesOf,
  openFiles,
  refusal,
  type Settings,
} from "../csv/support.ts";
import { folderOf } from "../files.ts";

const header = "user,item,is_click";
const lines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join("");
/** The load of a log that is no list of rows. */
const of = (content: Content, settings?: Settings) => load({ "log.csv": content }, settings);
const byPlace = { user: 1, item: 2, feedback: [3], format: { header: false, delimiter: "," } };

describe("a row of another length", () => {
  const refused = (rows: readonly string[] | string, where: string, lengths: string, settings?: Settings) =>
    refusal(of(rows, settings), "data.row-length", `log.csv:${where}: the row has ${lengths}.`);

  it("is named with its line, and with what it has and ought to have", async () => {
    await refused([header, "a,x,1", "b,w"], "3", "2 columns instead of 3");
    await refused([header, "a,x,1,4,5"], "2", "5 columns instead of 3");
    await refused([header, "a,x,1", "b"], "3", "1 columns instead of 3");
  });

  it("is counted in lines of the file, whatever stands above and between the rows", async () => {
    const wrong = ["a,x,1", "b,w"];
    await refused(["# made in 2024", "by hand, at night", "", header, ...wrong], "6", "2 columns instead of 3");
    await refused([`${header},note`, 'a,x,1,"two\nlines"', "", "b,w"], "5", "2 columns instead of 4");
    await refused([`${header},"a\nnote"`, "a,x,1,", "b,w"], "4", "2 columns instead of 4");
    await refused(lines([header, ...wrong]).replaceAll("\n", "\r\n"), "3", "2 columns instead of 3");
    await refused(lines([header, ...wrong]).replaceAll("\n", "\r"), "3", "2 columns instead of 3");
    await refused(["sep=;", "user;item;is_click", "a;x;1", "b;w"], "4", "2 columns instead of 3");
    await refused([header, "% one", "a,x,1", "% two", "b,w"], "5", "2 columns instead of 3", {
      interactions: { format: { comment: "%" } },
    });
    await refused(["", ...wrong], "3", "2 columns instead of 3", { interactions: byPlace });
  });

  it("is counted alike below many rows, in a compressed file too", async () => {
    const rows = [header, ...Array.from({ length: 150_000 }, (_, i) => `u${i},x,${i % 2}`), "u,x"];
    await refusal(of(gzipSync(lines(rows))), "data.row-length", "log.csv:150002:", "2 columns instead of 3");
  });
});

describe("a wrong header", () => {
  it("is said before anything of a later row, with the names that are there", async () => {
    const rows = ["user,item,clicked", "a,x", 'b,"open'];
    const said = await refusal(loadLog(rows), "data.column-missing", 'log.csv:1: no column "is_click"');
    expect(said).toContain("The columns are: user, item, clicked.");
    await refusal(loadLog(["User,Item,Is_Click", "a,x,1"]), "data.column-missing", "User, Item, Is_Click");
    await refusal(loadLog(["user;item;clicked", "a;x;1"]), "data.column-missing", "user, item, clicked");
    await refusal(loadLog(["# made in 2024", "user,item,clicked", "a,x,1"]), "data.column-missing", "log.csv:2:");
  });

  it("with a name that stands twice asks which column is meant, and takes its place", async () => {
    const rows = ["user,item,is_click,user", "a,x,1,b"];
    await refusal(loadLog(rows), "data.column-twice", 'log.csv:1: two columns are called "user"', "(1 or 4)");
    expect((await loadLog(rows, { interactions: { user: 4 } })).userIds).toEqual(["b"]);
    const typed = ["user:token,item,is_click,user:float", "a,x,1,2"];
    await refusal(loadLog(typed), "data.column-twice", "(1 or 4)");
    expect((await loadLog(typed, { interactions: { user: "user:token" } })).userIds).toEqual(["a"]);
    expect((await loadLog(["user,item,is_click,n,n", "a,x,1,2,3"])).users).toBe(1);
  });

  it("says how many columns there are where a place lies beyond them", async () => {
    const missing = (settings: Settings) => refusal(of(log, settings), "data.column-missing", "there are 3");
    expect(await missing({ interactions: { feedback: [7] } })).toContain("log.csv:1: no column 7");
    expect(await missing({ interactions: { ...byPlace, time: 4 } })).toContain("no column 4");
    await refusal(
      of(log, { interactions: { ...byPlace, user: "user" } }),
      "data.column-missing",
      'no column "user", as the file has no header. Give its place',
    );
  });

  it("in another character set is refused for that, not for the names it seems to lack", async () => {
    // 用户,物品,点击 in GBK.
    const bytes = Buffer.from("d3c3bba72cceefc6b72cb5e3bbf70a612c782c310a", "hex");
    const names = { user: "用户", item: "物品", feedback: ["点击"] };
    await refusal(of(bytes, { interactions: names }), "data.encoding", "log.csv:1: not UTF-8", "format.encoding");
    const data = await of(bytes, { interactions: { ...names, format: { encoding: "gbk" } } });
    expect(data.feedbackTypes).toEqual(["点击"]);
  });
});

describe("quotes and long rows", () => {
  it("a quote that never closes is one, however much follows it", async () => {
    for (const rows of [10, 800_000]) {
      const after = "c,x,1,\n".repeat(rows);
      const text = `# note\n${header},note\na,x,1,\nb,y,1,"open\n${after}`;
      await refusal(of(text), "data.quote", "log.csv:4: a quoted field that opens in this row never closes");
    }
  });

  it("a long row is told from it", async () => {
    const text = lines([header, "a,x,1", `b,${"x".repeat(5 << 20)},1`]);
    await refusal(of(text), "data.row-long", "log.csv:3: the row is longer than 4 MiB", "line ends");
  });

  it("a large cell is read", async () => {
    const description = "d".repeat(3 << 20);
    const table = ["item,categories,description", `x,Jazz,"${description}"`, `y,Soul,${description}`];
    expect((await load({ "log.csv": log, "items.csv": table })).items).toBe(2);
  });

  it("a stray quote is named with its line and the settings that take it as it is", async () => {
    const rows = ["# note", `${header},title`, "a,x,1,", 'b,y,1,5" disc'];
    await refusal(
      loadLog(rows),
      "data.quote",
      "log.csv:4: a quote stands where none may be",
      "format.quotes",
      "escape",
    );
    expect((await loadLog(rows, { interactions: { format: { quotes: false } } })).users).toBe(2);
    const escaped = [`${header},title`, 'a,x,1,"The \\"Best\\" of"'];
    await refusal(loadLog(escaped), "data.quote", "log.csv:2:");
    expect((await loadLog(escaped, { interactions: { format: { escape: "backslash" } } })).users).toBe(1);
  });
});

describe("bytes that are not in the character set", () => {
  const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
  const text = lines([header, "a,x,1", "andré,x,1", "é,x,0"]);

  it("are named with their line and what to set", async () => {
    const setting = "Set dataset.interactions.format.encoding";
    await refusal(of(latin1(text)), "data.encoding", "log.csv:3: not UTF-8", setting);
    await refusal(of(gzipSync(latin1(text))), "data.encoding", "log.csv:3: not UTF-8", setting);
    await refusal(of(latin1(text.replaceAll("\n", "\r"))), "data.encoding", "log.csv:3: not UTF-8", setting);
    const cut = Buffer.from(text).subarray(0, Buffer.from(text).indexOf("é,x,0") + 1);
    await refusal(of(cut), "data.encoding", "log.csv:4: not UTF-8");
    const far = Buffer.concat([Buffer.from(lines([header, ...Array(300_000).fill("a,x,1")])), latin1("é,x,1\n")]);
    await refusal(of(far), "data.encoding", "log.csv:300002: not UTF-8");
    const table = latin1("item,categories\nx,Caf\xe9\n");
    await refusal(
      load({ "log.csv": log, "items.csv": table }),
      "data.encoding",
      "items.csv:2:",
      "dataset.items.format",
    );
  });

  it("are refused in the character set that is set or marked, by its name", async () => {
    const format = { encoding: "gbk" };
    const bad = Buffer.concat([Buffer.from(lines(log)), Buffer.from([0x81, 0x20, 0x0a])]);
    await refusal(of(bad, { interactions: { format } }), "data.encoding", "not in the encoding gbk");
    const half = Buffer.concat([Buffer.from(`\ufeff${lines(log)}`, "utf16le"), Buffer.from("a")]);
    expect(await refusal(of(half), "data.encoding", "UTF-16")).not.toContain("not UTF-8");
  });

  it.skipIf(process.platform !== "linux")("leave no file open", async () => {
    const before = await openFiles();
    for (const bytes of [latin1(text), gzipSync(latin1(text))]) {
      for (let i = 0; i < 5; i++) await refusal(of(bytes), "data.encoding");
    }
    expect(await openFiles()).toBeLessThan(before + 3);
  });
});

describe("no control character", () => {
  const evil = "\u001b]0;title\u0007\u009b31m";

  // `refusal` looks for them.
  it("of a file reaches a message", async () => {
    await refusal(loadLog([header, `a,x,${evil}`]), "data.bad-value", "log.csv:2:");
    await refusal(loadLog([`user,it${evil}em,is_click`, "a,x,1"]), "data.column-missing", "user, it?]0;");
    await refusal(loadLog([header, `a,${evil},1`]), "data.no-interactions", '(the first is "?]0;title');
    const list = ["item,categories", `${evil},Jazz`];
    await refusal(load({ "log.csv": log, "items.csv": list }), "data.no-interactions", 'has "?]0;title');
    await refusal(of(`{"user":"a","item":"x","is_click":${JSON.stringify(evil)}}`), "data.bad-value", "log.csv:1:");
    await refusal(loadLog([header, `a,x,1,${evil}`]), "data.row-length");
  });

  it("of a file reaches what is noted of it", async () => {
    const event = { column: "is_click", click: ["buy"] };
    const data = await loadLog([header, "a,x,\u001b[31msell"], { interactions: { event, feedback: [] } });
    expect(data.reading?.notes.join()).toContain("[31msell (1)");
    expect(data.reading?.notes.join()).not.toMatch(/\p{Cc}/u);
    const list = ["item,categories", 'x,"\u001b[31mJazz, Soul"', "y,Soul", "w,Rock"];
    const hinted = await load({ "log.csv": log, "items.csv": list });
    expect(hinted.reading?.notes.join()).toContain("separator");
    expect(hinted.reading?.notes.join()).not.toMatch(/\p{Cc}/u);
  });
});

describe("a message stays short", () => {
  const long = "z".repeat(50_000);

  it("whatever the file holds", async () => {
    for (const rows of [
      [header, `a,x,${long}`],
      [header, `a,${long},1`],
      [`user,item,${long}`, "a,x,1"],
      [`user,item,${"zz,".repeat(5000)}`, "a,x,1"],
      [header, "a,x,1", ...Array(20).fill(`a,${long},1`)],
    ]) {
      const error = await loadLog(rows).then(
        () => "",
        (thrown: Error) => thrown.message,
      );
      expect(error).toContain("log.csv");
      expect(error.length).toBeLessThan(2000);
    }
  });

  it("in what is noted too", async () => {
    const event = { column: "is_click", click: ["buy"] };
    const data = await load(
      {
        "log.csv": [header, ...Array.from({ length: 20 }, (_, i) => `a,x,${i}${long}`)],
        "items.csv": ["item,categories", `x,"${long}, Soul"`, "y,Soul", 'w,"Rock, Soul"'],
      },
      { interactions: { event } },
    );
    expect(notesOf(data)).toHaveLength(2);
    for (const note of notesOf(data)) expect(note.length).toBeLessThan(2000);
  });
});

describe("what is no file", () => {
  it("a folder is called one", async () => {
    const folder = await folderOf({ "items.csv": "item,categories\nx,Jazz\n" });
    await mkdir(join(folder, "log.csv"));
    const options = { baseFolder: folder };
    await refusal(loadDataset(configOf(), options), "file.not-regular", "log.csv: a folder, not a file");
    const settings = { interactions: { path: "items.csv" }, items: { path: "log.csv" } };
    await refusal(loadDataset(configOf(settings), options), "file.not-regular", "log.csv: a folder, not a file");
  });

  it("nothing at all is said to be missing, nothing in it to be empty", async () => {
    await refusal(loadLog(log, { items: { path: "none.csv" } }), "data.file-missing", "none.csv", "dataset.items.path");
    for (const empty of ["", "\n \r\n", "\ufeff", gzipSync("")]) await refusal(of(empty), "data.file-empty", "log.csv");
    await refusal(loadLog([header]), "data.no-interactions", "no interaction is left");
  });
});
