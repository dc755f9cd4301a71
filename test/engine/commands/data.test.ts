import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { jsonLinesOf, lerl, scratchFolder, start, tinyExperiment, writeExperiment } from "./lerl.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());

let folder = "";
let world = 0;
const at = (...path: readonly string[]): string => join(folder, ...path);
const write = (name: string, lines: readonly string[]): void => writeFileSync(at(name), `${lines.join("\n")}\n`);
const read = (...path: readonly string[]): string => readFileSync(at(...path), "utf8");

/** A folder of its own with ratings, semicolons between cells, and the experiment that reads them. */
beforeEach(() => {
  folder = join(scratch.path, String(world++));
  mkdirSync(folder);
  write("log.csv", [
    "who;what;stars;seconds;day",
    "zoë;s1;5;;2021-03-02",
    "zoë;s2;3;70;2021-03-01",
    "bob;s1;4;2;2021-03-01",
    "bob;s7;4;2;2021-03-02",
  ]);
  write("items.csv", ["item;categories", "s1;Jazz|Soul", "s2;Rock, hard", "s3;Never shown"]);
  writeExperiment(
    folder,
    {
      dataset: {
        kind: "csv",
        interactions: {
          path: "log.csv",
          user: "who",
          item: "what",
          feedback: ["stars", "seconds"],
          clickAt: { stars: 4, seconds: 60 },
          time: "day",
        },
        items: { path: "items.csv" },
      },
    },
    "mine.lerl.json",
  );
});

const data = (...args: readonly string[]) => lerl(["data", ...args], folder);

describe("lerl data describe", () => {
  it("shows a page: first rows as understood, counts, what was dropped, feedback, histories, popularity, categories", async () => {
    const { code, out, err } = await data("describe", "mine.lerl.json");
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}zoë {3}s1 {4}Jazz, Soul {2}yes {4}not recorded {2}2021-03-02T00:00:00\.000Z$/m);
    expect(out).toMatch(/^ {2}Interactions {2}3$/m);
    expect(out).toMatch(/^ {2}stars {4}0\.6667 {10}2 {9}3$/m);
    expect(out).toMatch(/^ {2}top 50 % {2}1 item {2}66\.7 % {2}█+$/m);
    expect(out).toContain('1  interactions with an item that the item file lacks; the first: "s7"');
    expect(err).toContain("25 % of the interactions were dropped");
  });

  it("gives the same as JSON", async () => {
    const [description] = jsonLinesOf(await data("describe", "mine.lerl.json", "--json"));
    expect(description).toMatchObject({
      firstRows: [
        { user: "zoë", item: "s1", categories: ["Jazz", "Soul"], feedback: { stars: true, seconds: null } },
        { user: "zoë", item: "s2", feedback: { stars: false, seconds: true }, time: "2021-03-01T00:00:00.000Z" },
        { user: "bob", item: "s1", feedback: { stars: true, seconds: false } },
      ],
      popularity: { top: [{ share: 0.01, items: 1 }, {}, {}, {}, { share: 0.5, items: 1, interactions: 2 / 3 }] },
    });
  });
});

/** What a description says of the data, whatever they were read from. */
async function described(target: string): Promise<object> {
  const [description = {}] = jsonLinesOf(await data("describe", target, "--json"));
  const { users, interactions, density, feedback, historyLength, popularity, categoriesPerItem, categories } =
    description;
  const byName = (categories as Record<string, unknown>[])
    .map(({ id, ...category }) => category)
    .toSorted((a, b) => String(a.name).localeCompare(String(b.name)));
  return { users, interactions, density, feedback, historyLength, popularity, categoriesPerItem, categories: byName };
}

