/** A workspace that the version before left behind (test/engine/fixtures/before): everything in it is of use as it was. */
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readVisits } from "../../../src/engine/trials/trialFolder.ts";
import type { Episode, RunId, TimelineEvent } from "../../../src/protocol/run.ts";
import { lerl, scratchFolder } from "../commands/lerl.ts";
import { eventsOf, metricsOf, recordOf } from "../commands/modelWorld.ts";
import { serviceAt } from "../service/serviceAt.ts";

const before = join(import.meta.dirname, "../fixtures/before");
const scratch = scratchFolder();
afterAll(() => scratch.remove());

/** A copy of the workspace, in the place that it names. */
function workspace(name: string): string {
  const folder = join(scratch.path, name);
  cpSync(before, folder, { recursive: true, filter: (path) => path !== join(before, "lerl") });
  cpSync(join(before, "lerl"), join(folder, ".lerl"), { recursive: true });
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, file);
    if (!file.includes(".json") || !statSync(path).isFile()) continue;
    const text = readFileSync(path, "utf8");
    if (text.includes("/workspace")) writeFileSync(path, text.replaceAll("/workspace", folder));
  }
  return folder;
}

/** The run whose id has the words in it, relative to the workspace. */
const runOf = (folder: string, words: string): string => {
  const name = readdirSync(join(folder, ".lerl/runs")).find((id) => id.includes(`-${words}-`));
  return join(".lerl/runs", name ?? "none");
};

const expected = (name: string): string => readFileSync(join(before, "expected", name), "utf8");

/** Ends with 0 and what it printed. */
async function done(folder: string, ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await lerl(args, folder);
  expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
  return out;
}

const ofIntervals = ["low", "high", "covers", "conclusion"];
/** What a file or output of JSON holds but intervals and their words, which newer statistics may draw otherwise. */
const scores = (json: string): { readonly rows?: unknown } =>
  JSON.parse(json, (key, value) => (ofIntervals.includes(key) ? undefined : value));

const warnings = (events: readonly TimelineEvent[]): string[] =>
  events.flatMap((event) => (event.type === "warning" ? [event.code] : []));

describe("a run that was interrupted", () => {
  it("goes on to the numbers it would have had, says that its checkpoint was taken on trust, and is of this version then", async () => {
    const folder = workspace("interrupted");
    const run = join(folder, runOf(folder, "beforeinterrupted"));
    await done(folder, "resume", run, "--quiet");
    expect(metricsOf(run)).toBe(expected("interrupted-metrics.jsonl"));
    expect(warnings(eventsOf(run))).toEqual(["checkpoint.unmarked"]);
    const { uid, schemaVersion, state } = recordOf(run);
    expect({ schemaVersion, state }).toEqual({ schemaVersion: 9, state: "done" });
    const manifest = JSON.parse(readFileSync(join(run, "checkpoint/manifest.json"), "utf8")) as object;
    expect(manifest).toMatchObject({ schemaVersion: 2, origin: { uid, logs: { metrics: { rows: 61 } } } });
  });

  it("compares as it did", async () => {
    const folder = workspace("compared");
    const interrupted = runOf(folder, "beforeinterrupted");
    await done(folder, "resume", interrupted, "--quiet");
    await done(folder, "evaluate", runOf(folder, "before"), "--sessions", "10");
    const table = await done(folder, "compare", runOf(folder, "before"), interrupted, "--format", "csv");
    expect(table.split("\n")).toEqual(expect.arrayContaining(expected("compare.csv").split("\n")));
  });
});

it("is never taken for another seed of the same document today", async () => {
  const folder = workspace("today");
  const few = ["--set", "training.iterations=1", "--set", "evaluation.references=false"];
  await done(folder, "run", "tiny.lerl.json", "--out", "today", "--quiet", "--seed", "2", ...few);
  const table = await done(folder, "compare", runOf(folder, "before"), "today", "--format", "json");
  const { rows, settings } = JSON.parse(table) as { rows: { difference?: object }[]; settings: { path: string }[] };
  expect(rows.map(({ difference }) => difference)).toEqual([undefined, undefined]);
  expect(settings.map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      "dataset.signal",
      "planner.mask",
      "fidelity.reshaped",
      "evaluation.users",
      "evaluation.responseModel",
    ]),
  );
});

