import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  appendMoment,
  differencesOf,
  momentOf,
  momentsFileOf,
  readMoments,
} from "../../../src/engine/trials/momentsFile.ts";
import type { Moment } from "../../../src/protocol/moments.ts";
import { type Episode, type Reflection, SUMMARY } from "../../../src/protocol/run.ts";
import { temporaryFolder } from "../comparison/runFolders.ts";

const moment = (name: string, more: Partial<Moment> = {}): Moment => ({
  name,
  user: "507",
  slates: [{ items: ["1", "2"], feedback: { "2": ["is_click"] } }],
  reflections: [{ id: "r3", text: "Vary.", score: 9.5 }],
  ...more,
});

async function written(text: string): Promise<string> {
  const file = join(await temporaryFolder(), "x.moments.json");
  await writeFile(file, text);
  return file;
}

const COMMENTED = `// What the planner must not forget.
{
    "moments": [
        // The first one.
        { "user": "1", "name": "first" /* here */, "note": "kept \\u00e4", } // its comment
    ],
    /* of all */ "expect": { "size": { "max": 24 } }
}
`;

describe("keeping a moment", () => {
  it("loses none of several that are kept at once", async () => {
    const file = join(await temporaryFolder(), "new.moments.json");
    const kept = ["a", "b", "a", "c", "d"].map((name) => appendMoment(file, moment(name)));
    const outcomes = await Promise.allSettled(kept);
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
    expect((await readMoments(file)).moments.map(({ name }) => name)).toEqual(["a", "b", "c", "d"]);
  });

  it("numbers a name that is taken where nobody chose it, and keeps no decision twice", async () => {
    const file = join(await temporaryFolder(), "new.moments.json");
    await appendMoment(file, moment("a"), "number");
    await expect(appendMoment(file, moment("b"), "number")).rejects.toThrow('is kept already, as "a" in');
    const others = ["9", "12"].map((user) => appendMoment(file, moment("a", { user }), "number"));
    expect((await Promise.all(others)).map(({ name }) => name)).toEqual(["a (2)", "a (3)"]);
    const long = "x".repeat(80);
    await appendMoment(file, moment(long, { user: "1" }), "number");
    expect((await appendMoment(file, moment(long, { user: "2" }), "number")).name).toBe(`${"x".repeat(76)} (2)`);
    // A user's id may be longer than a name.
    const hash = `user ${"f".repeat(90)}, visit s0-1, step 3`;
    expect((await appendMoment(file, moment(hash, { user: "3" }), "number")).name).toBe(hash.slice(0, 80));
  });

  it("begins a file where there is none", async () => {
    const file = join(await temporaryFolder(), "new.moments.json");
    expect((await appendMoment(file, moment("a"))).moments.moments).toHaveLength(1);
    expect((await appendMoment(file, moment("b"))).moments.moments.map(({ name }) => name)).toEqual(["a", "b"]);
    expect((await readMoments(file)).moments).toEqual([moment("a"), moment("b")]);
    expect(await readFile(file, "utf8")).toMatch(/\n$/);
  });

  it("leaves comments, order and everything else as they stand", async () => {
    const file = await written(COMMENTED);
    await appendMoment(file, moment("second"));
    const text = await readFile(file, "utf8");
    const [before = "", after = ""] = COMMENTED.split("\n    ],");
    expect(
      text.startsWith(
        `${before.replace(" // its comment", ", // its comment")}\n        {\n          "name": "second"`,
      ),
    ).toBe(true);
    expect(text.endsWith(`\n        }\n    ],${after}`)).toBe(true);
    expect((await readMoments(file)).moments.map(({ name }) => name)).toEqual(["first", "second"]);
    expect((await readMoments(file)).expect).toEqual({ size: { max: 24 } });
  });

  it.each([
    ['{"moments":[{"user":"1","name":"b"}]}', '{"moments":[{"user":"1","name":"b"},\n  A\n]}'],
    ['{"moments":[{"user":"1","name":"b"} /* , */ , ]}', '{"moments":[{"user":"1","name":"b"} /* , */ ,\n  A\n]}'],
    [
      '{\n\t"moments": [\n\t\t{ "user": "1", "name": "b" } // last\n\t]\n}',
      '{\n\t"moments": [\n\t\t{ "user": "1", "name": "b" }, // last\n\t\tA\n\t]\n}',
    ],
    ['{ "moments": [ // none, yet\n ] }', '{ "moments": [ // none, yet\n  A\n] }'],
    ['{"expect": {}, "moments" : [], }', '{"expect": {}, "moments" : [\n  A\n], }'],
  ])("adds at the end of the list in %j", async (text, expected) => {
    const file = await written(text);
    const { moments } = (await appendMoment(file, moment("a"))).moments;
    expect(moments.at(-1)).toEqual(moment("a"));
    const after = await readFile(file, "utf8");
    expect(after.replace(/\{\s*"name": "a"[\s\S]*"score": 9.5\s*\}\s*\]\s*\}/, "A")).toBe(expected);
  });

  it("keeps Windows line ends, every one", async () => {
    const file = await written(COMMENTED.replaceAll("\n", "\r\n"));
    await appendMoment(file, moment("second"));
    expect(await readFile(file, "utf8")).not.toMatch(/[^\r]\n/);
  });

  it("refuses a name that is taken, and leaves the file and nothing beside it", async () => {
    const file = await written(COMMENTED);
    await expect(appendMoment(file, moment("first"))).rejects.toThrow(
      /x\.moments\.json:\d+:\d+: moments\.1\.name: "first" is the name of an earlier moment; choose another\./,
    );
    expect(await readFile(file, "utf8")).toBe(COMMENTED);
    expect(await readdir(dirname(file))).toEqual(["x.moments.json"]);
  });

  it("does not touch a file that is no moments document", async () => {
    for (const text of ["", "[]", '{"name": "Tiny", "dataset": {}}', '{"moments": [}', '{"moments": {}}']) {
      const file = await written(text);
      await expect(appendMoment(file, moment("a"))).rejects.toThrow(/x\.moments\.json:1:\d+: /);
      expect(await readFile(file, "utf8")).toBe(text);
    }
  });

  it("does not begin a file in place of one that cannot be read", async () => {
    const folder = join(await temporaryFolder(), "x.moments.json");
    await mkdir(folder);
    await expect(appendMoment(folder, moment("a"))).rejects.toThrow("cannot be read");
  });
});

