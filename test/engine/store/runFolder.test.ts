import { chmod, mkdir, readdir, readFile, rmdir, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { groupRuns } from "../../../src/engine/comparison/groups.ts";
import { JsonLinesWriter } from "../../../src/engine/store/jsonLines.ts";
import { openRunRecord } from "../../../src/engine/store/runDocuments.ts";
import { type NewRun, RunFolder } from "../../../src/engine/store/runFolder.ts";
import { RunList } from "../../../src/engine/store/runList.ts";
import { runRecord } from "./records.ts";
import { bundleProgram, start, temporaryFolder } from "./support.ts";

const now = () => new Date(2026, 10, 23, 17, 25, 3);
const never = (warning: Error) => {
  throw warning;
};

let root: string;
let count = 0;
beforeAll(async () => {
  root = await temporaryFolder();
});

async function newWorkspace(): Promise<string> {
  const folder = join(root, `workspace-${count++}`);
  await mkdir(folder);
  return folder;
}

function quickstart(workspaceFolder: string, overrides: Partial<NewRun> = {}): NewRun {
  return { workspaceFolder, name: "Quickstart", seed: 1, now, random: () => 0.5, ...overrides };
}

describe("creating a run folder", () => {
  it("names it after time, experiment and seed, and keeps it out of git", async () => {
    const workspace = await newWorkspace();
    const folder = await RunFolder.create(quickstart(workspace));
    expect(folder.id).toBe("2026-11-23-1725-quickstart-s1-i000");
    expect(folder.path).toBe(join(workspace, ".lerl", "runs", folder.id));
    expect(await readFile(join(workspace, ".lerl", ".gitignore"), "utf8")).toBe("*\n");
    expect(folder.file("metrics")).toBe(join(folder.path, "metrics.jsonl"));
    await folder.release();
  });

  it("draws again when an id is taken", async () => {
    const workspace = await newWorkspace();
    const draws = [0.5, 0.5, 0.25];
    const random = () => draws.shift() ?? 0;
    const first = await RunFolder.create(quickstart(workspace, { random }));
    const second = await RunFolder.create(quickstart(workspace, { random }));
    expect(first.id).toMatch(/-i000$/);
    expect(second.id).toMatch(/-9000$/);
  });

  it.each([
    ["Mein Versuch: Größe 3!", "mein-versuch-größe-3"],
    ["推荐 测试", "推荐-测试"],
    ["../../etc/passwd", "etc-passwd"],
    ["!?", "run"],
    ["x".repeat(80), "x".repeat(40)],
  ])("makes a readable part of the name %s", async (name, part) => {
    const folder = await RunFolder.create(quickstart(await newWorkspace(), { name }));
    expect(folder.id).toBe(`2026-11-23-1725-${part}-s1-i000`);
  });

  it("leaves a .gitignore that is already there alone", async () => {
    const workspace = await newWorkspace();
    await mkdir(join(workspace, ".lerl"));
    await writeFile(join(workspace, ".lerl", ".gitignore"), "models/\n");
    await RunFolder.create(quickstart(workspace));
    expect(await readFile(join(workspace, ".lerl", ".gitignore"), "utf8")).toBe("models/\n");
  });

  it("takes a folder given by name if it is empty, and no other", async () => {
    const workspace = await newWorkspace();
    const folder = join(workspace, "out");
    const run = await RunFolder.create(quickstart(workspace, { folder }));
    expect(run.path).toBe(folder);
    expect(run.id).toBe("out");
    await openRunRecord({ file: run.file("record"), onWarning: never }, runRecord(run.id));
    await expect(RunFolder.create(quickstart(workspace, { folder }))).rejects.toMatchObject({
      name: "InputError",
      code: "store.not-empty",
      message: expect.stringContaining(folder),
    });
  });

  it("takes a folder given by name that a start left which was killed before its record, unless that start goes on", async () => {
    const folder = join(await newWorkspace(), "out");
    await mkdir(folder);
    const lock = join(folder, "lock.json");
    await writeFile(lock, JSON.stringify({ pid: 2 ** 22 + 1, processStart: "x", since: "" }));
    await writeFile(join(folder, "run.json.0123456789abcdef.tmp"), '{"schemaVersion"');
    const taken = await RunFolder.create(quickstart(folder, { folder }));
    expect(await readdir(folder)).toEqual(["lock.json"]);
    await expect(RunFolder.create(quickstart(folder, { folder }))).rejects.toMatchObject({ code: "store.locked" });
    await taken.release();
    await writeFile(join(folder, "run.json.bak"), "{}");
    await expect(RunFolder.create(quickstart(folder, { folder }))).rejects.toMatchObject({ code: "store.not-empty" });
    expect(await readdir(folder)).toEqual(["run.json.bak"]);
  });

  it("says which folder cannot be written", async () => {
    const workspace = await newWorkspace();
    await writeFile(join(workspace, ".lerl"), "a file in the folder's place");
    await expect(RunFolder.create(quickstart(workspace))).rejects.toMatchObject({
      name: "InputError",
      code: "store.unwritable",
      message: expect.stringContaining(join(workspace, ".lerl")),
    });
  });

  it.skipIf(process.platform !== "linux")("refuses a folder below one that takes none, at once", async () => {
    const folder = "/proc/lerl/runs/one";
    await expect(RunFolder.create(quickstart(await newWorkspace(), { folder }))).rejects.toMatchObject({
      name: "InputError",
      code: "store.unwritable",
      message: expect.stringContaining(folder),
    });
  });

  it.skipIf(process.getuid?.() !== 0)("refuses a folder that belongs to someone else", async () => {
    const workspace = await newWorkspace();
    process.seteuid?.(65_534);
    try {
      await expect(RunFolder.create(quickstart(workspace))).rejects.toMatchObject({
        name: "InputError",
        code: "store.unwritable",
        message: expect.stringContaining("EACCES"),
      });
    } finally {
      process.seteuid?.(0);
    }
  });
});

describe("owning a run folder", () => {
  it.skipIf(process.getuid?.() !== 0)("of a run that nobody lets us see says so, not that it is none", async () => {
    const folder = await RunFolder.create(quickstart(await newWorkspace()));
    await openRunRecord({ file: folder.file("record"), onWarning: never }, runRecord(folder.id));
    await folder.release();
    await chmod(folder.path, 0);
    process.seteuid?.(65_534);
    try {
      await expect(RunFolder.open(folder.path, now)).rejects.toMatchObject({
        name: "InputError",
        message: expect.stringContaining("EACCES"),
      });
      await expect(groupRuns([folder.path])).rejects.toMatchObject({ code: "store.unreadable" });
    } finally {
      process.seteuid?.(0);
    }
  });

  it("is exclusive until released", async () => {
    const folder = await RunFolder.create(quickstart(await newWorkspace()));
    await openRunRecord({ file: folder.file("record"), onWarning: never }, runRecord(folder.id, { state: "running" }));
    await expect(RunFolder.open(folder.path, now)).rejects.toMatchObject({
      name: "InputError",
      code: "store.locked",
      message: expect.stringContaining("this process"),
    });
    await folder.release();
    const again = await RunFolder.open(folder.path, now);
    expect(again.id).toBe(folder.id);
    await again.release();
    await expect(stat(folder.file("lock"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it.each([
    ["of a process that has ended", JSON.stringify({ pid: 2 ** 22 + 1, processStart: "x", since: "" })],
    ["whose process id went to another process", JSON.stringify({ pid: process.pid, processStart: "x", since: "" })],
    ["that is no lock at all", "{"],
    ["left empty by a process killed before it could fill it", ""],
  ])("takes over a lock %s", async (_, lock) => {
    const folder = await RunFolder.create(quickstart(await newWorkspace()));
    await openRunRecord({ file: folder.file("record"), onWarning: never }, runRecord(folder.id, { state: "running" }));
    await writeFile(folder.file("lock"), lock);
    const taken = await RunFolder.open(folder.path, now);
    expect(JSON.parse(await readFile(folder.file("lock"), "utf8"))).toMatchObject({ pid: process.pid });
    await folder.release();
    await taken.release();
  });

  it("gives the lock back where what a killed process left cannot be removed", async () => {
    const folder = await RunFolder.create(quickstart(await newWorkspace()));
    await openRunRecord({ file: folder.file("record"), onWarning: never }, runRecord(folder.id));
    await folder.release();
    const inTheWay = `${folder.file("record")}.0123456789abcdef.tmp`;
    await mkdir(inTheWay);
    await expect(RunFolder.open(folder.path, now)).rejects.toThrow();
    await expect(stat(folder.file("lock"))).rejects.toMatchObject({ code: "ENOENT" });
    await rmdir(inTheWay);
    await (await RunFolder.open(folder.path, now)).release();
  });

  it("refuses what is no run folder", async () => {
    const workspace = await newWorkspace();
    await expect(RunFolder.open(workspace, now)).rejects.toMatchObject({ code: "store.missing" });
    await expect(RunFolder.open(join(workspace, "nowhere"), now)).rejects.toMatchObject({ code: "store.missing" });
  });

  it("goes to exactly one of several processes, also over a stale lock, and is free after a kill", async () => {
    const program = await bundleProgram(
      root,
      `import { RunLock } from "@store/runLock.ts";
       process.stdin.once("data", async () => {
         try {
           await RunLock.acquire(process.argv[2] ?? "", { now: () => new Date(0), command: "" });
           console.log("owner");
         } catch (error) {
           console.log((error as { code: string }).code);
         }
         setInterval(() => undefined, 1000);
       });
       process.stdout.write("ready ");`,
    );
    const lock = join(await newWorkspace(), "lock.json");
    for (const stale of [undefined, JSON.stringify({ pid: 2 ** 22 + 1, processStart: "x", since: "" })]) {
      if (stale) await writeFile(lock, stale);
      const rivals = Array.from({ length: 4 }, () => start(program, lock));
      for (const rival of rivals) rival.child.stdin?.write("go\n");
      const outcomes = await Promise.all(rivals.map((rival) => rival.firstLine));
      expect(outcomes.map((line) => line.replace("ready ", "")).sort()).toEqual([
        "owner",
        "store.locked",
        "store.locked",
        "store.locked",
      ]);
      for (const rival of rivals) rival.child.kill("SIGKILL");
      await Promise.all(rivals.map((rival) => rival.ended));
    }
    const after = start(program, lock);
    after.child.stdin?.write("go\n");
    expect(await after.firstLine).toBe("ready owner");
    after.child.kill("SIGKILL");
    await after.ended;
  });
});

describe("listing runs", () => {
  it("finds none where nothing ever ran", async () => {
    expect(await new RunList(await newWorkspace(), never).list()).toEqual([]);
  });

  it("lists newest first, tells live runs apart, and names what is wrong with a broken one", async () => {
    const workspace = await newWorkspace();
    const old = await RunFolder.create(quickstart(workspace, { name: "old" }));
    const recent = await RunFolder.create(quickstart(workspace, { name: "recent" }));
    const torn = await RunFolder.create(quickstart(workspace, { name: "torn" }));
    const empty = await RunFolder.create(quickstart(workspace, { name: "empty" }));
    await openRunRecord({ file: old.file("record"), onWarning: never }, runRecord(old.id, { state: "running" }));
    const later = { startedAt: "2026-11-24T08:00:00.000Z", state: "running" } as const;
    await openRunRecord({ file: recent.file("record"), onWarning: never }, runRecord(recent.id, later));
    await writeFile(torn.file("record"), '{"schemaVersion": 1, "id"');
    await writeFile(join(workspace, ".lerl", "runs", "note.txt"), "not a run");
    await old.release();

    const runs = await new RunList(workspace, never).list();
    expect(runs.map((run) => basename(run.path))).toEqual([recent.id, old.id, torn.id, empty.id]);
    expect(runs[0]).toMatchObject({ live: true, record: { startedAt: later.startedAt } });
    expect(runs[1]).toMatchObject({ live: false, record: { state: "running" } });
    expect(runs[2]).toMatchObject({ problem: expect.stringContaining("not valid JSON") });
    expect(runs[3]).toMatchObject({ problem: expect.stringContaining("not found") });
  });
});

it("gives a folder that is taken over logs of its own: a late row of who had them open goes nowhere", async () => {
  const folder = await RunFolder.create(quickstart(await newWorkspace()));
  await writeFile(folder.file("record"), "{}");
  // It was held up behind its last look at the lock.
  const heldUp = JsonLinesWriter.open<object>(folder.file("metrics"));
  heldUp.append({ row: 1 });
  heldUp.flush();
  await folder.release();

  const taken = await RunFolder.open(folder.path, now, { takeOver: true });
  const ours = JsonLinesWriter.open<object>(taken.file("metrics"));
  heldUp.append({ row: "late" });
  await heldUp.close();
  ours.append({ row: 2 });
  await ours.close();
  expect(await readFile(taken.file("metrics"), "utf8")).toBe('{"row":1}\n{"row":2}\n');
  expect((await readdir(folder.path)).sort()).toEqual(["lock.json", "metrics.jsonl", "run.json"]);
  await taken.release();
});