describe("a run that is done", () => {
  it("evaluates as it did, and is refused where it is to go on", async () => {
    const folder = workspace("done");
    const run = runOf(folder, "before");
    const evaluated = await done(folder, "evaluate", run, "--sessions", "10", "--json");
    expect(scores(evaluated)).toMatchObject(scores(expected("evaluation.jsonl")));
    const { code, err } = await lerl(["resume", run], folder);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining("this run is done") });
  });
});

describe("a run that asked a model", () => {
  it("shows its calls with their messages, and evaluates", async () => {
    const folder = workspace("model");
    const run = runOf(folder, "beforemodel");
    const runId = run.split("/").at(-1) as RunId;
    const { handlers, stop } = serviceAt(folder);
    const [episode] = readFileSync(join(folder, run, "episodes.jsonl"), "utf8")
      .split("\n")
      .map((line) => JSON.parse(line || "{}") as Episode);
    const { calls } = await handlers["runs/episode"]({ runId, episode: episode?.id ?? "" });
    expect(calls.length).toBeGreaterThan(0);
    for (const { messages } of calls) expect(messages.at(-1)?.content).toContain("Candidate categories");
    expect((await handlers["reflections/list"]({ runId })).length).toBeGreaterThan(0);
    await stop();
    await done(folder, "evaluate", run, "--sessions", "4");
  });
});

describe("a suite", () => {
  it("has nothing left to do, and says what it said", async () => {
    const folder = workspace("suite");
    const suite = join(folder, ".lerl/suites/before-suite");
    const table = readFileSync(join(suite, "table.txt"), "utf8");
    const { code, out, err } = await lerl(["suite", "run", "tiny.suite.json"], folder);
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringContaining(
        "goes on as it was: dataset.signal strong, planner.mask any, fidelity.reshaped policy",
      ),
    });
    const line = table.split("\n").find((row) => row.includes("Random")) ?? "no such line";
    expect(out).toContain(line.slice(0, line.indexOf(" [")));
    const [then, now] = [before, folder].map((from) => (format: string) => {
      const kept = join(from === before ? "lerl" : ".lerl", "suites/before-suite", `table.${format}`);
      return readFileSync(join(from, kept), "utf8");
    });
    expect(now?.("csv").split("\n")).toEqual(expect.arrayContaining(then?.("csv").split("\n") ?? []));
    const [{ rows: shown }, { rows: kept }] = [scores(now?.("json") ?? ""), scores(then?.("json") ?? "")];
    expect(shown).toEqual(kept);
  });

  it("finds its runs also after others were made under its name", async () => {
    const folder = workspace("between");
    const other = ["--set", "training.iterations=1", "--set", "evaluation.references=false"];
    expect((await lerl(["suite", "run", "tiny.suite.json", ...other], folder)).err).not.toContain("as it was");
    const { code, err } = await lerl(["suite", "run", "tiny.suite.json"], folder);
    expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(/^The suite .* goes on as it was: .*\n$/) });
  });
});

describe("a trial", () => {
  it("shows its result, and goes on from what it had served", async () => {
    const folder = workspace("trial");
    const [id = "none"] = readdirSync(join(folder, ".lerl/trials"));
    const trial = join(".lerl/trials", id);
    const { result } = JSON.parse(readFileSync(join(folder, trial, "trial.json"), "utf8")) as { result: object };
    const shown = JSON.parse(await done(folder, "trial", trial, "--format", "json")) as object;
    expect(shown).toMatchObject({ state: "done", ...result });
    const served = await readVisits(join(folder, trial));
    await done(folder, "trial", trial, "--sessions", "30", "--no-stop");
    const visits = await readVisits(join(folder, trial));
    expect(visits.slice(0, served.length)).toEqual(served);
    expect(visits).toHaveLength(60);
  });
});

describe("a kept user model", () => {
  it("is used, not trained again", async () => {
    const folder = workspace("user-model");
    const models = readdirSync(join(folder, ".lerl/models"));
    const { code, out, err } = await lerl(["user-model", "train", "logged.lerl.json"], folder);
    expect(code).toBe(0);
    expect(out + err).toContain("reused");
    expect(readdirSync(join(folder, ".lerl/models"))).toEqual(models);
  });

  it("has the weights that training it again gives", async () => {
    const folder = workspace("user-model-again");
    const weights = join(folder, ".lerl/models", readdirSync(join(folder, ".lerl/models"))[0] ?? "none", "weights.f32");
    const kept = readFileSync(weights);
    rmSync(weights);
    const { out, err } = await lerl(["user-model", "train", "logged.lerl.json"], folder);
    expect(out + err).toContain("trained");
    expect(readFileSync(weights).equals(kept)).toBe(true);
  });
});
