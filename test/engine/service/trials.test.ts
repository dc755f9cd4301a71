import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TryWords } from "../../../src/protocol/engine.ts";
import type { RunId } from "../../../src/protocol/run.ts";
import type { TrialProgress, TrialSummary } from "../../../src/protocol/trial/summary.ts";
import type { VisitRow } from "../../../src/protocol/trial/visit.ts";
import { ChatServer } from "../commands/chatServer.ts";
import { scratchFolder, tinyExperiment } from "../commands/lerl.ts";
import { plannerPrompt } from "../commands/modelWorld.ts";
import { usually, writeTrialWorld } from "../commands/wordyServer.ts";
import { serviceAt } from "./serviceAt.ts";

const scratch = scratchFolder();
const server = new ChatServer();
const service = serviceAt(scratch.path);
const { handlers, notified } = service;
let experimentFile = "";

beforeAll(async () => {
  await server.open();
  experimentFile = writeTrialWorld(scratch.path, server.baseUrl);
});
beforeEach(() => usually(server));
afterAll(async () => {
  await service.stop();
  await server.close();
  scratch.remove();
});

const words = (more: Partial<TryWords> = {}): TryWords => ({
  experimentFile,
  experimentText: readFileSync(experimentFile, "utf8"),
  prompt: { file: "planner.lerl.md", text: plannerPrompt.replace("You plan", "VARIETY You plan") },
  ...more,
});

/** One that no other test tries: nothing of it is answered yet. */
const PROMPT = { file: "planner.lerl.md", text: plannerPrompt.replace("You plan", "Carefully, you plan") };

/** The last that was told of a trial. */
const told = (id: string): TrialSummary | undefined =>
  notified
    .filter(([name]) => name === "trial/changed")
    .map(([, summary]) => summary as TrialSummary)
    .findLast((summary) => summary.id === id);

