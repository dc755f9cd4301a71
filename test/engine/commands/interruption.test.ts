/** Whatever ends a command before its time, a checkpoint is kept, and no lock. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { bundleProgram } from "../store/support.ts";
import { type Finished, scratchFolder, start, tinyExperiment, writeExperiment } from "./lerl.ts";

const cli = resolve(import.meta.dirname, "../../../dist/cli.cjs");
const scratch = scratchFolder();
afterAll(() => scratch.remove());

const patient = { ...tinyExperiment, training: { iterations: 200, checkpointEvery: 50 } };
const file = writeExperiment(scratch.path, patient);
const at = (...names: readonly string[]): string => join(scratch.path, ...names);
const recordOf = (folder: string) => JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
const INTERRUPTED = 130;

function expectKept(folder: string): void {
  expect(readdirSync(folder)).not.toContain("lock.json");
  expect(readdirSync(folder)).toContain("checkpoint");
  expect(recordOf(folder)).toMatchObject({ state: "interrupted", endedAt: expect.any(String) });
}

/** A line of the shell; `$lerl` is the command line. */
function shell(line: string): Promise<Finished> {
  const env = { ...process.env, lerl: `${process.execPath} ${cli}` };
  const child = spawn("sh", ["-c", line], { cwd: scratch.path, env });
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  return new Promise((end) => child.on("close", (code) => end({ code, out, err })));
}

/** Signals as POSIX has them. */
const posix = process.platform !== "win32";

describe.runIf(posix)("a signal", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s ends a run with a checkpoint", async (signal) => {
    const running = start(["run", file, "--json", "--out", signal], scratch.path);
    await running.printed('"type":"metrics","iteration":1');
    running.kill(signal);
    expect((await running.finished).code).toBe(INTERRUPTED);
    expectKept(at(signal));
  });

  it("leaves no lock where it comes as soon as the folder stands", async () => {
    const running = start(["run", file, "--json", "--out", "early"], scratch.path);
    await expect.poll(() => existsSync(at("early", "lock.json")), { interval: 1, timeout: 20_000 }).toBe(true);
    running.kill("SIGTERM");
    expect((await running.finished).code).toBe(INTERRUPTED);
    expect(readdirSync(at("early"))).not.toContain("lock.json");
    expect(recordOf(at("early")).state).toBe("interrupted");
  });

  it("ends an evaluation, which gives the folder back", async () => {
    const running = start(["evaluate", "SIGINT", "--sessions", "200000"], scratch.path);
    await expect.poll(() => existsSync(at("SIGINT", "lock.json")), { timeout: 20_000 }).toBe(true);
    running.kill("SIGHUP");
    const { code, err } = await running.finished;
    expect(code).toBe(INTERRUPTED);
    expect(err).toBe("interrupted. The evaluation before, if any, was kept.\n");
    expectKept(at("SIGINT"));
  });

  it("ends a trial, which keeps its visits", async () => {
    const running = start(
      ["trial", file, "--plan", "none", "--plan", "round-robin", "--sessions", "500"],
      scratch.path,
    );
    const trials = at(".lerl", "trials");
    const begun = () => (existsSync(trials) ? readdirSync(trials) : []).map((name) => join(trials, name));
    const withVisits = () => begun().find((folder) => existsSync(join(folder, "sessions.jsonl")));
    await expect.poll(withVisits, { timeout: 20_000 }).toBeDefined();
    const trial = withVisits() as string;
    running.kill("SIGHUP");
    expect((await running.finished).code).toBe(INTERRUPTED);
    expect(readdirSync(trial)).not.toContain("lock.json");
    expect(JSON.parse(readFileSync(join(trial, "trial.json"), "utf8")).state).toBe("interrupted");
  });

  it("ends the training of a user model", async () => {
    const trained = {
      ...tinyExperiment,
      dataset: { kind: "synthetic", users: 400, items: 400, categories: 12 },
      simulator: { ...tinyExperiment.simulator, responseModel: { kind: "trained", epochs: 200 } },
    };
    const path = writeExperiment(scratch.path, trained, "trained.lerl.json");
    const running = start(["user-model", "train", path], scratch.path);
    const models = join(scratch.path, ".lerl", "models");
    await expect.poll(() => existsSync(models), { timeout: 20_000 }).toBe(true);
    running.kill("SIGHUP");
    const { code, err } = await running.finished;
    expect(code).toBe(INTERRUPTED);
    expect(err).toBe("interrupted. Nothing was kept; the next start trains it anew.\n");
  });

  it("is one wish where it comes twice at once, and ends the process where a person is impatient", async () => {
    const program = await bundleProgram(
      scratch.path,
      `import { interruptible } from "@store/../commands/interruption.ts";
       await interruptible(async (signal) => {
         signal.addEventListener("abort", () => console.log("asked"));
         console.log("ready");
         await new Promise((resolve) => setTimeout(resolve, 20_000));
       });`,
    );
    const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let out = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    const ended = new Promise((end) => child.on("close", (code) => end(code)));
    await expect.poll(() => out).toBe("ready\n");
    child.kill("SIGINT");
    child.kill("SIGTERM");
    child.kill("SIGHUP");
    await expect.poll(() => out).toBe("ready\nasked\n");
    await delay(700);
    child.kill("SIGHUP");
    await delay(300);
    expect(child.exitCode).toBeNull();
    child.kill("SIGINT");
    expect(await ended).toBe(INTERRUPTED);
    expect(out).toBe("ready\nasked\n");
  });
});

