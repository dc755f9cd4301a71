import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, readlink, symlink, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { replaceFile } from "../../../src/engine/store/files.ts";
import { cutBehind, endOfRows, JsonLinesWriter } from "../../../src/engine/store/jsonLines.ts";
import { openReflections, readRunRecord } from "../../../src/engine/store/runDocuments.ts";
import { RunFolder, runFiles } from "../../../src/engine/store/runFolder.ts";
import { RunLock } from "../../../src/engine/store/runLock.ts";
import { nameBeside, sweepLeftovers } from "../../../src/engine/wholeFile.ts";
import { temporaryFolder } from "./support.ts";

let folder: string;
let outside: string;
beforeEach(async () => {
  const root = await temporaryFolder();
  folder = join(root, "inside");
  outside = join(root, "outside.txt");
  await mkdir(folder);
  await writeFile(outside, '{"iteration":1}\n{"iteration":2}\nsecret\n');
});

const now = () => new Date();
const inside = (name: string): string => join(folder, name);
const untouched = async () => expect(await readFile(outside, "utf8")).toContain("secret\n");

describe("a symbolic link where a file is written", () => {
  it("is not followed by a log, which says so", async () => {
    await symlink(outside, inside("metrics.jsonl"));
    expect(() => JsonLinesWriter.open(inside("metrics.jsonl"))).toThrow(
      expect.objectContaining({ code: "store.link" }),
    );
    await untouched();
  });

  it("is not followed by a log that has no file yet", async () => {
    await symlink(inside("new.txt"), inside("metrics.jsonl"));
    expect(() => JsonLinesWriter.open(inside("metrics.jsonl"))).toThrow(
      expect.objectContaining({ code: "store.link" }),
    );
    expect(await readdir(folder)).toEqual(["metrics.jsonl"]);
  });

  it("is not followed by a log that is cut back", async () => {
    await symlink(outside, inside("metrics.jsonl"));
    await expect(cutBehind(inside("metrics.jsonl"), { rows: 0, bytes: 0 })).rejects.toThrow();
    await untouched();
  });

  it("gives way to the file that replaces it", async () => {
    await symlink(outside, inside("reflections.json"));
    await replaceFile(inside("reflections.json"), "{}\n");
    expect(await readFile(inside("reflections.json"), "utf8")).toBe("{}\n");
    await expect(readlink(inside("reflections.json"))).rejects.toThrow();
    await untouched();
  });

  it("cannot be laid beforehand under the name of the next content or of the backup's", async () => {
    for (const name of ["reflections.json.tmp", "reflections.json.bak.tmp"]) await symlink(outside, inside(name));
    const onWarning = (warning: Error) => {
      throw warning;
    };
    const pool = await openReflections({ file: inside("reflections.json"), onWarning });
    for (let change = 0; change < 2; change++) {
      pool.update((data) => ({ ...data }));
      await pool.flush();
    }
    expect(await readdir(folder)).toContain("reflections.json.bak");
    await untouched();
  });
});

describe("names of files that are being replaced", () => {
  it("are never the same", () => {
    expect(new Set(Array.from({ length: 100 }, () => nameBeside("run.json"))).size).toBe(100);
  });

  it("do not pile up: the owner of a run's folder sweeps what killed processes left", async () => {
    await writeFile(inside(runFiles.record), "{}");
    for (let killed = 0; killed < 20; killed++) await writeFile(nameBeside(inside(runFiles.record)), "half");
    await writeFile(inside("notes.tmp"), "a person's");
    const run = await RunFolder.open(folder, now);
    expect((await readdir(folder)).sort()).toEqual([runFiles.lock, "notes.tmp", runFiles.record].sort());
    await run.release();
  });

  it("stay an hour in a folder that nobody owns: another process may be at it", async () => {
    const [old, fresh] = [nameBeside(inside("a.json")), nameBeside(inside("a.json"))];
    for (const file of [old, fresh]) await writeFile(file, "half");
    const hoursAgo = new Date(Date.now() - 7_200_000);
    await utimes(old, hoursAgo, hoursAgo);
    await sweepLeftovers(folder, false);
    expect(await readdir(folder)).toEqual([basename(fresh)]);
  });
});

describe.skipIf(process.platform === "win32")("a named pipe in a run's folder", () => {
  const pipe = (name: string): string => {
    expect(spawnSync("mkfifo", [inside(name)]).status).toBe(0);
    return inside(name);
  };

  it("is refused, where a record, a log or a lock is read or written, and nobody waits", async () => {
    const refused = { name: "InputError", code: "file.not-regular", message: expect.stringContaining("a named pipe") };
    await expect(readRunRecord(pipe("run.json"))).rejects.toMatchObject(refused);
    expect(() => JsonLinesWriter.open(pipe("events.jsonl"))).toThrow(expect.objectContaining(refused));
    await expect(endOfRows(pipe("metrics.jsonl"), () => true)).rejects.toMatchObject(refused);
    pipe(runFiles.lock);
    await expect(RunLock.acquire(inside(runFiles.lock), { now, ifGone: "" })).rejects.toMatchObject(refused);
  });
});
