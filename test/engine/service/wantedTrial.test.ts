import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TryWords } from "../../../src/protocol/engine.ts";
import type { RunId } from "../../../src/protocol/run.ts";
import type { TrialSummary } from "../../../src/protocol/trial/summary.ts";
import { ChatServer } from "../commands/chatServer.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { plannerPrompt } from "../commands/modelWorld.ts";
import { trialRecordOf, usually, writeTrialWorld } from "../commands/wordyServer.ts";
import { serviceAt } from "./serviceAt.ts";

const scratch = scratchFolder();
const server = new ChatServer();
const { handlers, stop } = serviceAt(scratch.path);
const VARIED = { file: "variety.lerl.md", text: plannerPrompt.replace("You plan", "VARIETY You plan") };
let experimentFile = "";
let runId: RunId = "";

beforeAll(async () => {
  await server.open();
  experimentFile = writeTrialWorld(scratch.path, server.baseUrl);
  const prompts = { planner: { file: "planner.lerl.md", text: plannerPrompt } };
  const overrides = ["training.iterations=1", "training.checkpointEvery=1"];
  usually(server);
  const run = await handlers["runs/start"]({ experimentFile, experimentText: text(), prompts, overrides });
  runId = run.id;
  while ((await handlers["runs/list"]({})).runs[0]?.state !== "done")
    await new Promise((resolve) => setTimeout(resolve, 10));
});
beforeEach(() => usually(server));
afterAll(async () => {
  await stop();
  await server.close();
  scratch.remove();
});

const text = (): string => readFileSync(experimentFile, "utf8");
const wanted = (more: Partial<TryWords>): TryWords => ({
  experimentFile,
  experimentText: text(),
  prompt: { file: "planner.lerl.md", text: plannerPrompt.replace("You plan", "Carefully, you plan") },
  runId,
  ...more,
});

async function served(words: TryWords): Promise<TrialSummary> {
  const { id } = await handlers["trials/try"](words);
  const found = async () => (await handlers["trials/list"]({})).find((trial) => trial.id === id);
  await expect.poll(async () => (await found())?.state, { timeout: 20_000 }).toBe("done");
  const trial = await found();
  if (!trial) throw new Error("the trial is gone");
  return trial;
}

const keepMoment = async (): Promise<void> => {
  const [{ id: episode } = { id: "" }] = await handlers["runs/episodes"]({ runId, order: "latest", limit: 1 });
  await handlers["moments/keep"]({ runId, episode, step: 1 });
};

