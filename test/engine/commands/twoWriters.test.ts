/** A container and its host share a folder: one run of both wrote every row twice, and ended "done". */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { container, inside } from "../support/container.ts";
import { jsonLinesOf, lerl, scratchFolder, start, tinyExperiment, writeExperiment } from "./lerl.ts";

const cli = resolve(import.meta.dirname, "../../../dist/cli.cjs");
const scratch = scratchFolder();
afterAll(() => scratch.remove());

const file = writeExperiment(scratch.path, { ...tinyExperiment, training: { iterations: 40, checkpointEvery: 5 } });
const rows = (folder: string, name: string) => readFileSync(join(scratch.path, folder, name), "utf8");
const contained = container();

/** `lerl` in a PID namespace of its own. */
function containedLerl(...args: readonly string[]) {
  const [unshare = "", ...flags] = contained ?? [];
  const child = spawn(unshare, [...flags, process.execPath, cli, ...args], { cwd: scratch.path });
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  let err = "";
  const begun = new Promise<void>((begin) => {
    child.stdout.on("data", (chunk) => {
      out += chunk;
      if (out.includes('"type":"metrics","iteration":7')) begin();
    });
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const finished = new Promise<{ code: number | null; out: string; err: string }>((end) => {
    child.on("close", (code) => end({ code, out, err }));
  });
  return { begun, finished, owner: () => inside(child.pid ?? 0) };
}

describe.skipIf(!contained)("a run of a container", () => {
  it("is not its host's to go on with while it runs, and ends as if it had been alone", async () => {
    await lerl(["run", file, "--out", "alone"], scratch.path);
    const { begun, finished, owner } = containedLerl("run", file, "--out", "shared", "--json");
    await begun;
    process.kill(owner(), "SIGSTOP");
    const refused = await lerl(["resume", "shared"], scratch.path);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("process 1 of another container has had this folder open");
    expect(refused.err).toContain(`lerl resume ${join(scratch.path, "shared")} --take-over`);
    process.kill(owner(), "SIGCONT");

    const works = await lerl(["resume", "shared", "--take-over"], scratch.path);
    // Or it was done by then.
    expect(works.err).toMatch(/renewed its lock just now|this run is done/);
    expect((await finished).code).toBe(0);
    for (const name of ["metrics.jsonl", "episodes.jsonl", "references.jsonl"]) {
      expect(rows("shared", name)).toBe(rows("alone", name));
    }
  });

  it("that is held up is taken over when asked for; it then stops, and spoils nothing", async () => {
    const { begun, finished, owner } = containedLerl("run", file, "--out", "held", "--json");
    await begun;
    process.kill(owner(), "SIGSTOP");
    const resumed = await lerl(["resume", "held", "--take-over", "--json"], scratch.path);
    expect(jsonLinesOf(resumed).at(-1)).toMatchObject({ type: "summary", state: "done" });
    const record = rows("held", "run.json");
    process.kill(owner(), "SIGCONT");
    const stopped = await finished;
    expect(stopped.code).toBe(1);
    expect(stopped.err).toContain("This process stops, and writes nothing more there.");
    expect(rows("held", "run.json")).toBe(record);
    for (const name of ["metrics.jsonl", "episodes.jsonl", "references.jsonl"]) {
      expect(rows("held", name)).toBe(rows("alone", name));
    }
  });
});

describe("a folder that another process takes over meanwhile", () => {
  const stops = async (args: readonly string[], lock: () => string, ...when: readonly string[]) => {
    const running = start(args, scratch.path);
    for (const text of when) await running.printed(text);
    const isFilled = () => existsSync(lock()) && readFileSync(lock(), "utf8").endsWith("}");
    await expect.poll(isFilled, { interval: 5, timeout: 20_000 }).toBe(true);
    const theirs = lock();
    writeFileSync(theirs, "{}");
    const { code, err } = await running.finished;
    expect(code).toBe(1);
    expect(err.split("\n").filter((line) => line.includes("writes nothing more there"))).toHaveLength(1);
    expect(err).not.toContain(" at ");
    expect(readFileSync(theirs, "utf8")).toBe("{}");
    rmSync(theirs);
  };

  it("is left alone: a run, an evaluation and a trial stop, and say so once", async () => {
    const lock = join(scratch.path, "lost", "lock.json");
    await stops(["run", file, "--json", "--out", "lost"], () => lock, '"type":"metrics","iteration":7');
    await stops(["evaluate", "lost", "--sessions", "3000"], () => lock);
    const trials = join(scratch.path, ".lerl", "trials");
    const inTrial = () => join(trials, existsSync(trials) ? (readdirSync(trials)[0] ?? "") : "", "lock.json");
    await stops(["trial", file, "--plan", "none", "--plan", "round-robin", "--sessions", "500"], inTrial);
    rmSync(trials, { recursive: true });
  });
});

describe("a lock of another machine", () => {
  const foreign = JSON.stringify({ pid: 7, processStart: "x", since: "2026-11-23T16:25:03.000Z", host: "lab-3" });
  const only = (...folder: readonly string[]): string => {
    const path = join(scratch.path, ".lerl", ...folder);
    return join(path, readdirSync(path)[0] ?? "");
  };

  it("is respected by a trial, with the words how to take over", async () => {
    await lerl(["trial", file, "--plan", "round-robin", "--plan", "none", "--sessions", "2"], scratch.path);
    const trial = only("trials");
    writeFileSync(join(trial, "lock.json"), foreign);
    const refused = await lerl(["trial", trial, "--sessions", "3"], scratch.path);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('process 7 on "lab-3"');
    expect(refused.err).toContain(`lerl trial ${trial} --take-over`);
  });

  it("is respected by a suite, which reports the run and says how to take over", async () => {
    const suite = writeExperiment(
      scratch.path,
      { name: "Two", experiment: "tiny.lerl.json", seeds: [1], sessions: 4, variants: [{ name: "all" }] },
      "two.suite.json",
    );
    const set = ["--set", "training.iterations=2"];
    expect((await lerl(["suite", "run", suite, ...set], scratch.path)).code).toBe(0);
    const run = only("suites", "two", "runs");
    rmSync(join(run, "evaluation.json"));
    writeFileSync(join(run, "lock.json"), foreign);
    const refused = await lerl(["suite", "run", suite, ...set], scratch.path);
    expect(refused.code).toBe(1);
    // The run itself is done.
    expect(refused.err).toContain(`lerl evaluate ${run} --take-over`);
    expect(readFileSync(join(run, "lock.json"), "utf8")).toBe(foreign);
  });
});
