import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { metricCatalogue } from "../../../src/protocol/metrics.ts";
import { jsonLinesOf, lerl, scratchFolder, start, tinyExperiment, writeExperiment } from "./lerl.ts";

const scratch = scratchFolder();
afterAll(scratch.remove);
const learning = { clickLoss: 5, warmStart: 1, tableScale: 0.1, state: "session" };
const file = writeExperiment(scratch.path, { ...tinyExperiment, policy: { ...tinyExperiment.policy, ...learning } });
const folderOf = (name: string): string => join(scratch.path, name);
const metricsOf = (name: string): string => readFileSync(join(folderOf(name), "metrics.jsonl"), "utf8");
const recordOf = (name: string) => JSON.parse(readFileSync(join(folderOf(name), "run.json"), "utf8"));

describe("lerl run", () => {
  it("trains, and ends with a summary", async () => {
    const finished = await lerl(["run", file, "--json", "--out", "first"], scratch.path);
    expect(finished.err).toBe("");
    expect(finished.code).toBe(0);
    const lines = jsonLinesOf(finished);
    const summary = lines.at(-1);
    expect(summary).toMatchObject({ type: "summary", state: "done", userSteps: 6 * 20 * 4 });
    for (const key of ["tInt", "rCum", "rSin", "normalised", "userStepsPerSecond"])
      expect(summary?.[key]).toBeTypeOf("number");
    expect(lines.filter(({ type }) => type === "reference").map(({ policy }) => policy)).toEqual([
      "random",
      "random-in-plan",
      "round-robin",
      "not-personalised",
      "oracle",
    ]);
    expect(recordOf("first")).toMatchObject({ state: "done", iteration: 6, iterations: 6 });
    expect(readdirSync(folderOf("first"))).not.toContain("lock.json");
  });

  it("logs every metric by a name of the catalogue", () => {
    const rows = metricsOf("first")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows.map(({ iteration }) => iteration)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const names = new Set(rows.flatMap(({ values }) => Object.keys(values)));
    expect([...names].filter((name) => !(name in metricCatalogue))).toEqual([]);
    const logged = Object.entries(metricCatalogue)
      .filter(([name, { group }]) => group !== "Models" && !name.startsWith("evalModel"))
      .map(([name]) => name);
    expect(logged.filter((name) => !names.has(name))).toEqual([]);
  });

  it("records whole sessions with their plans, clicks and reflections", () => {
    const episodes = readFileSync(join(folderOf("first"), "episodes.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(episodes.length).toBeGreaterThan(20);
    for (const { steps, tInt, rCum, reflection } of episodes) {
      expect(steps).toHaveLength(tInt);
      expect(tInt).toBeGreaterThanOrEqual(11);
      expect(tInt).toBeLessThanOrEqual(20);
      expect(reflection).toBeTypeOf("string");
      expect(steps.reduce((sum: number, step: { reward: number }) => sum + step.reward, 0)).toBeCloseTo(rCum, 9);
      for (const step of steps) {
        expect(new Set(step.items).size).toBe(6);
        expect(step.reward).toBeCloseTo(
          step.feedback.filter((given: string[]) => given.includes("is_click")).length / 6,
          9,
        );
      }
    }
  });

  it("gives the same bytes for the same seed, whatever the number of workers", async () => {
    const runs = await Promise.all([
      lerl(["run", file, "--quiet", "--out", "again", "--set", "policy.workers=1"], scratch.path),
      lerl(["run", file, "--quiet", "--out", "workers", "--set", "policy.workers=2"], scratch.path),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(metricsOf("again")).toBe(metricsOf("first"));
    expect(metricsOf("workers")).toBe(metricsOf("first"));
    await lerl(["run", file, "--quiet", "--out", "other", "--seed", "2"], scratch.path);
    expect(metricsOf("other")).not.toBe(metricsOf("first"));
  });

  it("is interrupted with a checkpoint and exit code 130, and resumes to the same curves", async () => {
    const running = start(
      ["run", file, "--json", "--out", "interrupted", "--set", "training.iterations=6"],
      scratch.path,
    );
    await running.printed('"iteration":3');
    running.kill("SIGINT");
    const stopped = await running.finished;
    expect(stopped.code).toBe(130);
    expect(recordOf("interrupted").state).toBe("interrupted");
    const resumed = await lerl(["resume", "interrupted", "--json"], scratch.path);
    expect(resumed.code).toBe(0);
    expect(metricsOf("interrupted")).toBe(metricsOf("first"));
    expect(jsonLinesOf(resumed).at(-1)).toMatchObject({ rCum: recordOf("first").summary.rCum });
  });

  it("survives kill -9 at any moment: the resumed curves are the uninterrupted ones", async () => {
    for (const [i, moment] of [
      "Measuring",
      '"iteration":1',
      '"iteration":2',
      '"iteration":4',
      '"iteration":5',
    ].entries()) {
      const name = `killed-${i}`;
      const running = start(["run", file, "--json", "--out", name], scratch.path);
      await running.printed(moment);
      running.kill("SIGKILL");
      await running.finished;
      const resumed = await lerl(["resume", name, "--quiet"], scratch.path);
      expect(resumed.err).toBe("");
      expect(resumed.code).toBe(0);
      expect(metricsOf(name)).toBe(metricsOf("first"));
    }
  });

  it("does not resume a run that is done", async () => {
    const { code, err } = await lerl(["resume", "first"], scratch.path);
    expect(code).toBe(2);
    expect(err).toContain("this run is done");
    expect(metricsOf("first").split("\n")).toHaveLength(8);
  });
});

describe("bad input", () => {
  const withModel = ["provider=openai", "model=m", "baseUrl=http://127.0.0.1:9/v1"].flatMap((set) => [
    "--set",
    `planner.${set}`,
  ]);
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["a missing file", ["run", "nowhere.lerl.json"], /nowhere\.lerl\.json: cannot be read/],
    [
      "a wrong type",
      ["run", "type.lerl.json"],
      /type\.lerl\.json:1:26: simulator\.users: "many" is not allowed; expected a number\./,
    ],
    ["a wrong range", ["run", "range.lerl.json"], /ppo\.gamma: 2 is not allowed; expected a number <= 1\./],
    ["a wrong override", ["run", "tiny.lerl.json", "--set", "ppo.gamma=2"], /--set ppo\.gamma: 2 is not allowed/],
    ["an unknown override", ["run", "tiny.lerl.json", "--set", "ppo.gama=1"], /unknown setting "gama"/],
    ["an override through a value", ["run", "tiny.lerl.json", "--set", "seed.x=1"], /--set seed: \{"x":1\} is not/],
    ["a malformed override", ["run", "tiny.lerl.json", "--set", "gamma"], /expected path=value/],
    [
      "a missing data folder",
      ["run", "tiny.lerl.json", "--set", 'dataset={"kind":"kuairand","path":"gone"}'],
      /gone: no such folder/,
    ],
    ["an unwritable output folder", ["run", "tiny.lerl.json", "--out", "tiny.lerl.json/run"], /tiny\.lerl\.json\/run/],
    ["an output folder in use", ["run", "tiny.lerl.json", "--out", "first"], /not empty/],
    [
      "a response model without its truth",
      ["run", "tiny.lerl.json", "--set", 'simulator.responseModel={"kind":"matrix"}'],
      /does not fit the data set/,
    ],
    [
      "a reward for unknown feedback",
      ["run", "tiny.lerl.json", "--set", 'simulator.rewardWeights={"laugh":1}'],
      /"laugh"/,
    ],
    [
      "a slate larger than the data",
      ["run", "tiny.lerl.json", "--set", "dataset.items=12", "--set", "simulator.slateSize=13"],
      /lower it/,
    ],
    ["a model without its prompt", ["run", "tiny.lerl.json", ...withModel], /planner\.lerl\.md was not found/],
    ["an unknown command", ["fly"], /unknown command 'fly'/],
    ["an unknown option", ["run", "tiny.lerl.json", "--fast"], /unknown option '--fast'/],
  ];
  writeExperiment(scratch.path, '{"simulator": { "users": "many" } }', "type.lerl.json");
  writeExperiment(scratch.path, '{"ppo": { "gamma": 2 } }', "range.lerl.json");

  it.each(cases)("%s: one clear error, exit code 2", async (_, args, message) => {
    const { code, err } = await lerl(args, scratch.path);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect(code).toBe(2);
  });

  it("leaves nothing that a later run would trust", () => {
    const cache = join(scratch.path, ".lerl", "cache");
    expect(existsSync(cache) ? readdirSync(cache) : []).toEqual([]);
  });

  it("prints help that names every command and exit code", async () => {
    const { code, out } = await lerl(["--help"], scratch.path);
    expect(code).toBe(0);
    for (const word of [
      "run",
      "resume",
      "data",
      "user-model",
      "prompts",
      "doctor",
      "Exit codes",
      "3 the model was of no use",
      "130",
    ])
      expect(out).toContain(word);
  });
});
