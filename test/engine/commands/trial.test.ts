import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TrialRecord } from "../../../src/protocol/trial/record.ts";
import { ChatServer } from "./chatServer.ts";
import { type Finished, lerl, scratchFolder, start } from "./lerl.ts";
import { callsOf } from "./modelWorld.ts";
import { foundIn, trialRecordOf, usually, wordyReply, writeTrialWorld } from "./wordyServer.ts";

const scratch = scratchFolder();
const server = new ChatServer();
let experiment = "";

beforeAll(async () => {
  await server.open();
  experiment = writeTrialWorld(scratch.path, server.baseUrl);
});
beforeEach(() => {
  usually(server);
  rmSync(join(scratch.path, ".lerl/cache/answers.jsonl"), { force: true });
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

const trials = join(scratch.path, ".lerl/trials");
const folders = (): readonly string[] => (existsSync(trials) ? readdirSync(trials) : []);

/** The newest trial's folder. */
function newest(before: readonly string[]): string {
  const made = folders().filter((name) => !before.includes(name));
  expect(made).toHaveLength(1);
  return join(trials, made[0] ?? "");
}

interface Tried {
  readonly finished: Finished;
  readonly folder: string;
  readonly record: TrialRecord;
}

async function tried(...args: readonly string[]): Promise<Tried> {
  const before = folders();
  const finished = await lerl(["trial", ...args], scratch.path);
  const folder = newest(before);
  return { finished, folder, record: trialRecordOf(folder) };
}

const goOn = (folder: string, ...args: readonly string[]): Promise<Finished> =>
  lerl(["trial", folder, ...args], scratch.path);

const VARIETY = ["--prompt", "variety.lerl.md"] as const;

describe("lerl trial", () => {
  let whole: Tried;

  it("says in a sentence which words are better, and by how much", async () => {
    whole = await tried(experiment, ...VARIETY, "--sessions", "24", "--no-stop");
    expect(whole.finished.err).not.toContain("error");
    expect(whole.finished.code).toBe(0);
    expect(whole.finished.out).toMatch(
      /variety\.lerl\.md: \+\d\.\d\d reward a visit \[\+\d\.\d\d, \+\d\.\d\d\]: better\. \d+ of 24 visits better/,
    );
    expect(whole.finished.out).toContain("a policy that has learned nothing");
    expect(whole.record.state).toBe("done");
    expect(whole.record.result?.n).toBe(24);
    expect(whole.record.result?.contenders.map(({ calls }) => calls).reduce((a, b) => a + b)).toBe(
      server.journal.length,
    );
  });

  it("asks nothing that was answered: a second trial of the same words costs no call", async () => {
    const first = await tried(experiment, ...VARIETY, "--sessions", "16");
    server.journal.length = 0;
    const second = await tried(experiment, ...VARIETY, "--sessions", "16");
    expect(server.journal).toHaveLength(0);
    expect(foundIn(second.record.result)).toEqual(foundIn(first.record.result));
    expect(second.finished.err).toContain("no calls: every answer is there");
  });

  it("prints its report again, and leaves a trial that is over as it is", async () => {
    const kept = readFileSync(join(whole.folder, "trial.json"), "utf8");
    const again = await goOn(whole.folder);
    expect(again.out).toBe(whole.finished.out);
    const gated = await goOn(whole.folder, "--fail-if", "rCum > baseline", "--format", "json");
    expect(gated.code).toBe(4);
    expect(JSON.parse(gated.out).gate.judgement).toBe("holds");
    expect(readFileSync(join(whole.folder, "trial.json"), "utf8")).toBe(kept);
  });

  it("says so where the plans are the same in every visit", async () => {
    const { finished } = await tried(experiment, "--prompt", "same.lerl.md", "--sessions", "16");
    expect(finished.out).toContain("same.lerl.md: The same plans in all 16 visits");
    expect(finished.code).toBe(0);
  });

  it("is killed, and goes on: the same result, and nothing is paid for twice", async () => {
    server.latencyMs = 25;
    const before = folders();
    const running = start(
      ["trial", experiment, ...VARIETY, "--sessions", "24", "--no-stop", "--no-cache"],
      scratch.path,
    );
    await server.asked(60);
    running.kill("SIGKILL");
    await running.finished;
    const folder = newest(before);
    const answered = (): readonly string[] =>
      callsOf(folder)
        .filter(({ attempts }) => attempts > 0)
        .map(({ id }) => id);
    expect(answered().length).toBeGreaterThan(20);
    server.latencyMs = 0;
    const finished = await goOn(folder);
    expect(finished.code).toBe(0);
    expect(new Set(answered()).size).toBe(answered().length);
    expect(foundIn(trialRecordOf(folder).result)).toEqual(foundIn(whole.record.result));
  });

  it("stops at its budget, says so, and goes on with a higher one", async () => {
    const args = [experiment, ...VARIETY, "--sessions", "24", "--no-stop", "--max-calls", "40"];
    const { finished, folder, record } = await tried(...args);
    expect(finished.code).toBe(130);
    expect(server.journal.length).toBeLessThanOrEqual(40);
    expect(finished.err).toContain("40 of 40 calls");
    expect(finished.err).toMatch(/On the command line: lerl trial \.lerl\/trials\/\S+ --max-calls <more>/);
    expect(record.state).toBe("interrupted");
    const more = await goOn(folder, "--max-calls", "1000");
    expect(more.code).toBe(0);
    expect(foundIn(trialRecordOf(folder).result)).toEqual(foundIn(whole.record.result));
  });

  it("waits for a server that is away, and goes on by itself", async () => {
    server.latencyMs = 20;
    const running = start(["trial", experiment, ...VARIETY, "--sessions", "16", "--no-cache"], scratch.path);
    await server.asked(20);
    await server.close();
    await sleep(2500);
    await server.open();
    const finished = await running.finished;
    expect(finished.code).toBe(0);
    expect(finished.err).toContain("The trial goes on by itself when the model answers again");
  });

  it("keeps what was paid for at Ctrl+C", async () => {
    server.latencyMs = 30;
    const before = folders();
    const running = start(["trial", experiment, ...VARIETY, "--sessions", "24", "--no-cache"], scratch.path);
    await server.asked(40);
    running.kill("SIGINT");
    const { code, err } = await running.finished;
    expect(code).toBe(130);
    expect(err).toContain("What was paid for is kept");
    expect(callsOf(newest(before)).filter(({ error }) => error === undefined).length).toBeGreaterThan(15);
  });

  it("ends where replies are of no use, with its own exit code, and goes on once they are", async () => {
    server.reply = () => "I would rather not.";
    const { finished, folder } = await tried(experiment, ...VARIETY, "--sessions", "16");
    expect(finished.code).toBe(3);
    expect(finished.err).toContain("I would rather not.");
    expect(server.journal.length).toBeLessThanOrEqual(60);
    server.reply = wordyReply;
    expect((await goOn(folder)).code).toBe(0);
  });
});

describe("what a trial costs", () => {
  it("is told before, for the planned end, and never exceeded", async () => {
    const before = folders();
    const { code, out } = await lerl(["trial", experiment, ...VARIETY, "--sessions", "20", "--estimate"], scratch.path);
    expect(code).toBe(0);
    expect(out).toMatch(/^up to 200 calls/);
    expect(server.journal).toHaveLength(0);
    expect(folders()).toEqual(before);
    await tried(experiment, ...VARIETY, "--sessions", "20", "--no-stop");
    expect(server.journal.length).toBeLessThanOrEqual(200);
    expect(server.journal.length).toBeGreaterThan(100);
  });

  it("says that a price is unknown, never $0.000, and counts one that is known", async () => {
    const { finished } = await tried(experiment, ...VARIETY, "--sessions", "16");
    expect(finished.out).toContain("price unknown");
    expect(finished.out).not.toContain("$0.000");
    const prices = { "test-model": { input: 1, output: 2 } };
    const priced = writeTrialWorld(scratch.path, server.baseUrl, { models: { prices } });
    const { record } = await tried(priced, ...VARIETY, "--sessions", "16", "--no-cache");
    expect(record.result?.contenders[1]?.cost).toBeGreaterThan(0);
    writeTrialWorld(scratch.path, server.baseUrl);
  });
});

describe("a gate", () => {
  const gate = (words: string, ...more: readonly string[]) =>
    tried(experiment, "--prompt", words, "--sessions", "24", ...more);

  it("lets words pass that are not worse, stops those that are, and says where nothing is decided", async () => {
    const passed = await gate("variety.lerl.md", "--fail-if", "rCum < baseline");
    expect(passed.finished.code).toBe(0);
    const better = await gate("variety.lerl.md", "--fail-if", "rCum > baseline");
    expect(better.finished.code).toBe(4);
    expect(better.finished.out).toContain('--fail-if "rCum > baseline": holds for variety.lerl.md.');
    const open = await gate("variety.lerl.md", "--sessions", "8", "--fail-if", "rCum < baseline");
    expect(open.finished.code).toBe(5);
  });

  it("writes what a CI system reads", async () => {
    const { finished } = await gate("variety.lerl.md", "--fail-if", "rCum > baseline", "--format", "junit");
    expect(finished.code).toBe(4);
    expect(finished.out).toMatch(/<testsuite name="[^"]+" tests="1" failures="1" errors="0" skipped="0"/);
    expect(finished.out).toContain("<failure message=");
  });

  it("never takes a dead server for worse words", async () => {
    await server.close();
    const before = folders();
    const running = start(["trial", experiment, ...VARIETY, "--fail-if", "rCum < baseline"], scratch.path);
    await sleep(2500);
    running.kill("SIGINT");
    expect((await running.finished).code).toBe(130);
    expect(trialRecordOf(newest(before)).state).toBe("interrupted");
    await server.open();
  });

  it("refuses what it cannot read before anything is asked", async () => {
    const refused = async (...args: readonly string[]) => {
      const before = folders();
      const { code, err } = await lerl(["trial", experiment, ...args], scratch.path);
      expect(code).toBe(2);
      expect(folders()).toEqual(before);
      return err;
    };
    expect(await refused(...VARIETY, "--fail-if", "rCum < basline")).toContain('expected "rCum < baseline"');
    expect(await refused("--prompt", "nowhere.lerl.md")).toContain("nowhere.lerl.md: cannot be read");
    expect(await refused("--prompt", "critic.lerl.md")).toContain('role "critic" cannot be the planner\'s');
    expect(await refused("--version", "abc")).toContain('version "abc": no planner prompt');
    expect(await refused()).toContain("A trial compares at least two");
    expect(await refused(...VARIETY, "--sessions", "0")).toContain("Without visits there must be moments");
    expect(server.journal).toHaveLength(0);
  });
});

describe("a trial of a run", () => {
  it("keeps its base: the run may go, and the trial goes on from the same weights", async () => {
    const offline = writeTrialWorld(scratch.path, server.baseUrl, { planner: { categoriesPerPlan: 4 } });
    const trained = await lerl(["run", offline, "--iterations", "2", "--quiet"], scratch.path);
    expect(trained.code).toBe(0);
    const runs = join(scratch.path, ".lerl/runs");
    const first = await tried(offline, "--plan", "least-recently-used", "--sessions", "16", "--no-stop");
    expect(first.record.base.run?.iteration).toBe(2);
    expect(first.finished.out).toContain("iteration 2");
    const more = await tried(offline, "--plan", "least-recently-used", "--sessions", "32", "--no-stop");
    rmSync(runs, { recursive: true });
    expect((await goOn(first.folder, "--sessions", "32")).code).toBe(0);
    const extended = trialRecordOf(first.folder);
    expect(extended.planned).toBe(16);
    expect(extended.result?.contenders).toEqual(more.record.result?.contenders);
    expect(extended.result?.pairs[0]?.mean).toBe(more.record.result?.pairs[0]?.mean);
    writeTrialWorld(scratch.path, server.baseUrl);
  });

  it("is read from a document, paths beside it", async () => {
    const document = {
      name: "Words and others",
      base: "tiny.lerl.json",
      sessions: 16,
      stop: false,
      contenders: [
        {},
        { name: "longer", prompt: "variety.lerl.md" },
        { prompt: "variety.lerl.md", temperature: 0.5 },
        { plan: "top-interest" },
        { plan: "oracle" },
      ],
      failIf: ["fallbackPlans > 0.5"],
    };
    const file = join(scratch.path, "words.trial.json");
    writeFileSync(file, JSON.stringify(document));
    const { finished, record } = await tried(file);
    expect(finished.err).not.toContain("error");
    expect(finished.code).toBe(0);
    const names = ["as it is", "longer", "variety.lerl.md, temperature 0.5", "top-interest", "oracle plan"];
    expect(record.contenders.map(({ name }) => name)).toEqual(names);
    const oracle = record.result?.contenders.at(-1);
    expect(oracle?.lostByPlan).toBeLessThan(record.result?.contenders[0]?.lostByPlan ?? 0);
    writeFileSync(file, JSON.stringify({ ...document, sesions: 3 }));
    const wrong = await lerl(["trial", file], scratch.path);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain("unknown setting");
    expect(readFileSync(file, "utf8")).toContain("sesions");
  });
});
