import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Moments, parseMoments } from "../../../src/protocol/moments.ts";
import type { Episode } from "../../../src/protocol/run.ts";
import { ChatServer } from "./chatServer.ts";
import { type Finished, lerl, scratchFolder, start } from "./lerl.ts";
import { callsOf } from "./modelWorld.ts";
import { trialRecordOf, usually, writeTrialWorld } from "./wordyServer.ts";

const scratch = scratchFolder();
const server = new ChatServer();
const file = join(scratch.path, "tiny.moments.json");
const trials = join(scratch.path, ".lerl/trials");
let experiment = "";
let run = "";
let visit: Episode;

beforeAll(async () => {
  await server.open();
  usually(server);
  experiment = writeTrialWorld(scratch.path, server.baseUrl, { models: { timeoutSeconds: 5, concurrency: 2 } });
  const trained = await lerl(["run", experiment, "--iterations", "1", "--quiet"], scratch.path);
  expect(trained.code).toBe(0);
  run = join(".lerl/runs", readdirSync(join(scratch.path, ".lerl/runs"))[0] ?? "");
  const [first = ""] = readFileSync(join(scratch.path, run, "episodes.jsonl"), "utf8").split("\n");
  visit = JSON.parse(first);
});
beforeEach(() => {
  usually(server);
  rmSync(join(scratch.path, ".lerl/cache/answers.jsonl"), { force: true });
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

const keep = (...args: readonly string[]) => lerl(["moments", "keep", run, ...args], scratch.path);

function kept(): Moments {
  const parsed = parseMoments(readFileSync(file, "utf8"));
  if (!parsed.ok) throw new Error("not a moments document");
  return parsed.value;
}

const STEPS = [2, 5] as const;

/** The moments of the visit's steps, and what is asked of their plans: at most 5 categories, which longer words exceed. */
function writeMoments(): void {
  const asked = { expect: { size: { max: 5 } }, moments: kept().moments.slice(0, STEPS.length) };
  writeFileSync(file, JSON.stringify(asked, undefined, 2));
}

describe("lerl moments keep", () => {
  it("keeps the visit up to a step in the experiment's own moments file, and says how to go on", async () => {
    for (const [i, step] of STEPS.entries()) {
      const { code, out } = await keep(visit.id, String(step));
      expect(code).toBe(0);
      expect(out).toContain(
        `Kept "user ${visit.user}, visit ${visit.id}, step ${step}" in tiny.moments.json, now ${i + 1}.`,
      );
    }
    const { moments } = kept();
    expect(moments.map(({ slates }) => slates.length)).toEqual(STEPS.map((step) => step - 1));
    expect(moments[0]?.user).toBe(visit.user);
    expect(moments[1]?.slates[1]?.items).toEqual(visit.steps[1]?.items);
  });

  it("refuses what there is not, in words, and a name that is taken; the file stays", async () => {
    const before = readFileSync(file, "utf8");
    const refused = async (...args: readonly string[]) => {
      const { code, err } = await keep(...args);
      expect(code).toBe(2);
      return err;
    };
    const [noVisit, noStep, kept, taken] = await Promise.all([
      refused("s9-99", "1"),
      refused(visit.id, "99"),
      refused(visit.id, "2"),
      refused(visit.id, "2", "--name", JSON.parse(before).moments[0].name),
    ]);
    expect(noVisit).toMatch(/no finished visit "s9-99"\. For example s\d-\d+/);
    expect(noStep).toContain(`Give one from 1 to ${visit.steps.length}.`);
    expect(kept).toContain("This decision is kept already, as ");
    expect(taken).toContain("is the name of an earlier moment; choose another.");
    expect(readFileSync(file, "utf8")).toBe(before);
  });
});

describe("a moments file elsewhere", () => {
  const { path } = scratch;
  const outside = join(dirname(path), `${basename(path)}-outside`);
  const evil = ".lerl/runs/evil";
  const config = join(path, "config");
  const target = join(outside, "x.moments.json");
  const keepIn = (folder: string, ...more: readonly string[]) =>
    lerl(["moments", "keep", folder, visit.id, "1", ...more], path, { XDG_CONFIG_HOME: config });

  beforeAll(() => {
    mkdirSync(outside);
    cpSync(join(path, run), join(path, evil), { recursive: true });
    const record = JSON.parse(readFileSync(join(path, evil, "run.json"), "utf8"));
    writeFileSync(
      join(path, evil, "run.json"),
      JSON.stringify({ ...record, experimentFile: join(outside, "x.lerl.json") }),
    );
    mkdirSync(join(config, "lerl"), { recursive: true });
  });
  afterAll(() => rmSync(outside, { recursive: true, force: true }));

  it("is not written on the word of a run's record where its folder may be read, and remembered once that is said", async () => {
    const memory = join(config, "lerl", "allowed-files.json");
    const folders = [{ folder: path, allowed: [outside] }];
    writeFileSync(memory, JSON.stringify({ schemaVersion: 1, folders }), { mode: 0o600 });
    const { code, err } = await keepIn(evil);
    expect([code, err]).toEqual([2, expect.stringContaining(`experimentFile: ${target}`)]);
    expect(err).toContain("written only if you say so");
    expect(existsSync(target)).toBe(false);
    expect((await keepIn(evil, "--allow-outside")).code).toBe(0);
    const written = { ...folders[0], written: [target] };
    expect(JSON.parse(readFileSync(memory, "utf8"))).toEqual({ schemaVersion: 2, folders: [written] });
    rmSync(target);
    expect((await keepIn(evil)).code).toBe(0);
  });

  it("is not written by way of a link below .lerl", async () => {
    symlinkSync(outside, join(path, ".lerl", "linked"));
    const { code, err } = await keepIn(run, "--file", ".lerl/linked/y.moments.json");
    expect([code, err]).toEqual([2, expect.stringContaining("a symbolic link")]);
    expect(existsSync(join(outside, "y.moments.json"))).toBe(false);
  });
});

const gate = (words: string, ...more: readonly string[]) => [
  ...["trial", experiment, "--no-own", "--prompt", "planner.lerl.md", "--prompt", words],
  ...["--moments", "tiny.moments.json", "--repeats", "2", "--sessions", "0", ...more],
];

async function tried(...args: readonly string[]): Promise<{ readonly finished: Finished; readonly folder: string }> {
  const folders = (): readonly string[] => (existsSync(trials) ? readdirSync(trials) : []);
  const before = folders();
  const finished = await lerl(args, scratch.path);
  const [made = ""] = folders().filter((name) => !before.includes(name));
  return { finished, folder: join(trials, made) };
}

describe("a trial of moments only", () => {
  beforeAll(writeMoments);
  const questions = STEPS.length * 2 * 2;

  it("tells its cost exactly: a call for each moment, repeat and contender", async () => {
    const { code, out } = await lerl(gate("variety.lerl.md", "--estimate"), scratch.path);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^up to ${questions} calls, `));
    expect(server.journal).toHaveLength(0);
    await tried(...gate("variety.lerl.md"));
    expect(server.journal).toHaveLength(questions);
  });

  it("lets words pass whose plans are as asked, and stops others", async () => {
    const passed = await tried(...gate("same.lerl.md", "--fail-if", "pass < 0.9"));
    expect(passed.finished.code).toBe(0);
    const stopped = await tried(...gate("variety.lerl.md", "--fail-if", "pass < 0.9"));
    expect(stopped.finished.code).toBe(4);
    expect(stopped.finished.out).toContain("2 moments on run");
    expect(stopped.finished.out).toContain(
      "variety.lerl.md: 0.0 % of plans for the moments pass; 0.0 % of moments at every one of 2 repeats.",
    );
    expect(stopped.finished.out).toMatch(/user \S+ visit \S+ step 2 .* 2 of 2: .* 0 of 2: 6 categories, more than 5: /);
  });

  it("does not take a model of no use for worse words", async () => {
    server.reply = () => "I would rather not.";
    const { finished } = await tried(...gate("variety.lerl.md", "--fail-if", "pass < 0.9"));
    expect(finished.code).toBe(3);
    expect(finished.out).toContain("no usable reply");
  });

  it("asks nothing a second time, and prints what CI systems and programs read", async () => {
    await tried(...gate("variety.lerl.md"));
    server.journal.length = 0;
    const junit = await tried(...gate("variety.lerl.md", "--fail-if", "pass < 0.9", "--format", "junit"));
    expect(junit.finished.code).toBe(4);
    expect(junit.finished.out).toMatch(/tests="5" failures="3" errors="0" skipped="0"/);
    expect(junit.finished.out).toContain('<failure message="0 of 2 pass: 6 categories, more than 5"/>');
    expect(junit.finished.out).toContain('<failure message="0.0 % of plans for the moments pass;');
    const json = await tried(...gate("variety.lerl.md", "--format", "json"));
    const { grid, contenders } = JSON.parse(json.finished.out);
    expect(grid.moments).toHaveLength(STEPS.length);
    expect(grid.moments[0].cells[1]).toMatchObject({ planned: 2, passed: 0, why: ["6 categories, more than 5"] });
    expect(contenders.map(({ pass }: { readonly pass: number }) => pass)).toEqual([1, 0]);
    expect(server.journal).toHaveLength(0);
  });

  it("is killed in the middle, and goes on: the same grid, and nothing is paid for twice", async () => {
    const whole = await tried(...gate("variety.lerl.md", "--no-cache"));
    server.journal.length = 0;
    server.latencyMs = 60;
    const before = readdirSync(trials);
    const running = start(gate("variety.lerl.md", "--no-cache", "--max-calls", "100"), scratch.path);
    await server.asked(5);
    running.kill("SIGKILL");
    await running.finished;
    const folder = join(trials, readdirSync(trials).find((name) => !before.includes(name)) ?? "");
    // The last line may be torn.
    const answered = readFileSync(join(folder, "llm.jsonl"), "utf8").split("\n").slice(0, -1);
    expect(answered.length).toBeGreaterThan(0);
    expect(answered.length).toBeLessThan(questions);
    server.latencyMs = 0;
    const finished = await lerl(["trial", folder], scratch.path);
    expect(finished.code).toBe(0);
    const calls = callsOf(folder);
    expect(calls.slice(0, answered.length).map((call) => JSON.stringify(call))).toEqual(answered);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(questions);
    expect(calls.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(questions);
    expect(trialRecordOf(folder).result?.grid).toEqual(trialRecordOf(whole.folder).result?.grid);
  });

  it("judges words that are alone too, but no visits of theirs", async () => {
    const alone = ["trial", experiment, "--moments", "tiny.moments.json"];
    const { finished, folder } = await tried(...alone, "--fail-if", "pass >= 1", "--format", "junit");
    expect(finished.code).toBe(4);
    expect(finished.out).toMatch(/tests="3" failures="1"/);
    expect((await tried(...alone, "--fail-if", "pass < 1")).finished.code).toBe(0);
    const [visits, more] = await Promise.all([
      lerl([...alone, "--sessions", "16"], scratch.path),
      lerl(["trial", folder, "--sessions", "16"], scratch.path),
    ]);
    expect(visits.code).toBe(2);
    expect(visits.err).toContain("One alone is held against --moments, without visits.");
    expect(more.code).toBe(2);
    expect(more.err).toContain('"as it is" is alone');
  });
});
