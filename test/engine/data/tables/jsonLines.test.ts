import { describe, expect, it } from "vitest";
import { categoriesOf, countsOf, historiesOf, items, load, loadLog, log, usual } from "../csv/support.ts";

/** Rows of a table as objects, one per line. */
function objects([header = "", ...rows]: readonly string[]): string[] {
  const names = header.split(",");
  return rows.map((row) => JSON.stringify(Object.fromEntries(row.split(",").map((cell, i) => [names[i], cell]))));
}

describe("JSON lines", () => {
  it("are known by their first sign, in either file", async () => {
    expect(countsOf(await load({ "log.csv": objects(log) }))).toEqual(usual);
    expect(countsOf(await load({ "log.csv": log, "items.csv": objects(items) }))).toEqual(usual);
    expect(countsOf(await load({ "log.csv": `\ufeff\n${objects(log).join("\r\n\r\n")}` }))).toEqual(usual);
  });

  it("give numbers, truth values and lists as what they are", async () => {
    const data = await load(
      {
        "log.csv": [
          '{"user":7,"item":101,"seen":true,"at":1700000000.5}',
          '{"at":1700000000.25,"seen":false,"item":102,"user":7}',
        ],
        "items.csv": [
          '{"item":101,"categories":["Jazz","R&B, Soul"]}',
          '{"item":"102","categories":[{"id":3,"name":"Pop"}]}',
        ],
      },
      { interactions: { feedback: ["seen"], time: "at" } },
    );
    expect(historiesOf(data)).toEqual({ 7: ["-102", "101"] });
    expect(categoriesOf(data)).toEqual({ 101: ["Jazz", "R&B, Soul"], 102: ["Pop"] });
  });

  it("take null for an empty cell", async () => {
    const rows = ['{"user":"a","item":"x","rating":5}', '{"user":"a","item":"y","rating":null}'];
    const data = await loadLog(rows, { interactions: { feedback: ["rating"], clickAt: 4 } });
    expect(historiesOf(data)).toEqual({ a: ["x", "?y"] });
  });

  it("take a key that an object lacks for an empty cell, as many writers leave out what is empty", async () => {
    const list = ['{"item":"x","categories":["Jazz"]}', '{"item":"y"}'];
    const data = await load({ "log.csv": log, "items.csv": list }, { items: { otherwise: "Other" } });
    expect(categoriesOf(data)).toMatchObject({ x: ["Jazz"], y: ["Other"] });
  });

  it("keep every digit of an id", async () => {
    const rows = ["76561198000000001", "76561198000000002", "18446744073709551615"].map(
      (user) => `{"user":${user},"item":"x","is_click":1}`,
    );
    const data = await loadLog(rows);
    expect(data.userIds).toEqual(["76561198000000001", "76561198000000002", "18446744073709551615"]);
    // A text with such a number in it is no reason to read the others otherwise.
    const texts = rows.map((row) => row.replace("}", ',"note":"[1, 76561198000000009, 2]"}'));
    expect((await loadLog(texts)).userIds).toEqual(data.userIds);
    const reviewed = rows.map((row) => row.replace("}", ',"76561198000000001":"who: 76561198000000009, not me"}'));
    expect((await loadLog(reviewed)).userIds).toEqual(data.userIds);
    const asText = await loadLog(['{"user":"a:76561198000000001,b","item":"x","is_click":1}']);
    expect(asText.userIds).toEqual(["a:76561198000000001,b"]);
  });

  it("hold no delimiter that would end a cell", async () => {
    const rows = ['{"user":"a\\n,\\"b\\"\\t;|","item":"x","is_click":1}', '{"user":"\\u559c","item":"x","is_click":0}'];
    expect((await loadLog(rows)).userIds).toEqual(['a\n,"b"\t;|', "喜"]);
  });
});