describe("contenders of one's choice", () => {
  it("serve as they were put together, in their order, the first as baseline", async () => {
    const trial = await served(
      wanted({
        contenders: [
          { plan: "round-robin" },
          {},
          { model: "other-model" },
          { prompt: VARIED, temperature: 0.5 },
          { label: "version abc1234", prompt: { file: "planner.lerl.md", text: plannerPrompt } },
          { plan: "oracle" },
        ],
        sessions: 16,
        maxCalls: 5000,
      }),
    );
    expect(trial.name).toMatch(/: as it is and 4 more$/);
    expect(trial.contenders.map(({ name, plans }) => `${name} (${plans})`)).toEqual([
      "round-robin (round-robin)",
      "as it is (model)",
      "as it is, other-model (model)",
      "variety.lerl.md, temperature 0.5 (model)",
      "version abc1234 (model)",
      "oracle plan (oracle)",
    ]);
    expect(trial.result?.n).toBe(16);
    expect(new Set(server.journal.map(({ model }) => model))).toEqual(new Set(["test-model", "other-model"]));
    const record = trialRecordOf(join(scratch.path, ".lerl/trials", trial.id));
    expect(record.experiment.models.maxCalls).toBe(5000);
  });

  it("cost at most what is said before: visits and moments, each contender that asks, each repeat", async () => {
    await keepMoment();
    const contenders: TryWords["contenders"] = [{}, { prompt: VARIED }, { plan: "oracle" }];
    const asked = wanted({ contenders, sessions: 20 });
    expect(await handlers["trials/fitting"](asked)).toMatchObject({
      sessions: 20,
      moments: 1,
      estimate: { calls: 200 },
    });
    const withMoments = { ...asked, moments: true, repeats: 3 };
    expect((await handlers["trials/fitting"](withMoments)).estimate.calls).toBe(206);
    expect(
      (await handlers["trials/fitting"](wanted({ contenders: [{ plan: "oracle" }, { plan: "none" }] }))).estimate,
    ).toMatchObject({ calls: 0, seconds: 0, cost: 0 });
    server.journal.length = 0;
    const trial = await served({ ...withMoments, sessions: 0, contenders: [{ prompt: VARIED }] });
    expect(trial.result?.grid?.moments).toHaveLength(1);
    expect(server.journal).toHaveLength(3);
  });

  it("cost about what visits ask for that last as long as the run's did", async () => {
    const { summary } = (await handlers["runs/list"]({})).runs.find(({ id }) => id === runId) ?? {};
    const steps = summary?.model?.tInt ?? summary?.tInt ?? 0;
    const { estimate } = await handlers["trials/fitting"](wanted({ sessions: 20 }));
    const plans = (record: TrialSummary) => record.result?.contenders.map(({ calls }) => calls) ?? [];
    expect(estimate.calls).toBe(200);
    expect(estimate.likely).toBe(Math.round(2 * 20 * Math.min(5, steps / 4 + 0.375)));
    const trial = await served(wanted({ contenders: [{}, { prompt: VARIED }], sessions: 20 }));
    expect(plans(trial).reduce((a, b) => a + b)).toBeLessThanOrEqual(estimate.calls);
  });

  it("keep limits of their own when they go on, in the place of the document's, until others are given", async () => {
    const experimentText = JSON.stringify({ ...JSON.parse(text()), models: { maxCalls: 5000 } });
    const NEW = { file: "new.lerl.md", text: plannerPrompt.replace("You plan", "Slowly, you plan") };
    const words = wanted({ experimentText, contenders: [{ plan: "oracle" }, { prompt: NEW }], sessions: 20 });
    const { id } = await handlers["trials/try"]({ ...words, maxCalls: 10 });
    const state = async () => (await handlers["trials/list"]({})).find((trial) => trial.id === id);
    await expect.poll(async () => (await state())?.state, { timeout: 20_000 }).toBe("paused");
    expect((await state())?.reason).toContain("10 of 10 calls. Raise the trial's own limit of calls to go on.");
    await handlers["trials/goOn"]({ id, experimentText });
    await expect.poll(async () => (await state())?.state, { timeout: 20_000 }).toBe("paused");
    await handlers["trials/goOn"]({ id, experimentText, maxCalls: 1000 });
    await expect.poll(async () => (await state())?.state, { timeout: 20_000 }).toBe("done");
    expect((await state())?.limits).toEqual({ maxCalls: 1000 });
  });

  it("are asked within the limits and prices that the document has by now, not the run's", async () => {
    const document = {
      ...JSON.parse(text()),
      models: { maxCalls: 12, prices: { "test-model": { input: 1, output: 2 } } },
    };
    const experimentText = JSON.stringify(document);
    const { id } = await handlers["trials/try"](wanted({ experimentText, sessions: 16 }));
    const { experiment } = trialRecordOf(join(scratch.path, ".lerl/trials", id));
    expect(experiment.models).toMatchObject({ maxCalls: 12, prices: { "test-model": { output: 2 } } });
    await handlers["trials/stop"]({ id });
    const priced = wanted({ experimentText, contenders: [{}, { prompt: VARIED }], maxCost: 0.5 });
    expect((await handlers["trials/fitting"](priced)).estimate.cost).toBeGreaterThan(0);
    const other = { ...priced, contenders: [{}, { prompt: VARIED, model: "other-model" }] };
    await expect(handlers["trials/fitting"](other)).rejects.toThrow('needs the price of "other-model"');
  });

  it("have names that tell them apart, however long their settings are", async () => {
    const long = { provider: "openai", model: "m".repeat(70), baseUrl: server.baseUrl };
    const experimentText = JSON.stringify({
      ...JSON.parse(text()),
      planner: { ...JSON.parse(text()).planner, ...long },
    });
    const contenders = [{}, { prompt: VARIED, temperature: 0.2 }, { prompt: VARIED, temperature: 0.9 }];
    const { id, contenders: named } = await handlers["trials/try"](
      wanted({ experimentText, contenders, sessions: 16 }),
    );
    await handlers["trials/stop"]({ id });
    expect(new Set(named.map(({ name }) => name)).size).toBe(3);
  });

  it("are refused in words where nothing would be compared, or nobody reads the words", async () => {
    const offline = JSON.stringify({ ...JSON.parse(text()), planner: { provider: "offline" } });
    const refused = (more: Partial<TryWords>) => expect(handlers["trials/try"](wanted(more))).rejects;
    await refused({ contenders: [{}] }).toThrow("A trial compares at least two contenders.");
    await refused({ contenders: [{}, { plan: "oracle" }], sessions: 0 }).toThrow(
      "Without visits there must be moments.",
    );
    await refused({ contenders: [{}, { prompt: VARIED }], experimentText: offline }).toThrow(
      "does not read the prompt",
    );
    writeFileSync(join(scratch.path, "tiny.moments.json"), '{ "moments": [{}] }');
    await expect(handlers["trials/fitting"](wanted({ contenders: [{}, { prompt: VARIED }] }))).rejects.toThrow(
      /tiny\.moments\.json.*name/s,
    );
  });

  it("need no model where none is asked", async () => {
    writeFileSync(join(scratch.path, "tiny.moments.json"), '{ "moments": [] }');
    const offline = JSON.stringify({ ...JSON.parse(text()), planner: { provider: "offline" } });
    const { runId: _, ...words } = wanted({ experimentText: offline, sessions: 16 });
    const trial = await served({ ...words, contenders: [{}, { plan: "oracle" }] });
    expect(trial.contenders.map(({ plans }) => plans)).toEqual(["top-interest", "oracle"]);
    expect(trial.base.run).toBeUndefined();
    expect(server.journal).toEqual([]);
  });
});