async function ended(id: string): Promise<TrialSummary> {
  for (;;) {
    const summary = told(id);
    if (summary && ["done", "stopped", "interrupted", "failed"].includes(summary.state)) return summary;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function trained(): Promise<RunId> {
  const prompts = { planner: { file: "planner.lerl.md", text: plannerPrompt } };
  const experimentText = readFileSync(experimentFile, "utf8");
  const overrides = ["training.iterations=1", "training.checkpointEvery=1"];
  const { id } = await handlers["runs/start"]({ experimentFile, experimentText, prompts, overrides });
  for (;;) {
    const run = (await handlers["runs/list"]({})).runs.find((record) => record.id === id);
    if (run?.state === "done") return id;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("words that are tried in the editor", () => {
  it("are served against those in force, and what is found grows in sight", async () => {
    server.latencyMs = 40;
    const runId = await trained();
    const { id, state, contenders, base } = await handlers["trials/try"](words({ runId, sessions: 20 }));
    expect(state).toBe("running");
    expect(base.run?.id).toBe(runId);
    expect(contenders.map(({ name }) => name)).toEqual(["as it is", "planner.lerl.md"]);
    const summary = await ended(id);
    expect(summary.result?.pairs[0]?.verdict).toBe("better");
    const live = notified.filter(([name, data]) => name === "trial/changed" && (data as TrialSummary).id === id);
    expect(live.some(([, data]) => (data as TrialSummary).state === "running" && (data as TrialSummary).result)).toBe(
      true,
    );
    const progress = notified.filter(([name]) => name === "trial/progress").map(([, data]) => data as TrialProgress);
    expect(progress.at(-1)).toMatchObject({ id, phase: "Serving", sessions: 20 });
    expect(JSON.stringify((await handlers["trials/list"]({}))[0])).toEqual(JSON.stringify(summary));
  });

  it("are stopped by hand, keep what was paid for, and go on", async () => {
    server.latencyMs = 30;
    const { id } = await handlers["trials/try"](words({ sessions: 24, prompt: { file: "p", text: plannerPrompt } }));
    server.journal.length = 0;
    await server.asked(20);
    await handlers["trials/stop"]({ id });
    expect((await ended(id)).state).toBe("stopped");
    server.latencyMs = 0;
    expect((await handlers["trials/goOn"]({ id })).id).toBe(id);
    while (told(id)?.state !== "done") await new Promise((resolve) => setTimeout(resolve, 10));
    await expect(handlers["trials/stop"]({ id })).rejects.toThrow("is not running");
  });

  it("wait at their budget, and go on with the higher one that the document has by then", async () => {
    const limited = (maxCalls: number): string =>
      JSON.stringify({ ...JSON.parse(readFileSync(experimentFile, "utf8")), models: { maxCalls } });
    const { id } = await handlers["trials/try"](words({ sessions: 16, experimentText: limited(20), prompt: PROMPT }));
    while (told(id)?.state !== "paused") await new Promise((resolve) => setTimeout(resolve, 10));
    expect(told(id)?.reason).toContain("20 of 20 calls");
    await handlers["trials/goOn"]({ id, experimentText: limited(1000) });
    expect((await ended(id)).state).toBe("done");
  });

  it("are looked into at the first step that differs, with what was asked and answered", async () => {
    const { id } = await handlers["trials/try"](words({ sessions: 16 }));
    const { result } = await ended(id);
    const [worst] = result?.pairs[0]?.worst ?? [];
    const pair = await handlers["trials/visit"]({ id, session: worst?.session ?? 0, contender: 1 });
    expect(pair.differs).toBe(0);
    expect(pair.baseline.calls).toEqual([]);
    for (const { episode, calls } of [pair.contender]) {
      const { callId } = episode.steps[pair.differs ?? 0]?.plan ?? {};
      expect(calls.find((call) => call.id === callId)?.messages.length).toBeGreaterThan(1);
    }
    const said = (side: typeof pair.baseline): string =>
      side.calls[0]?.messages.map(({ content }) => content).join() ?? "";
    expect(said(pair.contender)).toContain("VARIETY");
    expect(said(pair.baseline)).not.toContain("VARIETY");
    await expect(handlers["trials/visit"]({ id, session: 999, contender: 1 })).rejects.toThrow("has not been served");

    // Two visits of the same plans up to the third step.
    const session = worst?.session ?? 0;
    const file = join(scratch.path, ".lerl", "trials", id, "sessions.jsonl");
    const rows: VisitRow[] = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const alike = rows.map((row) => {
      if (row.session !== session) return row;
      const [step] = row.episode.steps;
      const planOf = (n: number) => ({ ...step?.plan, categories: n < 2 ? [1, 2] : [row.contender] });
      return { ...row, episode: { ...row.episode, steps: [0, 1, 2].map((n) => ({ ...step, plan: planOf(n) })) } };
    });
    writeFileSync(file, alike.map((row) => `${JSON.stringify(row)}\n`).join(""));
    expect((await handlers["trials/visit"]({ id, session, contender: 1 })).differs).toBe(2);
    expect(await handlers["trials/visit"]({ id, session, contender: 0 })).not.toHaveProperty("differs");
  });

  it("say before how many visits fit: as many as two minutes hold at the pace that was measured", async () => {
    const [{ id: runId } = { id: "" }] = (await handlers["runs/list"]({})).runs;
    const quick = await handlers["trials/fitting"](words({ runId }));
    expect(quick).toMatchObject({ sessions: 100, estimate: { calls: 1000 } });
    expect(quick.estimate.seconds).toBeLessThan(60);
    expect(quick.estimate).not.toHaveProperty("cost");
    const priced = readFileSync(experimentFile, "utf8").replace(
      '"retries": 1',
      '"retries": 1, "prices": { "test-model": { "input": 1, "output": 2 } }',
    );
    const alone = await handlers["trials/fitting"](words({ experimentText: priced }));
    expect(alone.estimate.cost).toBeGreaterThan(0);
    expect(alone.estimate.tokens).toBeGreaterThan(500 * 100);
    const slow = writeTrialWorld(scratch.path, server.baseUrl);
    const text = readFileSync(slow, "utf8").replace('"test-model"', '"slow-model"');
    server.latencyMs = 1500;
    const { id } = await handlers["trials/try"](words({ experimentText: text, sessions: 16 }));
    await server.asked(16);
    await new Promise((resolve) => setTimeout(resolve, 1600));
    await handlers["trials/stop"]({ id });
    const concurrency = text.replace('"retries": 1', '"retries": 1, "concurrency": 1');
    const { sessions, estimate } = await handlers["trials/fitting"](words({ experimentText: concurrency }));
    // Five plans a visit, one after the other, by the contender that asks.
    expect(sessions).toBeGreaterThanOrEqual(15);
    expect(sessions).toBeLessThanOrEqual(16);
    expect(estimate.seconds).toBeGreaterThan(100);
    expect(estimate.seconds).toBeLessThanOrEqual(130);
    expect((await handlers["trials/fitting"](words({ sessions: 500 }))).estimate.calls).toBe(2500);
  });

  it("may be a reflection's: the same visits with it shown to every plan, and to none", async () => {
    const prompts = { planner: { file: "planner.lerl.md", text: plannerPrompt } };
    const experimentText = JSON.stringify({ ...JSON.parse(readFileSync(experimentFile, "utf8")), critic: {} });
    const overrides = ["training.iterations=1", "training.checkpointEvery=1"];
    const { id: runId } = await handlers["runs/start"]({ experimentFile, experimentText, prompts, overrides });
    while ((await handlers["runs/list"]({})).runs.find(({ id }) => id === runId)?.state !== "done")
      await new Promise(setImmediate);
    const [reflection = { id: "" }] = await handlers["reflections/list"]({ runId });
    const fit = await handlers["trials/reflectionFitting"]({ runId });
    expect(fit.estimate.calls).toBe(fit.sessions * 2 * 5);
    const { id } = await handlers["trials/reflection"]({ runId, reflection: reflection.id, sessions: 16 });
    const { contenders, result } = await ended(id);
    expect(contenders.map(({ name }) => name)).toEqual([`without ${reflection.id}`, `with ${reflection.id}`]);
    expect(result?.n).toBe(16);
    const pair = await handlers["trials/visit"]({ id, session: 0, contender: 1 });
    const shown = ({ episode }: typeof pair.baseline) => episode.steps.flatMap(({ plan }) => plan.reflections);
    expect(shown(pair.baseline)).not.toContain(reflection.id);
    expect(shown(pair.contender)[0]).toBe(reflection.id);
  });

  it("may be a reflection's on a planner that asks no model and follows lessons", async () => {
    const experimentText = JSON.stringify({ ...tinyExperiment, planner: { strategy: "lessons" } });
    const { id: runId } = await handlers["runs/start"]({
      experimentFile,
      experimentText,
      prompts: {},
      overrides: ["training.iterations=1", "training.checkpointEvery=1"],
    });
    while ((await handlers["runs/list"]({})).runs.find(({ id }) => id === runId)?.state !== "done")
      await new Promise(setImmediate);
    const [{ id: reflection } = { id: "" }] = await handlers["reflections/list"]({ runId });
    expect((await handlers["trials/reflectionFitting"]({ runId })).estimate.calls).toBe(0);
    const { id } = await handlers["trials/reflection"]({ runId, reflection, sessions: 16 });
    expect((await ended(id)).result?.n).toBe(16);
    const { contender } = await handlers["trials/visit"]({ id, session: 0, contender: 1 });
    expect(contender.episode.steps[0]?.plan.reflections[0]).toBe(reflection);
  });

  it("have moments: a step's decision is kept beside the experiment", async () => {
    const [{ id: runId } = { id: "" }] = (await handlers["runs/list"]({})).runs.filter(({ state }) => state === "done");
    const [{ id: episode } = { id: "" }] = await handlers["runs/episodes"]({ runId, order: "latest", limit: 1 });
    const kept = await handlers["moments/keep"]({ runId, episode, step: 1 });
    expect(kept.file).toBe(join(scratch.path, "tiny.moments.json"));
    const { moments } = JSON.parse(readFileSync(kept.file, "utf8"));
    expect(moments).toMatchObject([{ name: kept.name, slates: [{}] }]);
    await expect(handlers["moments/keep"]({ runId, episode, step: 1 })).rejects.toThrow("is kept already");
  });

  it("need a model that reads them", async () => {
    const before = existsSync(join(scratch.path, ".lerl/trials"))
      ? readdirSync(join(scratch.path, ".lerl/trials"))
      : [];
    const offline = words({ experimentText: '{ "dataset": { "kind": "synthetic", "users": 60, "items": 200 } }' });
    await expect(handlers["trials/try"](offline)).rejects.toThrow("The offline planner does not read the prompt");
    expect(readdirSync(join(scratch.path, ".lerl/trials"))).toEqual(before);
  });

  it("are another process's while it serves them", async () => {
    const other = serviceAt(scratch.path);
    const elsewhere = async (id: string): Promise<boolean | undefined> =>
      (await other.handlers["trials/list"]({})).find((trial) => trial.id === id)?.elsewhere;
    server.latencyMs = 20;
    const { id } = await handlers["trials/try"](words({ prompt: PROMPT, sessions: 16 }));
    expect(await elsewhere(id)).toBe(true);
    await handlers["trials/stop"]({ id });
    expect(await elsewhere(id)).toBeUndefined();
    await other.stop();
  });

  it("wait for a key in memory only", async () => {
    const { id } = await handlers["trials/try"](
      words({ sessions: 16, keys: [{ origin: new URL(server.baseUrl).origin, key: "sk-secret-key" }] }),
    );
    await ended(id);
    const folder = join(scratch.path, ".lerl/trials", id);
    for (const name of readdirSync(folder).filter((file) => file !== "base")) {
      expect(readFileSync(join(folder, name), "utf8")).not.toContain("sk-secret-key");
    }
  });
});
