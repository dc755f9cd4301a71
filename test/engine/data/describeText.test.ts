import { describe, expect, it } from "vitest";
import { describeDataset } from "../../../src/engine/data/describe.ts";
import { renderDescription } from "../../../src/engine/data/describeText.ts";
import { expectLinear } from "../support/growth.ts";
import { load } from "./csv/support.ts";
import { logOfItems } from "./logOfItems.ts";
import { smallLog } from "./smallLog.ts";

describe("renderDescription", () => {
  it("aligns numbers and lets no control character of a name through", async () => {
    const text = renderDescription(describeDataset(await smallLog()));
    expect(text).toContain("  is_click  0.7500          3         4");
    expect(text).toContain("  1  interactions with an item that the item file lacks");
    expect(text).not.toContain("\u001b");
    expect(text.split("\n").every((line) => line === line.trimEnd())).toBe(true);
  });

  it("shows the first rows: ids, categories by name, and feedback that was given, not given or not recorded", async () => {
    const log = [
      "user,item,stars,at",
      `${"long ".repeat(30)},x,5,2021-03-01`,
      "b\u001b[31m,y,,2021-03-02",
      "b,w,1,2021-03-02",
    ];
    const text = renderDescription(
      describeDataset(
        await load({ "log.csv": log }, { interactions: { feedback: ["stars"], clickAt: 4, time: "at" } }),
      ),
    );
    const lines = text.split("\n");
    const first = lines.indexOf("First rows as understood") + 1;
    expect(lines.slice(first, first + 4).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ["user", "item", "categories", "stars", "time"],
      [`${"long ".repeat(30).slice(0, 60)}…`, "x", "Jazz, Soul", "yes", "2021-03-01T00:00:00.000Z"],
      ["b?[31m", "y", "Soul", "not recorded", "2021-03-02T00:00:00.000Z"],
      ["b", "w", "Rock", "no", "2021-03-02T00:00:00.000Z"],
    ]);
  });

  it("shows how few items most interactions are of", async () => {
    const text = renderDescription(describeDataset(await logOfItems([...Array<number>(9).fill(1), 41])));
    expect(text).toMatch(/^ {2}top 10 % {3}1 item {2}82\.0 % {2}█{20}$/m);
    expect(text).toMatch(/^ {2}top 50 % {2}5 items {2}90\.0 % {2}█{22}$/m);
    expect(text).toContain("  Gini 0.720");
  });
});

describe("a log of very many categories", () => {
  const many = 200_000;
  const rows = (line: (i: number) => string): string[] => Array.from({ length: many }, (_, i) => line(i));

  it("is read and described, the fifty largest on the page and all in JSON", async () => {
    const data = await load({
      "log.csv": ["user,item,is_click", "a,extra,0", ...rows((i) => `u${i % 1000},${i},${i % 2}`)],
      "items.csv": ["item,categories", "extra,name 77777", ...rows((i) => `${i},name ${i}`)],
    });
    const description = describeDataset(data);
    expect(description.categories).toHaveLength(many);
    const page = renderDescription(description);
    const lines = page.split("\n");
    expect(lines[lines.indexOf("Items per category") + 2]).toMatch(/^ {2}name 77777 \(77777\) {2,}2 /);
    expect(lines[lines.indexOf("Items per category") + 52]).toBe("  and 199,950 more, of 1 item at most");
    expect(lines.length).toBeLessThan(120);
  });

  it("takes time as its length, no more", async () => {
    const sizes = new Map(
      await Promise.all(
        [4000, 32_000].map(async (size) => [size, await logOfItems(Array<number>(size).fill(1))] as const),
      ),
    );
    expectLinear(
      "categories",
      4000,
      (size) => () => renderDescription(describeDataset(sizes.get(size) ?? expect.fail())),
    );
  });
});
