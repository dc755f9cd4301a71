/** The engine as it is built: what it answers fits the contract, and it takes nothing that does not. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { constants, getPriority, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EngineClient } from "../../../src/extension/engine/engineClient.ts";
import { EngineFailure } from "../../../src/extension/engine/engineErrors.ts";
import type { RunId } from "../../../src/protocol/run.ts";
import { keptWorkspace, paths } from "../../engine/upkeep/keptWorkspace.ts";
import { listed } from "../support/runRecord.ts";
import { CancellationError, CancellationTokenSource, host, resetHost, window } from "../support/vscode.ts";

const repository = resolve(import.meta.dirname, "../../..");
const modulePath = join(repository, "dist/engine.cjs");
let engine: EngineClient;
let workspace: string;
let isTrusted: boolean;

beforeEach(() => {
  resetHost();
  isTrusted = true;
  workspace = mkdtempSync(join(tmpdir(), "lerl-real-"));
  engine = new EngineClient({
    modulePath,
    locale: "en",
    log: window.createOutputChannel("LERL", { log: true }),
    host: { "models/ask": async ({ model }) => ({ text: "", model }) },
    workspaceFolder: () => workspace,
    isTrusted: () => isTrusted,
    allowedFiles: { allowed: { read: [], written: [] }, ask: async () => false },
  });
});
afterEach(async () => {
  await engine.stop();
  engine.dispose();
  rmSync(workspace, { recursive: true, force: true });
});

describe("in a workspace that is not trusted", () => {
  const stateOf = (folder: string): readonly string[] =>
    (readdirSync(folder, { recursive: true }) as string[])
      .map((name) => `${name} ${statSync(join(folder, name)).mtimeMs}`)
      .sort();

  it("nothing is written by any request that only looks, and is once it is trusted", async () => {
    rmSync(workspace, { recursive: true });
    workspace = keptWorkspace();
    const runs = join(workspace, ".lerl", "runs");
    const done = join(workspace, ".lerl", paths.done);
    // As a process that was killed leaves it: there is something to mend, and so many runs are worth an index.
    for (const name of ["reflections.json", "reflections.json.bak"]) rmSync(join(done, name));
    for (let i = 0; i < 40; i++) {
      mkdirSync(join(runs, `r${i}`));
      const record = { ...JSON.parse(readFileSync(join(done, "run.json"), "utf8")), id: `r${i}` };
      writeFileSync(join(runs, `r${i}`, "run.json"), JSON.stringify(record));
    }
    const log = join(workspace, "log.csv");
    writeFileSync(log, "user,item,is_click,categories\nu,i,1,Jazz\nu,j,0,Soul\n");
    const experimentFile = join(workspace, "x.lerl.json");
    const experimentText = '{ "dataset": { "kind": "csv", "interactions": { "path": "log.csv" }, "items": {} } }';
    isTrusted = false;
    const before = stateOf(workspace);
    const runId = paths.done.slice(5) as RunId;
    const cursor = { metrics: 0, timing: 0, events: 0 };
    const looks = () => [
      engine.request("runs/list", {}),
      engine.request("runs/slice", { runId, cursor }),
      engine.request("runs/episodes", { runId, order: "latest", limit: 5 }),
      engine.request("runs/episode", { runId, episode: "s0-0" }),
      engine.request("runs/compare", { runIds: [runId] }),
      engine.request("trials/list", {}),
      engine.request("trials/reflectionFitting", { runId }),
      engine.request("trials/visit", { id: paths.trial.slice(7), session: 0, contender: 1 }),
      engine.request("reflections/list", { runId }),
      engine.request("reflections/sheet", { runId, sample: 5, seed: 1 }),
      engine.request("data/describe", { experimentFile, experimentText }),
      engine.request("data/propose", { file: log, table: "interactions" }),
    ];
    await Promise.allSettled(looks());
    expect(stateOf(workspace)).toEqual(before);
    isTrusted = true;
    await Promise.allSettled(looks());
    expect(existsSync(join(workspace, ".lerl", "cache", "runs.json"))).toBe(true);
    expect(existsSync(join(done, "reflections.json"))).toBe(true);
  });
});

describe("the real engine", () => {
  it("refuses parameters that do not fit, says so in its log, and goes on", async () => {
    const asked = engine.request("runs/describe", { runId: 7 } as never);
    await expect(asked).rejects.toThrow(EngineFailure);
    await expect(asked).rejects.toThrow("runs/describe: params.runId: expected string");
    expect(await engine.request("runs/list", {})).toEqual(listed());
    expect(host.logged).toContain("error runs/describe: params.runId: expected string");
  });

  it("leaves work that nobody waits for any more", async () => {
    const source = new CancellationTokenSource();
    const experimentText = '{ "dataset": { "users": 1000000, "items": 1000000 } }';
    const experimentFile = join(workspace, "x.lerl.json");
    const asked = engine.request("data/describe", { experimentFile, experimentText }, source.token);
    await engine.request("runs/list", {});
    source.cancel();
    await expect(asked).rejects.toThrow(CancellationError);
    expect((await engine.request("engine/ping", {})).memoryMb).toBeGreaterThan(0);
  });

  it("gives way to the editor", async () => {
    await engine.request("runs/list", {});
    const [, pid] = /runs as process (\d+)/.exec(host.logged.join("\n")) ?? [];
    expect(getPriority(Number(pid))).toBeGreaterThanOrEqual(constants.priority.PRIORITY_BELOW_NORMAL);
  });

  it("answers and tells what fits, from the start of a run to its comparison", async () => {
    const experimentFile = join(repository, "examples/quickstart/quickstart.lerl.json");
    const text = (file: string): string => readFileSync(join(repository, "examples/quickstart", file), "utf8");
    const ended = new Promise<string>((done) => {
      engine.on("run/changed", ({ id, state }) => state === "done" && done(id));
    });
    let told = 0;
    engine.on("run/progress", () => {
      told++;
    });
    let rows = 0;
    engine.on("run/appended", ({ metrics }) => {
      rows += metrics.length;
    });
    const began = performance.now();
    await engine.request("runs/start", {
      experimentFile,
      experimentText: text("quickstart.lerl.json"),
      prompts: {
        planner: { file: "planner.lerl.md", text: text("planner.lerl.md") },
        critic: { file: "critic.lerl.md", text: text("critic.lerl.md") },
      },
      overrides: [
        "dataset.users=30",
        "dataset.items=120",
        "simulator.users=4",
        "training.iterations=2",
        "evaluation.sessions=5",
      ],
    });
    const runId = await ended;
    expect(told).toBeGreaterThan(0);
    // Four a second, and what waited at the end: training tells it with each of its 40 steps.
    expect(told).toBeLessThanOrEqual((performance.now() - began) / 250 + 2);
    const slice = await engine.request("runs/slice", { runId, cursor: { metrics: -1, timing: -1, events: -1 } });
    expect(slice.metrics.at(-1)?.iteration).toBe(2);
    // The last batch may come after the word that the run is done.
    await expect.poll(() => rows).toBe(slice.metrics.length);
    const [session] = await engine.request("runs/episodes", { runId, order: "best", limit: 5 });
    const { episode } = await engine.request("runs/episode", { runId, episode: session?.id ?? "" });
    expect(episode.steps).toHaveLength(episode.tInt);
    expect((await engine.request("runs/compare", { runIds: [runId, runId] })).rows.length).toBeGreaterThan(0);
    await engine.request("reflections/list", { runId });
    expect((await engine.request("prompts/diagnose", { text: "# nothing" })).length).toBeGreaterThan(0);
    expect(host.logged.filter((line) => line.startsWith("error"))).toEqual([]);
  });
});
