import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { lerl, tinyExperiment } from "./lerl.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lerl-findings-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

interface Log {
  readonly rows?: number;
  readonly users?: number;
  /** Items that the log names; the item file has 40. */
  readonly items?: number;
  readonly click?: (row: number) => boolean;
}

/** Every user likes the items of even numbers, more or less. */
const likes = (row: number): boolean => (row * 7919) % 10 < ((row * 31) % 2 === 0 ? 8 : 2);

async function world({ rows = 3000, users = 20, items = 40, click = likes }: Log): Promise<void> {
  const log = Array.from(
    { length: rows },
    (_, row) => `u${(row * 13) % users},i${(row * 31) % items},${click(row) ? 1 : 0}`,
  );
  const list = Array.from({ length: 40 }, (_, item) => `i${item},${"ABCDEFGH"[item % 8]}`);
  await writeFile(join(folder, "log.csv"), `user,item,is_click\n${log.join("\n")}\n`);
  await writeFile(join(folder, "items.csv"), `item,categories\n${list.join("\n")}\n`);
  const experiment = {
    ...tinyExperiment,
    dataset: { kind: "csv", interactions: { path: "log.csv" }, items: { path: "items.csv" } },
    simulator: { ...tinyExperiment.simulator, responseModel: { kind: "trained", epochs: 1 } },
  };
  await writeFile(join(folder, "x.lerl.json"), JSON.stringify(experiment));
}

const run = (out = "run", ...more: readonly string[]) =>
  lerl(["run", "x.lerl.json", "--iterations", "1", "--out", out, ...more], folder);
const record = async () => JSON.parse(await readFile(join(folder, "run", "run.json"), "utf8"));
const warnings = async (): Promise<readonly { readonly code: string; readonly iteration: number }[]> =>
  (await readFile(join(folder, "run", "events.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === "warning");

describe("what was left out of the data", () => {
  it("is said in a line, and above a fifth on the curves and in the summary", async () => {
    await world({ items: 60 });
    const { code, out, err } = await run();
    expect(code, err).toBe(0);
    const line =
      'log.csv: 3,000 interactions read, 2,000 kept; dropped: 1,000 interactions with an item that the item file lacks (the first: "i';
    const { data } = await record();
    expect(data.read).toContain(line);
    expect(data.findings[0]).toMatchObject({ code: "data.dropped", message: expect.stringContaining("33 %") });
    expect((await warnings())[0]).toMatchObject({ code: "data.dropped", iteration: 0 });
    expect(err).toContain("warning log.csv: 33 % of the interactions were dropped");
    expect(out).toContain(line);
    // Once more beside the result.
    expect(out).toContain(`warning ${data.findings[0].message}`);
    const json = await run("another", "--json");
    expect(JSON.parse(json.out.trim().split("\n").at(-1) as string)).toMatchObject({ data });
  });

  it("is no warning where it is little", async () => {
    await world({ items: 44 });
    const { code, err } = await run();
    expect(code, err).toBe(0);
    const { data } = await record();
    expect(data.read).toMatch(/3,000 interactions read, 2,7\d\d kept; dropped: 2\d\d /);
    expect(data.findings).not.toContainEqual(expect.objectContaining({ code: "data.dropped" }));
  });

  it("ends the run where it is nearly all, unless that is allowed", async () => {
    await world({ items: 800, rows: 8000, users: 10 });
    const refused = await run();
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("95 % of the interactions were dropped: 7,600 interactions with an item");
    expect(refused.err).toContain("dataset.mayDrop");
    const described = await lerl(["data", "describe", "x.lerl.json"], folder);
    expect(described.code, described.err).toBe(0);
    expect(described.out).toContain("7,600  interactions with an item that the item file lacks");
    const trained = await lerl(["user-model", "train", "x.lerl.json", "--set", "dataset.mayDrop=1"], folder);
    expect(trained.code, trained.err).toBe(0);
    expect(trained.err).toContain("log.csv: 8,000 interactions read, 400 kept");
    expect(trained.err).toContain("warning The user model was trained on few interactions, ");
  });
});

describe("a user model", () => {
  it.each([
    ["no click", { click: () => false }, "user-model.learned-nothing", "no interaction is a click (is_click)"],
    ["clicks only", { click: () => true }, "user-model.learned-nothing", "dataset.interactions.negatives"],
    [
      "guesses",
      { click: (row: number) => Math.imul(row, 0x9e3779b1) >>> 31 === 1 },
      "user-model.weak",
      "its AUC on held-out",
    ],
  ] as const)("that has seen %s is a warning on the run", async (_, log, code, words) => {
    await world(log);
    const done = await run();
    expect(done.code, done.err).toBe(0);
    expect(await warnings()).toContainEqual(expect.objectContaining({ code, message: expect.stringContaining(words) }));
    expect((await record()).data.findings).toContainEqual(expect.objectContaining({ code }));
    expect(done.err).toContain(words);
  });

  it("takes users with fewer rows where the setting says so", async () => {
    await world({ rows: 400 });
    const few = await lerl(["user-model", "train", "x.lerl.json", "--json"], folder);
    expect(few.code).toBe(1);
    expect(few.err).toContain("has the 25 logged interactions");
    expect(few.err).toContain("simulator.responseModel.minRows");
    const enough = await lerl(
      ["user-model", "train", "x.lerl.json", "--json", "--set", "simulator.responseModel.minRows=15"],
      folder,
    );
    expect(enough.code, enough.err).toBe(0);
    expect(JSON.parse(enough.out)).toMatchObject({ trainingRows: 200, testRows: 100, droppedUsers: 0 });
    expect(enough.err).toContain("trained on few interactions, 200 of 400");
  });
});
