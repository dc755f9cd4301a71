import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { OutsideFilesError } from "../../../src/engine/serving/namedFiles.ts";
import { checkResult } from "../../../src/protocol/contract.ts";
import { engineNotifications, engineRequests } from "../../../src/protocol/engine.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { serviceAt } from "./serviceAt.ts";

const scratch = scratchFolder();
const workspace = join(scratch.path, "w");
const { handlers, notified } = serviceAt(workspace);
afterAll(() => scratch.remove());

function write(name: string, lines: readonly string[]): string {
  mkdirSync(workspace, { recursive: true });
  const file = join(workspace, name);
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

const log = ["who;what;rated", "u1;i1;5", "u1;i2;2", "u2;i1;4", "u2;gone;1", "u2;gone2;1"];
const dataset = (more: object = {}) => ({
  kind: "csv",
  interactions: { path: "log.csv", user: "who", item: "what", feedback: ["rated"], clickAt: 4 },
  items: { path: "items.csv", item: "what" },
  ...more,
});
const describeData = (section: object, signal?: AbortSignal) =>
  handlers["data/describe"](
    { experimentFile: join(workspace, "x.lerl.json"), experimentText: JSON.stringify({ dataset: section }) },
    signal,
  );

describe("data that are described", () => {
  it("are a page of text, with what to know before, however much is dropped", async () => {
    write("log.csv", log);
    write("items.csv", ["what,categories", "i1,Jazz", "i2,Soul"]);
    const described = await describeData(dataset({ mayDrop: 0.1 }));
    expect(checkResult(engineRequests, "data/describe", described)).toEqual(described);
    expect(described.page).toMatch(/^log\.csv\n/);
    expect(described.page).toMatch(/Users +2\n/);
    expect(described.page).toMatch(/Interactions +3\n/);
    expect(described.page).toMatch(/rated +0\.6667 +2 +3\n/);
    expect(described.warnings.join()).toContain("40 % of the interactions were dropped");
    expect(described.warnings.join()).toContain("gone");
    const told = notified.filter(([name]) => name === "data/progress").map(([, progress]) => progress);
    expect(told.at(-1)).toMatchObject({ experimentFile: join(workspace, "x.lerl.json"), share: 1 });
    for (const one of told) expect(() => engineNotifications["data/progress"].parse(one)).not.toThrow();
  });

  it("may be generated ones", async () => {
    const { page, warnings } = await describeData({ kind: "synthetic", users: 20, items: 60 });
    expect(page).toMatch(/Users +20\n/);
    expect(warnings).toEqual([]);
  });

  it("are left alone once nobody waits any more", async () => {
    const cancelled = new AbortController();
    cancelled.abort(new Error("nobody waits"));
    await expect(describeData(dataset(), cancelled.signal)).rejects.toThrow("nobody waits");
  });

  it("are told of what is wrong, with the file's line", async () => {
    write("log.csv", [...log, "u3;i1;five"]);
    await expect(describeData(dataset())).rejects.toThrow(/log\.csv:7: column "rated" holds "five"/);
    await expect(describeData({ kind: "cvs" })).rejects.toThrow(/dataset/);
  });
});

describe("a table whose columns are proposed", () => {
  it("is shown with its first rows and what reads it", async () => {
    const file = write("ratings.csv", ["userId;movieId;rating", "1;31;2.5", "2;31;5"]);
    const proposed = await handlers["data/propose"]({ file, table: "interactions" });
    expect(checkResult(engineRequests, "data/propose", proposed)).toEqual(proposed);
    expect(proposed).toMatchObject({
      delimiter: ";",
      format: {},
      proposal: { user: "userId", item: "movieId", click: "rating" },
      columns: [
        { column: "userId", cells: ["1", "2"] },
        { column: "movieId", cells: ["31", "31"] },
        { column: "rating", cells: ["2.5", "5"], click: { by: "amount" } },
      ],
    });
  });

  it("is read in the encoding it is said to have", async () => {
    const file = write("latin.csv", []);
    writeFileSync(file, Buffer.from("user,item\nzoë,s1\n", "latin1"));
    const ask = (encoding?: string) =>
      handlers["data/propose"]({ file, table: "interactions", ...(encoding && { encoding }) });
    await expect(ask()).rejects.toMatchObject({ code: "data.encoding" });
    expect(await ask("latin1")).toMatchObject({ format: { encoding: "latin1" }, columns: [{ cells: ["zoë"] }, {}] });
  });
});

it("what lies outside the workspace is read once a person allows it", async () => {
  const file = join(scratch.path, "outside.csv");
  writeFileSync(file, "user,item,is_click\nu1,i1,1\n");
  const asked = handlers["data/propose"]({ file, table: "items" });
  await expect(asked).rejects.toThrow(OutsideFilesError);
  await expect(asked).rejects.toThrow(/dataset\.items\.path: .*outside\.csv/);
  const section = {
    kind: "csv",
    interactions: { path: "../outside.csv" },
    items: { item: "item", categories: "user" },
  };
  await expect(describeData(section)).rejects.toThrow(OutsideFilesError);
  await handlers["files/allow"]({ read: [scratch.path], written: [] });
  expect((await handlers["data/propose"]({ file, table: "interactions" })).proposal.user).toBe("user");
  expect((await describeData(section)).page).toContain("outside.csv");
});