describe("lerl data convert", () => {
  it("writes what was understood as a CSV pair, and the experiment that reads it", async () => {
    const { code, out } = await data("convert", "mine.lerl.json", "--out", "as csv");
    expect(code).toBe(0);
    expect(out).toContain("3 interactions of 2 users are in as csv/interactions.csv, 2 items in as csv/items.csv.");
    expect(out).toContain("lerl data describe 'as csv/dataset.lerl.json'");
    expect(read("as csv", "interactions.csv")).toBe(
      "user,item,stars,seconds,time\nzoë,s2,0,1,1\nzoë,s1,1,,2\nbob,s1,1,0,1\n",
    );
    expect(read("as csv", "items.csv")).toBe('item,categories\ns1,Jazz|Soul\ns2,"Rock, hard"\n');
    expect(await described("as csv/dataset.lerl.json")).toEqual(await described("mine.lerl.json"));
    expect(readdirSync(at("as csv")).sort()).toEqual(["dataset.lerl.json", "interactions.csv", "items.csv"]);
  });

  it("takes a folder with a published data set, too", async () => {
    mkdirSync(at("ml-1m"));
    write("ml-1m/movies.dat", ["1::One (1995)::Comedy|Drama", "2::Two (1996)::Drama"]);
    write("ml-1m/ratings.dat", ["1::1::5::30", "1::2::3::20", "2::2::4::10"]);
    const done = await data("convert", "ml-1m", "--out", "out", "--json");
    expect(done.code).toBe(0);
    const files = ["interactions.csv", "items.csv", "dataset.lerl.json"].map((name) => at("out", name));
    expect(jsonLinesOf(done)).toMatchObject([{ files, users: 2, items: 2, interactions: 3 }]);
    expect(await described("out/dataset.lerl.json")).toEqual(await described("ml-1m"));
  });

  it("writes generated data, too, and says what they lose", async () => {
    writeExperiment(folder);
    const { err } = await data("convert", "tiny.lerl.json", "--out", "out");
    expect(err).toContain("no part of the pair: the ground truth");
    const { out } = await data("describe", "out/dataset.lerl.json");
    expect(out).toMatch(/^ {2}Users {9}60$/m);
    expect(out).toMatch(/^ {2}Ground truth {2}not known$/m);
  });

  it("never replaces a file without --force, nor with it what it reads", async () => {
    mkdirSync(at("out"));
    write("out/items.csv", ["mine"]);
    const refused = await data("convert", "mine.lerl.json", "--out", "out");
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("items.csv: is there already. Give another folder, or --force to replace it.");
    expect(readdirSync(at("out"))).toEqual(["items.csv"]);
    expect((await data("convert", "mine.lerl.json", "--out", "out", "--force")).code).toBe(0);
    expect(read("out", "items.csv")).toContain("s1,Jazz|Soul");

    const before = read("items.csv");
    const own = await data("convert", "mine.lerl.json", "--out", ".", "--force");
    expect([own.code, own.err]).toEqual([2, expect.stringContaining("items.csv: is read to be converted.")]);
    const again = await data("convert", "out/dataset.lerl.json", "--out", "out", "--force");
    expect([again.code, again.err]).toEqual([2, expect.stringContaining("is read to be converted.")]);
    expect(read("items.csv")).toBe(before);
    expect(existsSync(at("interactions.csv"))).toBe(false);
  });

  it("writes nothing where a folder stands in the place of one of the three", async () => {
    mkdirSync(at("other/items.csv"), { recursive: true });
    const { code, err } = await data("convert", "mine.lerl.json", "--out", "other", "--force");
    expect([code, err]).toEqual([2, expect.stringContaining("items.csv: a folder stands in its place.")]);
    expect(readdirSync(at("other"))).toEqual(["items.csv"]);
  });

  it("leaves nothing behind where it is interrupted while it writes", async () => {
    writeExperiment(folder, { ...tinyExperiment, dataset: { kind: "synthetic", users: 20_000, items: 500 } });
    const running = start(["data", "convert", "tiny.lerl.json", "--out", "out"], folder);
    await expect
      .poll(() => existsSync(at("out")) && readdirSync(at("out")).length > 0, { timeout: 60_000, interval: 2 })
      .toBe(true);
    running.kill("SIGINT");
    const { code, err } = await running.finished;
    expect([code, err]).toEqual([130, expect.stringContaining("Nothing was written.")]);
    expect(readdirSync(at("out"))).toEqual([]);
  });

  it("asks where to write", async () => {
    const { code, err } = await data("convert", "mine.lerl.json");
    expect([code, err]).toEqual([2, expect.stringContaining("--out <folder>")]);
  });
});
