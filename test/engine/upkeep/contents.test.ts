import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { defaultTrainedConfig, evaluationConfig, modelKey } from "../../../src/engine/simulator/trained/userModel.ts";
import { RunFolder } from "../../../src/engine/store/runFolder.ts";
import { storageContents } from "../../../src/engine/upkeep/contents.ts";
import { outermost, withInner } from "../../../src/protocol/engine/storedItems.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { runRecord } from "../store/records.ts";
import { age, keptWorkspace, paths } from "./keptWorkspace.ts";

const listed = (folder: string) => storageContents(folder, () => new Date());
const staying = async (folder: string) =>
  Object.fromEntries((await listed(folder)).map(({ path, stays }) => [path, stays]));

/** A run of a record. */
function makeRun(folder: string, id: string, more: Parameters<typeof runRecord>[1] = {}): void {
  mkdirSync(join(folder, ".lerl/runs", id), { recursive: true });
  writeFileSync(join(folder, ".lerl/runs", id, "run.json"), JSON.stringify(runRecord(id, more)));
}

it("lists nothing where there is no .lerl", async () => {
  const folder = keptWorkspace();
  rmSync(join(folder, ".lerl"), { recursive: true });
  expect(await listed(folder)).toEqual([]);
});

it("lists what there is by path, kind, name, size and age, the largest first", async () => {
  const folder = keptWorkspace();
  age(join(folder, ".lerl", paths.interrupted), 40);
  const items = await listed(folder);
  expect(items.map(({ path }) => path).sort()).toEqual(Object.values(paths).sort());
  expect(items.map(({ bytes }) => bytes)).toEqual(items.map(({ bytes }) => bytes).sort((a, b) => b - a));
  const interrupted = items.find(({ path }) => path === paths.interrupted);
  expect(interrupted).toMatchObject({ kind: "runs", name: "BeforeInterrupted" });
  expect(Date.now() - Date.parse(interrupted?.changedAt ?? "")).toBeGreaterThan(39 * 86_400_000);
  const model = items.find(({ path }) => path === paths.model);
  const sizeOf = (name: string): number => readFileSync(join(folder, ".lerl", paths.model, name)).length;
  expect(model?.name).toBe("interactions.csv");
  expect(model?.bytes).toBe(sizeOf("weights.f32") + sizeOf("model.json"));
});

it("tells the same of one item alone, and nothing of one that is gone", async () => {
  const folder = keptWorkspace();
  mkdirSync(join(folder, ".lerl/cache"));
  writeFileSync(join(folder, ".lerl/cache/answers.jsonl"), "");
  const owned = await RunFolder.open(join(folder, ".lerl", paths.interrupted), () => new Date());
  const items = await listed(folder);
  for (const item of items) expect(await storageContents(folder, () => new Date(), item.path)).toEqual([item]);
  await owned.release();
  expect(items).toHaveLength(Object.keys(paths).length + 1);
  expect(await storageContents(folder, () => new Date(), "runs/gone")).toEqual([]);
});

it("counts a file that two share for its part in each", async () => {
  const folder = keptWorkspace();
  rmSync(join(folder, ".lerl"), { recursive: true });
  for (const id of ["a", "b"]) makeRun(folder, id);
  const [alone] = await listed(folder);
  writeFileSync(join(folder, ".lerl/runs/a/arrays.bin"), Buffer.alloc(1000));
  linkSync(join(folder, ".lerl/runs/a/arrays.bin"), join(folder, ".lerl/runs/b/arrays.bin"));
  expect((await listed(folder)).map(({ bytes }) => bytes - (alone?.bytes ?? 0))).toEqual([500, 500]);
});

it("says why something stays: it is a trial's base, its answers are replayed, a process works on it", async () => {
  const folder = keptWorkspace();
  makeRun(folder, "replay", {
    experimentFile: join(folder, "tiny.lerl.json"),
    experiment: experimentSchema.parse({
      planner: { provider: "replay", replayFrom: `.lerl/${paths.withModel}` },
    }),
  });
  const stays = await staying(folder);
  expect(stays[paths.done]).toMatch(/^the trial .*round-robin.* is based on it$/);
  expect(stays[paths.withModel]).toBe("the run replay replays its answers");
  expect(stays[paths.interrupted]).toBeUndefined();
  expect(stays[paths.suite]).toBeUndefined();

  const file = join(folder, ".lerl", paths.trial, "trial.json");
  const trial = JSON.parse(readFileSync(file, "utf8"));
  trial.contenders[1] = {
    ...trial.contenders[1],
    plans: "model",
    planner: { provider: "replay", replayFrom: `.lerl/${paths.interrupted}` },
  };
  writeFileSync(
    file,
    JSON.stringify({ ...trial, base: { ...trial.base, experimentFile: join(folder, "x.lerl.json") } }),
  );
  expect((await staying(folder))[paths.interrupted]).toMatch(/^the trial .*round-robin.* replays its answers$/);
  rmSync(file);

  mkdirSync(join(folder, ".lerl/cache"));
  writeFileSync(join(folder, ".lerl/cache/answers.jsonl"), "");
  expect((await staying(folder))["cache/answers.jsonl"]).toBeUndefined();
  const owned = await RunFolder.open(join(folder, ".lerl", paths.interrupted), () => new Date());
  const busy = await staying(folder);
  await owned.release();
  expect(busy[paths.interrupted]).toBe("it is under way");
  expect(busy["cache/answers.jsonl"]).toBe("a run or a trial is under way");
});