describe.runIf(posix)("a reader of the output that is gone", () => {
  it.each([
    ["standard output", "| head -n 20"],
    ["both outputs", "2>&1 | head -n 20"],
  ])("%s: ends a run with a checkpoint, and in silence", async (name, pipe) => {
    const folder = name.replace(" ", "-");
    const { out, err } = await shell(`{ $lerl run ${file} --json --out ${folder}; echo $? > ${folder}.code; } ${pipe}`);
    expect(out.trim().split("\n")).toHaveLength(20);
    expect(err).toBe("");
    expect(readFileSync(at(`${folder}.code`), "utf8").trim()).toBe(String(INTERRUPTED));
    expectKept(at(folder));
  });

  it.each([
    ["data describe", `data describe ${file}`],
    ["compare", "compare SIGINT SIGTERM"],
    ["help", "run --help"],
  ])("does not bother what only prints: %s", async (_, command) => {
    const { code, err } = await shell(`{ $lerl ${command}; echo $? > code; } | true`);
    expect([code, err]).toEqual([0, ""]);
    expect(readFileSync(at("code"), "utf8").trim()).toBe("0");
  });

  it.runIf(existsSync("/dev/full"))("is not a disk that is full: that is said", async () => {
    const { code, err } = await shell(`$lerl data describe ${file} > /dev/full`);
    expect(code).toBe(1);
    expect(err).toMatch(/^error Standard output cannot be written \(ENOSPC.*\)\.\n$/);
  });

  it.runIf(existsSync("/usr/bin/script"))("is a terminal that was closed, too", async () => {
    const child = spawn("script", ["-qec", `${process.execPath} ${cli} run ${file} --out terminal`, "/dev/null"], {
      cwd: scratch.path,
      stdio: "ignore",
    });
    const metrics = at("terminal", "metrics.jsonl");
    await expect
      .poll(() => existsSync(metrics) && readFileSync(metrics, "utf8").includes('"iteration":2'), { timeout: 30_000 })
      .toBe(true);
    child.kill("SIGKILL");
    await expect.poll(() => readdirSync(at("terminal")), { timeout: 20_000 }).not.toContain("lock.json");
    expectKept(at("terminal"));
  });
});

describe.runIf(posix)("a suite", () => {
  const folder = at("suite");
  const parent = join(folder, ".lerl", "suites", "two", "runs");
  const runs = (): readonly string[] => (existsSync(parent) ? readdirSync(parent).map((run) => join(parent, run)) : []);
  const begin = async () => {
    mkdirSync(folder, { recursive: true });
    writeExperiment(folder, patient);
    const suite = {
      name: "Two",
      experiment: "tiny.lerl.json",
      seeds: [1, 2],
      sessions: 4,
      variants: [{ name: "all" }],
    };
    writeFileSync(join(folder, "two.suite.json"), JSON.stringify(suite));
    const running = start(["suite", "run", "two.suite.json", "--jobs", "2", "--json"], folder);
    const lines = (run: string) => readFileSync(join(run, "metrics.jsonl"), "utf8").split("\n").length;
    const works = (run: string) => existsSync(join(run, "lock.json")) && lines(run) > 3;
    await expect.poll(() => runs().filter(works), { timeout: 60_000 }).toHaveLength(2);
    return running;
  };

  it("passes a signal on once: its runs end with a checkpoint", async () => {
    const running = await begin();
    running.kill("SIGHUP");
    expect((await running.finished).code).toBe(INTERRUPTED);
    expect(runs()).toHaveLength(2);
    for (const run of runs()) expectKept(run);
  });

  it("that is killed leaves runs that notice, and end with a checkpoint", async () => {
    const running = await begin();
    running.kill("SIGKILL");
    await running.finished;
    const locked = () => runs().filter((run) => existsSync(join(run, "lock.json")));
    await expect.poll(locked, { timeout: 30_000 }).toEqual([]);
    for (const run of runs()) expectKept(run);
  });
});
