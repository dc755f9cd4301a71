import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunFolder } from "../../../src/engine/store/runFolder.ts";
import type { EngineRequests, StartRun } from "../../../src/protocol/engine.ts";
import type { RunId } from "../../../src/protocol/run.ts";
import { scratchFolder, tinyExperiment } from "../commands/lerl.ts";
import { eventsOf, recordOf } from "../commands/modelWorld.ts";
import { workshop } from "../runs/workshop.ts";
import { isFree, serviceAt } from "./serviceAt.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
const service = serviceAt(scratch.path);
const { handlers } = service;
afterAll(async () => {
  await service.stop();
  scratch.remove();
});

const rested = "rested" as RunId;
const folderOf = (runId: RunId): string => join(scratch.path, ".lerl", "runs", runId);

beforeAll(async () => {
  const run = await shop.start(`.lerl/runs/${rested}`, {
    training: { iterations: 2, checkpointEvery: 1 },
    evaluation: { every: 2, sessions: 4, references: false },
  });
  await run.execute();
});

type RunRequest = {
  [M in keyof EngineRequests]: EngineRequests[M]["params"] extends { runId: RunId } ? M : never;
}[keyof EngineRequests];

/** Everything that is asked about one run, with what else it needs. */
const about = (runId: RunId): { readonly [M in RunRequest]?: EngineRequests[M]["params"] } => ({
  "runs/pause": { runId },
  "runs/stop": { runId },
  "runs/change": { runId, changes: [] },
  "runs/resume": { runId },
  "runs/describe": { runId, note: "x" },
  "runs/episode": { runId, episode: "s0-0" },
  "runs/rerunStep": { runId, episode: "s0-0", step: 0, promptText: "" },
  "runs/evaluate": { runId },
  "reflections/list": { runId },
  "reflections/change": { runId, id: "r1", action: "pin" },
});

const ask = (method: string, params: unknown): Promise<unknown> => {
  const handler = (handlers as Record<string, (params: unknown) => Promise<unknown>>)[method];
  if (!handler) throw new Error(`no handler of ${method}`);
  return handler(params);
};

describe("a run that is not there", () => {
  it.each([
    ["runs/pause", "run.not-running"],
    ["runs/stop", "run.not-running"],
    ["runs/change", "run.not-running"],
    ["runs/resume", "store.missing"],
    ["runs/describe", "store.missing"],
    ["runs/episode", "run.unknown-episode"],
    ["runs/rerunStep", "run.unknown"],
    ["runs/evaluate", "store.missing"],
    ["reflections/list", "run.unknown"],
    ["reflections/change", "store.missing"],
  ] as const)("is refused in words by %s", async (method, code) => {
    const runId = "nowhere" as RunId;
    await expect(ask(method, about(runId)[method])).rejects.toMatchObject({
      name: "InputError",
      code,
      message: expect.stringContaining(runId),
    });
    expect(existsSync(folderOf(runId))).toBe(false);
  });

  it.each(["../rested", "..", "a/b", "a\\b", ".hidden", ""])(
    "has no folder outside the workspace's runs: %j",
    async (id) => {
      const runId = id as RunId;
      for (const [method, params] of Object.entries(about(runId))) {
        const code = ["runs/pause", "runs/stop", "runs/change"].includes(method) ? "run.not-running" : "run.unknown";
        await expect(async () => ask(method, params)).rejects.toMatchObject({ code });
      }
      await expect(async () => handlers["runs/compare"]({ runIds: [rested, runId] })).rejects.toMatchObject({
        code: "run.unknown",
      });
    },
  );
});