it("keeps a user model for whoever trains with it, and one that may be somebody's", async () => {
  const folder = keptWorkspace();
  expect((await staying(folder))[paths.model]).toBe("the experiment logged.lerl.json may use it");
  rmSync(join(folder, "logged.lerl.json"));
  expect((await staying(folder))[paths.model]).toBeUndefined();

  // Its data is kept, under a name that says its content.
  const fingerprint = "0123456789abcdef".repeat(2);
  mkdirSync(join(folder, ".lerl/cache"));
  const bytes = Buffer.concat([Buffer.from("LERLDATA"), Buffer.from(fingerprint.repeat(2), "hex"), Buffer.alloc(9)]);
  writeFileSync(join(folder, ".lerl/cache", `${"a".repeat(32)}.v3.lerldata`), bytes);
  const mine = `models/${modelKey(fingerprint, defaultTrainedConfig, { reshaped: false, itemTags: false })}`;
  mkdirSync(join(folder, ".lerl", mine));
  // Its evaluations' own.
  const ofEvaluations = `models/${modelKey(fingerprint, evaluationConfig(), { reshaped: false, itemTags: false })}`;
  mkdirSync(join(folder, ".lerl", ofEvaluations));
  const experiment = experimentSchema.parse({ dataset: { kind: "kuairand", path: "data" } });
  makeRun(folder, "trains", { experiment });
  const stays = await staying(folder);
  expect(stays[mine]).toBe("the run trains uses it");
  expect(stays[ofEvaluations]).toBe("the run trains uses it");
  // One whose user model reads its feedback reshaped, where the data has more than one type of it.
  const reshaped = `models/${modelKey(fingerprint, defaultTrainedConfig, { reshaped: true, itemTags: true })}`;
  mkdirSync(join(folder, ".lerl", reshaped));
  expect((await staying(folder))[reshaped]).toBeUndefined();
  makeRun(folder, "refers", {
    experiment: experimentSchema.parse({ ...experiment, fidelity: { mode: "reference" } }),
  });
  expect((await staying(folder))[reshaped]).toBe("the run refers uses it");
  expect(stays[paths.model]).toBeUndefined();
  // Evaluations that ask training's model need no other.
  rmSync(join(folder, ".lerl/runs"), { recursive: true });
  makeRun(folder, "alike", {
    experiment: experimentSchema.parse({ ...experiment, evaluation: { responseModel: "same" } }),
  });
  const alike = await staying(folder);
  expect([alike[mine], alike[ofEvaluations]]).toEqual(["the run alike uses it", undefined]);
});

it("lists runs that a suite no longer names apart, and they go with it", async () => {
  const folder = keptWorkspace();
  const record = join(folder, ".lerl", paths.suite, "suite.json");
  const suite = JSON.parse(readFileSync(record, "utf8"));
  const [old, ...named] = suite.variants.flatMap((variant: { runs: string[] }) => variant.runs);
  const before = (await listed(folder)).find(({ path }) => path === paths.suite)?.bytes ?? 0;
  for (const variant of suite.variants) variant.runs = named;
  writeFileSync(record, JSON.stringify(suite));
  const items = await listed(folder);
  const [whole, apart] = [paths.suite, `${paths.suite}/runs/${old}`].map((path) => items.find((i) => i.path === path));
  expect(apart).toMatchObject({ kind: "suites" });
  expect(whole && apart && whole.bytes + apart.bytes).toBeLessThan(before);
  expect(whole && withInner([whole], items)).toEqual(expect.arrayContaining([whole, apart]));
  expect(whole && outermost(withInner([whole], items))).toEqual([whole]);

  const owned = await RunFolder.open(join(folder, ".lerl", apart?.path ?? ""), () => new Date());
  const stays = await staying(folder);
  await owned.release();
  expect(stays[paths.suite]).toBe("a run of it is under way");
});

it("lists all the same where the cache is a link, which is a row of its own", async () => {
  const folder = keptWorkspace();
  const outside = join(folder, "outside");
  mkdirSync(outside);
  symlinkSync(outside, join(folder, ".lerl/cache"));
  const stays = await staying(folder);
  expect(Object.keys(stays).sort()).toEqual(["cache", ...Object.values(paths)].sort());
  expect(stays.cache).toBe("it is a symbolic link, and links are not followed");
  expect(stays[paths.interrupted]).toBeUndefined();
  expect(readdirSync(outside)).toEqual([]);
});