describe("a moments file", () => {
  it("is named after its experiment", () => {
    expect(momentsFileOf("/a/quickstart.lerl.json")).toBe("/a/quickstart.moments.json");
    expect(momentsFileOf("/a/other.json")).toBe("/a/other.moments.json");
  });

  it("that is not there is missed by the name it was given", async () => {
    await expect(readMoments("/nowhere/x.moments.json", "x.moments.json")).rejects.toThrow(
      /^x\.moments\.json: cannot be read .* Keep a moment first: lerl moments keep\./,
    );
  });
});

describe("a moment of a visit", () => {
  const lesson = (id: string, edited = false): Reflection => ({
    id,
    text: `Lesson ${id}.`,
    score: 3,
    episode: "e",
    iteration: 1,
    source: "model",
    pinned: false,
    muted: false,
    rating: 0,
    timesSampled: 0,
    edited,
  });

  const visit = (reflections: readonly string[]): Episode => {
    const plan = { categories: [1], source: "model" as const, reflections };
    const step = { plan, items: ["1"], itemCategories: [[1]], feedback: [[]], probabilities: [0.4], reward: 0 };
    const totals = { tInt: 1, rCum: 0, rSin: 0 };
    const steps = [{ ...step, repeated: false, patience: 9 }];
    return { id: "e", iteration: 1, slot: 0, user: "7", historyLength: 0, click: "", steps, ...totals, ended: "quit" };
  };

  it.each([
    ["nothing", ["r1"], []],
    ["the counts", [SUMMARY, "r1"], ["The plan was shown counts of all visits"]],
    ["a lesson that was drawn over", ["r1", "r9"], ["1 of 2 reflections that were shown are no longer in the pool"]],
    ["the words of before", ["r2"], ["r2: edited since, or before"]],
  ])("says that it lacks %s", (_what, shown, said) => {
    const pool = [lesson("r1"), lesson("r2", true)];
    const kept = momentOf(visit(shown), 1, "m", pool);
    const differences = differencesOf(kept, visit(shown), 1, pool);
    expect(differences).toEqual(said.map((start) => expect.stringContaining(start)));
  });
});
