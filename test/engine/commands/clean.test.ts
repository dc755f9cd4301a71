/** `lerl clean` as a user meets it. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { RunFolder } from "../../../src/engine/store/runFolder.ts";
import { openRemoval } from "../../../src/engine/upkeep/remove.ts";
import { runRecord } from "../store/records.ts";
import { age, keptWorkspace, paths } from "../upkeep/keptWorkspace.ts";
import { lerl, scratchFolder } from "./lerl.ts";

const cli = resolve(import.meta.dirname, "../../../dist/cli.cjs");

const left = (folder: string): readonly string[] =>
  Object.entries(paths).flatMap(([name, path]) => (existsSync(join(folder, ".lerl", path)) ? [name] : []));
const ALL = Object.keys(paths);
const without = (...gone: readonly string[]): readonly string[] => ALL.filter((name) => !gone.includes(name));

describe("lerl clean", () => {
  it("lists by kind, size and age, with what stays and why, and the sums", async () => {
    const folder = keptWorkspace();
    age(join(folder, ".lerl", paths.interrupted), 40);
    const { code, out, err } = await lerl(["clean"], folder);
    expect([code, err]).toEqual([0, ""]);
    expect(out.indexOf("models: 1 item, 832 kB")).toBe(0);
    expect(out).toMatch(/runs: 3 items, 5\d\d kB/);
    expect(out).toMatch(new RegExp(`${paths.interrupted} │ +\\d+ kB │ +40 d │ BeforeInterrupted`));
    expect(out).toMatch(/stays: the trial \S+ is based on it/);
    expect(out).toMatch(/All: 6 items, 1\.9 MB\. 4 items with 9\d\d kB may be removed/);
    expect(left(folder)).toEqual(ALL);

    const empty = scratchFolder();
    expect((await lerl(["clean"], empty.path)).out).toBe(
      "Nothing to clean up: there is no .lerl here, or it is empty.\n",
    );
    empty.remove();
  });

  it("removes what is named, a kind, what is old, and not the newest, and says how much", async () => {
    const folder = keptWorkspace();
    const clean = async (...args: readonly string[]) => {
      const { code, out } = await lerl(["clean", ...args, "--yes"], folder);
      expect(code).toBe(0);
      return out;
    };
    age(join(folder, ".lerl", paths.interrupted), 40);
    expect(await clean("--older-than", "6w")).toContain("nothing that may be removed is chosen");
    expect(await clean("--kind", "runs", "--keep-last", "3")).toContain("nothing that may be removed is chosen");
    expect(await clean("--older-than", "30d")).toMatch(/1 item removed from \/\S+\/\.lerl, \d+ kB freed\.\n$/);
    expect(left(folder)).toEqual(without("interrupted"));
    await clean(`.lerl/${paths.suite}/`);
    expect(left(folder)).toEqual(without("interrupted", "suite"));
    // The trial's base stays until the trial has gone.
    await clean("--keep-last", "0");
    expect(left(folder)).toEqual(["done", "model"]);
    // What others were trained or paid for goes where it is named, or its kind.
    age(join(folder, ".lerl"), 40);
    await clean("--older-than", "30d");
    expect(left(folder)).toEqual(["model"]);
    expect(readdirSync(join(folder, ".lerl")).sort()).toEqual(["models", "runs", "suites", "trials"]);
  });

  it("takes a suite by its age only where the runs it names no more are as old", async () => {
    const folder = keptWorkspace();
    const suite = join(folder, ".lerl", paths.suite);
    const record = JSON.parse(readFileSync(join(suite, "suite.json"), "utf8"));
    const [dropped] = record.variants[0].runs;
    for (const variant of record.variants) variant.runs = variant.runs.filter((run: string) => run !== dropped);
    writeFileSync(join(suite, "suite.json"), JSON.stringify(record));
    age(suite, 40);
    age(join(suite, "runs", dropped), 1);
    const clean = async () => (await lerl(["clean", "--kind", "suites", "--older-than", "30d", "--yes"], folder)).out;
    expect(await clean()).toContain("nothing that may be removed is chosen");
    expect(existsSync(join(suite, "runs", dropped))).toBe(true);
    age(suite, 40);
    expect(await clean()).toContain("2 items removed");
    expect(existsSync(suite)).toBe(false);
  });

  it("removes nothing without an answer, with --dry-run, and where a name is wrong or in use", async () => {
    const folder = keptWorkspace();
    const refused = async (code: number, ...args: readonly string[]) => {
      const finished = await lerl(["clean", ...args], folder);
      expect(finished.code).toBe(code);
      expect(left(folder)).toEqual(ALL);
      return finished.out + finished.err;
    };
    expect(await refused(2, paths.suite)).toContain("error There is no terminal to ask on.");
    expect(await refused(0, paths.suite, "--dry-run")).toMatch(/1 item, \d+ kB, in \/\S+\/\.lerl would be removed/);
    expect(await refused(2, paths.suite, "runs/../../precious", "--yes")).toContain("holds nothing of this name");
    expect(await refused(2, paths.suite, paths.done, "--yes")).toMatch(
      /stays, the trial \S+ is based on it\. Nothing was/,
    );
    expect(await refused(2, "--yes")).toContain("Say what to remove");
    expect(await refused(2, "--older-than", "soon", "--yes")).toContain("12h, 30d, 8w");
    expect(await refused(2, "--kind", "other", "--yes")).toContain("Allowed choices");
  });

  it.skipIf(spawnSync("script", ["--version"]).error !== undefined)("asks on a terminal, and a yes it is", () => {
    const folder = keptWorkspace();
    const answered = (answer: string): string => {
      const command = `"${process.execPath}" "${cli}" clean ${paths.suite}`;
      const options = { cwd: folder, encoding: "utf8", input: `${answer}\n` } as const;
      return spawnSync("script", ["-qec", command, "/dev/null"], options).stdout;
    };
    expect(answered("n")).toMatch(
      /Remove 1 item, \d+ kB, in \/\S+\/\.lerl, for good\? There is no trash here\. \[y\/N\][\s\S]*Nothing was removed/,
    );
    expect(answered("")).toContain("Nothing was removed");
    expect(left(folder)).toEqual(ALL);
    expect(answered("y")).toContain("1 item removed");
    expect(left(folder)).toEqual(without("suite"));
  });

  it.skipIf(spawnSync("script", ["--version"]).error !== undefined)("takes no end of input for an answer", () => {
    const folder = keptWorkspace();
    const command = `"${process.execPath}" "${cli}" clean ${paths.suite}`;
    // Ctrl+D.
    const options = { cwd: folder, encoding: "utf8", input: "\x04" } as const;
    const { stdout, status } = spawnSync("script", ["-qec", command, "/dev/null"], options);
    expect([status, stdout]).toEqual([2, expect.stringContaining("left without an answer. Nothing was removed.")]);
    expect(left(folder)).toEqual(ALL);
  });

  it("leaves a run of another machine, and says that whoever knows it gone deletes the folder", async () => {
    const folder = keptWorkspace();
    const run = join(folder, ".lerl", paths.interrupted);
    const removal = await openRemoval(folder, () => new Date());
    const foreign = { pid: 7, processStart: "x", since: "2026-11-23T16:25:03.000Z", host: "lab-3" };
    writeFileSync(join(run, "lock.json"), JSON.stringify(foreign));
    await expect(removal({ path: paths.interrupted })).rejects.toThrow(
      `If it is gone, delete the folder by hand: ${run}`,
    );
    expect(left(folder)).toEqual(ALL);
  });

  it("leaves a run that another process works on, and says so", async () => {
    const folder = keptWorkspace();
    const owner = await RunFolder.open(join(folder, ".lerl", paths.interrupted), () => new Date());
    const { code, out } = await lerl(["clean", "--kind", "runs", "--yes"], folder);
    expect(code).toBe(0);
    expect(out).not.toContain(paths.interrupted);
    expect(left(folder)).toEqual(without("withModel"));
    expect((await lerl(["clean", paths.interrupted, "--yes"], folder)).err).toContain("stays, it is under way");
    await owner.release();
  });

  it.skipIf(process.platform === "win32")("lists 1,000 runs with 256 file descriptors", () => {
    const folder = keptWorkspace();
    for (let i = 0; i < 1000; i++) {
      const run = join(folder, ".lerl/runs", `r${i}`);
      mkdirSync(run);
      writeFileSync(join(run, "run.json"), JSON.stringify(runRecord(`r${i}`, { name: `Run ${i}.` })));
    }
    const shell = `ulimit -n 256; exec "${process.execPath}" "${cli}" clean`;
    const { stdout, stderr, status } = spawnSync("bash", ["-c", shell], { cwd: folder, encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("All: 1006 items");
    expect(stdout.match(/Run \d+\./g)).toHaveLength(1000);
  });
});