it("leaves alone what may be in the making, what it does not know, and what links lead to", async () => {
  const folder = keptWorkspace();
  const storage = join(folder, ".lerl");
  const outside = join(folder, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "large"), Buffer.alloc(1 << 20));
  symlinkSync(outside, join(storage, "runs/linked"));
  symlinkSync(outside, join(storage, "reports"));
  // The record names no run: all that lies there would be of no use.
  const suite = join(storage, paths.suite);
  rmSync(join(suite, "runs"), { recursive: true });
  symlinkSync(outside, join(suite, "runs"));
  mkdirSync(join(outside, "somebody's"));
  mkdirSync(join(storage, "runs/begun"));
  mkdirSync(join(storage, "cache"));
  writeFileSync(join(storage, "cache/x.lerldata.0123456789abcdef.tmp"), "half");
  writeFileSync(join(storage, "notes.txt"), "mine");
  writeFileSync(join(storage, ".gitignore"), "*\n");
  const items = await listed(folder);
  expect(JSON.stringify(items)).not.toContain("somebody's");
  expect(items.find(({ path }) => path === "runs/linked")?.bytes).toBeLessThan(1000);
  const stays = Object.fromEntries(items.map(({ path, stays: why }) => [path, why]));
  expect(stays).toMatchObject({
    reports: "it is a symbolic link, and links are not followed",
    "notes.txt": "it is nothing that was made here",
    "runs/begun": "it may be in the making",
    "cache/x.lerldata.0123456789abcdef.tmp": "it may be in the making",
  });
  expect(stays).not.toHaveProperty([".gitignore"]);

  age(join(storage, "cache"), 1);
  const yesterday = new Date(Date.now() - 86_400_000);
  utimesSync(join(storage, "runs/begun"), yesterday, yesterday);
  const later = await staying(folder);
  expect([later["runs/begun"], later["cache/x.lerldata.0123456789abcdef.tmp"]]).toEqual([undefined, undefined]);
});

it("says of a lock that is none, and lists the others", async () => {
  const folder = keptWorkspace();
  mkdirSync(join(folder, ".lerl", paths.interrupted, "lock.json"));
  const stays = await staying(folder);
  expect(stays[paths.interrupted]).toBe("nobody can tell from its lock.json whether it is under way");
  expect(Object.keys(stays)).toHaveLength(Object.keys(paths).length);
});

it("keeps for good what a process of another machine may own, and the caches it may use", async () => {
  const folder = keptWorkspace();
  const foreign = { pid: 7, processStart: "x", since: "2026-11-23T16:25:03.000Z", host: "lab-3" };
  for (const owned of [paths.interrupted, paths.suite])
    writeFileSync(join(folder, ".lerl", owned, "lock.json"), JSON.stringify(foreign));
  mkdirSync(join(folder, ".lerl/cache"));
  writeFileSync(join(folder, ".lerl/cache/answers.jsonl"), "");
  const clock = vi.spyOn(performance, "now");
  onTestFinished(() => clock.mockRestore());
  for (const at of [0, 60_000, 3_600_000]) {
    clock.mockReturnValue(at);
    expect(await staying(folder)).toMatchObject({
      [paths.interrupted]: "nobody can tell from its lock.json whether it is under way",
      [paths.suite]: "nobody can tell from its lock.json whether it is under way",
      "cache/answers.jsonl": "a run or a trial may be under way",
    });
  }
});

it.skipIf(process.getuid?.() === 0)("says of a folder that it cannot be read, and lists the others", async () => {
  const folder = keptWorkspace();
  const closed = join(folder, ".lerl", paths.interrupted);
  chmodSync(closed, 0);
  onTestFinished(() => chmodSync(closed, 0o700));
  const stays = await staying(folder);
  expect(stays[paths.interrupted]).toMatch(/^it cannot be read \(EACCES[^,]*\)$/);
  expect(Object.keys(stays)).toHaveLength(Object.keys(paths).length);
});

it("leaves alone what a person has put between what was made here", async () => {
  const folder = keptWorkspace();
  const own = ["cache/mine.txt", "cache/mine", "reports/mine", "models/mine", "trials/notes.txt"];
  for (const path of ["cache/mine", "reports/mine", "reports/a-and-1-more", "models/mine"])
    mkdirSync(join(folder, ".lerl", path), { recursive: true });
  for (const file of ["cache/mine.txt", "trials/notes.txt", "reports/mine/thesis.md", "models/mine/notes.txt"])
    writeFileSync(join(folder, ".lerl", file), "mine");
  writeFileSync(join(folder, ".lerl/reports/a-and-1-more/report.html"), "");
  const stays = await staying(folder);
  for (const path of own) expect(stays[path], path).toBe("it is nothing that was made here");
  expect(Object.keys(stays)).toContain("reports/a-and-1-more");
  expect(stays["reports/a-and-1-more"]).toBeUndefined();
});