describe("a run that is not running", () => {
  it.each(["runs/pause", "runs/stop", "runs/change"] as const)("cannot be steered: %s", async (method) => {
    await expect(ask(method, about(rested)[method])).rejects.toMatchObject({
      code: "run.not-running",
      message: "The run rested is not running.",
    });
  });

  it("is described anew in its folder, which is free afterwards", async () => {
    const record = await handlers["runs/describe"]({ runId: rested, name: "Second try" });
    expect(record).toMatchObject({ id: rested, name: "Second try", note: "", state: "done" });
    await handlers["runs/describe"]({ runId: rested, note: "More reflections." });
    expect(recordOf(folderOf(rested))).toMatchObject({ name: "Second try", note: "More reflections.", state: "done" });
    expect(await isFree(folderOf(rested))).toBe(true);
  });

  it("is not described while another process owns it", async () => {
    const before = readFileSync(join(folderOf(rested), "run.json"), "utf8");
    const owner = await RunFolder.open(folderOf(rested), () => new Date());
    await expect(handlers["runs/describe"]({ runId: rested, note: "Mine." })).rejects.toMatchObject({
      code: "store.locked",
    });
    await owner.release();
    expect(readFileSync(join(folderOf(rested), "run.json"), "utf8")).toBe(before);
  });

  it("is not resumed where it is done, and its folder is free afterwards", async () => {
    await expect(handlers["runs/resume"]({ runId: rested })).rejects.toMatchObject({ code: "run.done" });
    expect(await isFree(folderOf(rested))).toBe(true);
  });

  it("is evaluated on as many sessions as asked for, on the experiment's number without", async () => {
    expect(await handlers["runs/evaluate"]({ runId: rested, sessions: 3 })).toMatchObject({ sessions: 3 });
    expect(await handlers["runs/evaluate"]({ runId: rested })).toMatchObject({ sessions: 4 });
  });

  it("has no step to plan again without a model", async () => {
    const [first] = await handlers["runs/episodes"]({ runId: rested, order: "latest", limit: 1 });
    const params = { runId: rested, episode: first?.id ?? "", promptText: "" };
    await expect(handlers["runs/rerunStep"]({ ...params, step: 0 })).rejects.toMatchObject({ code: "planner.offline" });
    await expect(handlers["runs/rerunStep"]({ ...params, step: 999 })).rejects.toMatchObject({
      code: "run.unknown-step",
    });
  });
});

const start = (more: Partial<StartRun> = {}): StartRun => ({
  experimentFile: join(scratch.path, "x.lerl.json"),
  experimentText: JSON.stringify({ ...tinyExperiment, training: { iterations: 1000, checkpointEvery: 1000 } }),
  prompts: {},
  ...more,
});

describe("a run that cannot begin", () => {
  it.each([
    ["an experiment that cannot be read", { experimentText: "{" }, "experiment.invalid"],
    ["a setting that is not allowed", { experimentText: '{"ppo":{"clip":-1}}' }, "experiment.invalid"],
    ["an override without a value", { overrides: ["ppo.clip"] }, "experiment.override"],
    ["an override that is not allowed", { overrides: ["ppo.clip=-1"] }, "experiment.invalid"],
  ] as const)("is refused for %s, and makes no folder", async (_, more, code) => {
    const before = readdirSync(join(scratch.path, ".lerl", "runs"));
    await expect(handlers["runs/start"](start(more))).rejects.toMatchObject({ name: "InputError", code });
    expect(readdirSync(join(scratch.path, ".lerl", "runs"))).toEqual(before);
  });
});

describe("a run at work", () => {
  it("is paused, described, resumed and stopped, and gives its folder back", async () => {
    const { id } = await handlers["runs/start"](start({ overrides: ["evaluation.references=false"] }));
    const runId = id as RunId;
    const state = async () => (await handlers["runs/list"]({})).runs.find((record) => record.id === id)?.state;
    await expect.poll(state, { timeout: 30_000 }).toBe("running");
    expect(await isFree(folderOf(runId))).toBe(false);

    await handlers["runs/pause"]({ runId });
    await expect.poll(state).toBe("paused");
    expect(await handlers["runs/describe"]({ runId, note: "Paused." })).toMatchObject({ note: "Paused." });
    expect(await handlers["runs/resume"]({ runId })).toMatchObject({ state: "running" });
    await handlers["runs/stop"]({ runId });

    expect(await state()).toBe("stopped");
    expect(recordOf(folderOf(runId))).toMatchObject({ state: "stopped", note: "Paused." });
    const told = eventsOf(folderOf(runId)).filter(({ type }) => type !== "plan" && type !== "warning");
    expect(told.map(({ type }) => type)).toEqual(["started", "paused", "resumed", "stopped"]);
    await expect.poll(() => isFree(folderOf(runId))).toBe(true);
    await expect
      .poll(() =>
        ask("runs/pause", { runId }).then(
          () => "",
          ({ code }) => code,
        ),
      )
      .toBe("run.not-running");
    const last = service.notified.filter(([name]) => name === "run/changed").at(-1);
    expect(last?.[1]).toMatchObject({ id, state: "stopped" });
  });
});
