/**
 * The product beside a real language model, as its users meet it. What the model writes is worth little; what is asked here
 * is whether everything holds with real tokens, grammars, slots, aborts and a real end of the context.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TrialResult } from "../../src/protocol/trial/result.ts";
import { scratchFolder } from "../engine/commands/lerl.ts";
import { callsOf, eventsOf, metricRowsOf, metricsOf, recordOf } from "../engine/commands/modelWorld.ts";
import { begin, endAll, lerl, writeWorld } from "./modelWorld.ts";
import { whySkipped } from "./place.mjs";
import { type RealModel, startModel } from "./realModel.mjs";

const skipped = whySkipped();
if (skipped !== undefined) console.log(`skipped: the tests with a real model; ${skipped}`);

const scratch = scratchFolder();
afterAll(() => scratch.remove());

let began = 0;
beforeEach(() => {
  began = performance.now();
});
afterEach(({ task }) => {
  console.log(`${((performance.now() - began) / 1000).toFixed(0)} s: ${task.name}`);
  endAll();
});

const folderOf = (name: string): string => join(scratch.path, name);
const attemptsOf = (folder: string): number => callsOf(folder).reduce((sum, { attempts }) => sum + attempts, 0);
const hasNumbers = ({ name: _, ...numbers }: Readonly<Record<string, unknown>>): boolean =>
  Object.values(numbers).every((value) => Number.isFinite(value) && Number(value) > 0);
const latestTrial = (folder: string): string =>
  join(".lerl/trials", readdirSync(join(folder, ".lerl/trials")).at(-1) ?? "");
const until = (look: () => boolean) => expect.poll(look, { timeout: 120_000 }).toBe(true);

describe.skipIf(skipped !== undefined)("a real model", { timeout: 240_000 }, () => {
  let model: RealModel;
  beforeAll(async () => {
    model = await startModel();
  });
  afterAll(() => model?.stop());

  it("is found by lerl doctor, and answers in form", async () => {
    const { code, out } = await lerl(["doctor", "--server", model.address], scratch.path);
    expect(out).toContain(`${model.baseUrl.replace(/\/v1$/, "")}`);
    expect(out).toContain(`${model.name} answered in form. (json_schema)`);
    expect(code).toBe(0);
  });

  it("plans visits and writes lessons, and every question is counted", async () => {
    const file = writeWorld(folderOf("planned"), model);
    const before = model.asked.length;
    const { code, out, err } = await lerl(["run", file, "--quiet", "--out", "run"], folderOf("planned"));
    expect(code, err).toBe(0);
    const run = join(folderOf("planned"), "run");
    const { answered } = recordOf(run);
    const { model: plans, standIn } = answered?.planner ?? { model: 0, standIn: 0 };
    console.log(`${plans} of ${plans + standIn} plans by the model`);
    expect(plans).toBeGreaterThanOrEqual(4);
    expect(plans / (plans + standIn)).toBeGreaterThanOrEqual(0.95);
    expect(out).toContain(`Plans: ${plans} of ${plans + standIn} by the model`);
    expect(answered?.critic).toEqual({ model: 2, standIn: 0 });
    // No question was given up for want of an answer, and none was left out of the books.
    const asked = model.asked.slice(before);
    expect(asked.filter(({ state }) => state !== "answered")).toEqual([]);
    expect(attemptsOf(run)).toBe(asked.length);
    expect(recordOf(run).summary?.models?.calls).toBe(asked.length);
    expect(out).toContain(`Models: ${asked.length} calls, `);
    const longest = Math.max(...asked.map(({ began, ended }) => ended - began));
    console.log(`${asked.length} questions, the longest ${(longest / 1000).toFixed(1)} s`);
  });

  it("goes on after kill -9 to the curves of a run that nobody disturbed", async () => {
    const folder = folderOf("killed");
    const file = writeWorld(folder, model, { seed: 2, critic: { enabled: false } });
    const before = model.asked.length;
    const answers = () => model.asked.slice(before).filter(({ state }) => state === "answered").length;
    const running = begin(["run", file, "--json", "--out", "killed"], folder);
    await until(() => answers() >= 3);
    running.kill("SIGKILL");
    await running.finished;
    const resumed = await lerl(["resume", "killed", "--quiet"], folder);
    expect(resumed.code, resumed.err).toBe(0);
    // Every answer of use is kept, so that the undisturbed run costs nothing.
    const asked = model.asked.length;
    await lerl(["run", file, "--quiet", "--out", "whole"], folder);
    const unusable = callsOf(join(folder, "whole")).filter(({ attempts }) => attempts > 0).length;
    expect(model.asked.length - asked).toBe(unusable);
    expect(metricsOf(join(folder, "killed"))).toBe(metricsOf(join(folder, "whole")));
  });

  it("serves a trial of two visits, which decides nothing and has numbers for both", async () => {
    const folder = folderOf("tried");
    const file = writeWorld(folder, model, { critic: { enabled: false } });
    const words = readFileSync(join(folder, "planner.lerl.md"), "utf8");
    writeFileSync(join(folder, "other.lerl.md"), words.replace("# user\n", "# user\n\nPlan for variety.\n"));
    const before = model.asked.length;
    const args = ["trial", file, "--prompt", "other.lerl.md", "--sessions", "2", "--format", "json"];
    const { code, out, err } = await lerl(args, folder);
    expect(code, err).toBe(0);
    const { contenders, pairs } = JSON.parse(out) as TrialResult;
    expect(pairs).toMatchObject([{ verdict: "undecided" }]);
    expect(contenders.map(({ name }) => name)).toEqual(["as it is", "other.lerl.md"]);
    for (const { name, tInt, rCum, planSize, fallbackPlans, calls, tokens, latencyMs } of contenders) {
      expect({ name, tInt, rCum, planSize, tokens, latencyMs }).toSatisfy(hasNumbers);
      expect({ name, fallbackPlans }).toEqual({ name, fallbackPlans: 0 });
      expect(calls).toBeGreaterThanOrEqual(2);
    }
    expect(contenders.reduce((sum, { calls }) => sum + calls, 0)).toBe(model.asked.length - before);
    const { out: told } = await lerl(["trial", latestTrial(folder)], folder);
    expect(told).toMatch(/undecided/i);
  });
});

describe.skipIf(skipped !== undefined)("a real model with one slot", { timeout: 240_000 }, () => {
  let model: RealModel;
  beforeAll(async () => {
    model = await startModel({ slots: 1 });
  });
  afterAll(() => model?.stop());

  it("has it free again as soon as a run is stopped", async () => {
    const folder = folderOf("stopped");
    const critic = { provider: "openai", baseUrl: model.baseUrl, model: model.name, maxTokens: 3000 } as const;
    const file = writeWorld(folder, model, { planner: {}, critic, models: { concurrency: 1 } });
    const words = readFileSync(join(folder, "critic.lerl.md"), "utf8");
    writeFileSync(
      join(folder, "critic.lerl.md"),
      words.replace(/.+\n$/, "Tell this visit as a story of 2000 words.\n"),
    );
    const running = begin(["run", file, "--json", "--out", "run"], folder);
    await until(() => (model.asked.at(-1)?.parts ?? 0) > 10);
    running.kill("SIGINT");
    expect((await running.finished).code).toBe(130);
    const stopped = performance.now();
    expect(model.asked.map(({ state }) => state)).toEqual(["aborted"]);
    expect(attemptsOf(join(folder, "run"))).toBe(1);
    const waited = (await model.ask("Say yes.")).ended - stopped;
    console.log(`asked for right after the stop: ${waited.toFixed(0)} ms`);
    // The rest of the story would take more than a minute.
    expect(waited).toBeLessThan(15_000);
  });
});

describe.skipIf(skipped !== undefined)("a real model with a small context", { timeout: 240_000 }, () => {
  let model: RealModel;
  beforeAll(async () => {
    model = await startModel({ slots: 1, context: 256 });
  });
  afterAll(() => model?.stop());

  it("is said to be too small for the prompt, and nothing is made up", async () => {
    const folder = folderOf("small");
    const file = writeWorld(folder, model);
    const running = begin(["run", file, "--json", "--out", "run"], folder);
    await running.printed('"event":"paused"');
    running.kill("SIGINT");
    const { code } = await running.finished;
    expect(code).toBe(130);
    const run = join(folder, "run");
    const paused = eventsOf(run).find((event) => event.type === "paused");
    const reason = paused && "reason" in paused ? paused.reason : "";
    expect(reason).toContain(`${model.baseUrl} answered 400: the request needs`);
    expect(reason).toMatch(
      /needs \d+ tokens, the context has 256\. Give the model a context of at least \d+ tokens .* or shorten the prompt\. The run goes on by itself/,
    );
    expect(model.count("refused")).toBe(model.asked.length);
    expect(model.asked.length).toBeLessThanOrEqual(3);
    expect(callsOf(run).filter(({ reply }) => reply !== "")).toEqual([]);
    expect(eventsOf(run).filter(({ type }) => type === "stand-in" || type === "plan")).toEqual([]);
    expect(metricRowsOf(run).filter(({ iteration }) => iteration > 0)).toEqual([]);
    expect(recordOf(run)).toMatchObject({ state: "interrupted", iteration: 0 });
  });
});
