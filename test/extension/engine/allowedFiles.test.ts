/** Files outside the workspace, with the engine as it is built: who is asked, and when. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EngineClient } from "../../../src/extension/engine/engineClient.ts";
import { AllowedFiles } from "../../../src/extension/platform/allowedFiles.ts";
import type { RunId } from "../../../src/protocol/run.ts";
import { keptWorkspace, paths } from "../../engine/upkeep/keptWorkspace.ts";
import { listed } from "../support/runRecord.ts";
import { host, memento, resetHost, window } from "../support/vscode.ts";

const modulePath = resolve(import.meta.dirname, "../../../dist/engine.cjs");
let root: string;
let workspace: string;
const engines: EngineClient[] = [];
let memory: ReturnType<typeof memento>;

beforeEach(() => {
  resetHost();
  root = mkdtempSync(join(tmpdir(), "lerl-allowed-"));
  workspace = join(root, "workspace");
  for (const folder of [workspace, join(root, "data")]) mkdirSync(folder);
  memory = memento();
});
afterEach(async () => {
  for (const engine of engines.splice(0)) {
    await engine.stop();
    engine.dispose();
  }
  rmSync(root, { recursive: true, force: true });
});

/** A window on the workspace. */
function open(isTrusted = true): EngineClient {
  const engine = new EngineClient({
    modulePath,
    locale: "en",
    log: window.createOutputChannel("LERL", { log: true }),
    host: { "models/ask": async ({ model }) => ({ text: "", model }) },
    workspaceFolder: () => workspace,
    isTrusted: () => isTrusted,
    allowedFiles: new AllowedFiles(memory),
  });
  engines.push(engine);
  return engine;
}

/** Runs and trials made elsewhere, with data outside that are not there any more. */
function withDataOutside(): void {
  rmSync(workspace, { recursive: true });
  workspace = keptWorkspace();
  const dataset = { kind: "csv", interactions: { path: "/gone/log.csv" }, items: { path: "/gone/items.csv" } };
  for (const name of [`${paths.done}/run.json`, `${paths.trial}/trial.json`]) {
    const file = join(workspace, ".lerl", name);
    const record = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...record, experiment: { ...record.experiment, dataset } }));
  }
}

const runId = paths.done.slice(5) as RunId;

const look = async (engine: EngineClient) => {
  const [{ id: episode = "" } = {}] = await engine.request("runs/episodes", { runId, order: "latest", limit: 1 });
  const session = await engine.request("runs/episode", { runId, episode });
  const visits = await engine.request("trials/visit", { id: paths.trial.slice(7), session: 0, contender: 1 });
  return [session, visits.baseline, visits.contender].map(({ categoryNames }) => categoryNames);
};

const start = (engine: EngineClient) => {
  const dataset = { kind: "csv", interactions: { path: "../data/log.csv" }, items: { path: "../data/items.csv" } };
  const experimentText = JSON.stringify({ name: "Outside", dataset });
  const experimentFile = join(workspace, "x.lerl.json");
  return engine.request("runs/start", { experimentFile, experimentText, prompts: {} });
};

describe("files outside the workspace", () => {
  it("are asked for with every path, once: the answer is VS Code's to keep", async () => {
    host.answerMessage = ({ actions }) => actions[0];
    const engine = open();
    expect((await start(engine)).name).toBe("Outside");
    const paths = ["log.csv", "items.csv"].map((name) => join(root, "data", name));
    expect(host.messages).toHaveLength(1);
    expect(host.messages[0]?.detail).toContain(
      `dataset.interactions.path: ${paths[0]}\ndataset.items.path: ${paths[1]}`,
    );
    await start(engine);
    await start(open());
    expect(host.messages).toHaveLength(1);
    expect(new AllowedFiles(memory).allowed).toEqual({ read: paths, written: [] });
  });

  it("that would be written are asked for in words of their own", async () => {
    const moments = { setting: "experimentFile", path: "/elsewhere/x.moments.json" };
    await new AllowedFiles(memory).ask([{ ...moments, written: true }]);
    await new AllowedFiles(memory).ask([moments]);
    expect(host.messages.map(({ message }) => message.match(/Allow LERL to (\w+)/)?.[1])).toEqual(["write", "read"]);
  });

  it("are remembered apart: those to be read, as ever, and those to be written", async () => {
    host.answerMessage = ({ actions }) => actions[0];
    await memory.update("lerl.allowedFiles", ["/data"]);
    const files = new AllowedFiles(memory);
    await files.ask([{ setting: "experimentFile", path: "/data/x.moments.json", written: true }]);
    expect(files.allowed).toEqual({ read: ["/data"], written: ["/data/x.moments.json"] });
  });

  it("are not read where the answer is no, and asked for again", async () => {
    const engine = open();
    await expect(start(engine)).rejects.toMatchObject({ code: "files.outside" });
    await expect(start(engine)).rejects.toThrow(join(root, "data", "log.csv"));
    expect(host.messages).toHaveLength(2);
    expect(await engine.request("runs/list", {})).toEqual(listed());
  });

  it("are refused without a question where nobody has begun anything", async () => {
    const experimentText = JSON.stringify({ planner: { provider: "openai", model: "m", prompt: "/etc/passwd" } });
    const asked = {
      experimentFile: join(workspace, "x.lerl.json"),
      experimentText,
      role: "planner",
      promptText: "",
    } as const;
    await expect(open().request("prompts/render", asked)).rejects.toMatchObject({ code: "files.outside" });
    expect(host.messages).toEqual([]);
  });

  it("are asked for where a session is opened, once: where the answer is no it is shown without names", async () => {
    withDataOutside();
    const engine = open();
    expect(await look(engine)).toEqual([{}, {}, {}]);
    expect(await look(engine)).toEqual([{}, {}, {}]);
    expect(host.messages).toHaveLength(1);
    expect(host.messages[0]?.detail).toContain(`dataset.interactions.path: ${resolve("/gone/log.csv")}`);
  });

  it("are no hindrance to a session where they may be read and are not there", async () => {
    host.answerMessage = ({ actions }) => actions[0];
    withDataOutside();
    expect(await look(open())).toEqual([{}, {}, {}]);
    expect(host.messages).toHaveLength(1);
  });

  it("are not asked for in a workspace that is not trusted, where sessions and earlier rows can be looked at", async () => {
    withDataOutside();
    const engine = open(false);
    expect(await look(engine)).toEqual([{}, {}, {}]);
    expect((await engine.request("runs/range", { runId, from: 0, to: 1 })).runId).toBe(runId);
    expect(host.messages).toEqual([]);
  });

  it("are asked for before a suite runs in a terminal", async () => {
    host.answerMessage = ({ actions }) => actions[0];
    const engine = open();
    writeFileSync(join(root, "data", "base.lerl.json"), "{}");
    const suite = { name: "S", experiment: "../data/base.lerl.json", seeds: [1], variants: [{ name: "a" }] };
    writeFileSync(join(workspace, "s.suite.json"), JSON.stringify(suite));
    await engine.request("suites/check", { file: join(workspace, "s.suite.json") });
    expect(host.messages[0]?.detail).toContain(`experiment: ${join(root, "data", "base.lerl.json")}`);
  });
});
