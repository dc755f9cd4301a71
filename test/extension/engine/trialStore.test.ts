import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TrialStore } from "../../../src/extension/engine/trialStore.ts";
import { AnsweringEngine } from "../support/answeringEngine.ts";
import { own } from "../support/own.ts";
import { trialProgress, trialResult, trialSummary } from "../support/trialSummary.ts";
import { resetHost, window } from "../support/vscode.ts";
import { type Scripted, scriptedClient, until } from "./scripted.ts";

const ended: (() => Promise<void>)[] = [];

beforeEach(resetHost);
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

/** Over an engine without a process. */
function answered() {
  const engine = new AnsweringEngine();
  const trials = own(new TrialStore(engine, window.createOutputChannel("LERL", { log: true })));
  const changes: (string | undefined)[] = [];
  trials.onDidChange((id) => changes.push(id));
  return { engine, trials, changes };
}

/** Over a process that can die. */
function scripted(script: Scripted) {
  const { client, log, lives } = scriptedClient(script);
  const trials = new TrialStore(client, log);
  ended.push(async () => {
    await client.stop();
    trials.dispose();
    client.dispose();
  });
  const send = (...notes: readonly (readonly [method: string, params: unknown])[]) =>
    client.request("runs/describe", { runId: "r", name: JSON.stringify(notes) });
  return { trials, client, send, lives };
}

describe("the trial store", () => {
  it("asks for nothing before somebody looks, then once until it is told to ask again", async () => {
    const { engine, trials, changes } = answered();
    expect(engine.asked).toEqual([]);
    engine.answer("trials/list", () => [
      trialSummary({ id: "old", state: "done" }),
      trialSummary({ id: "new", state: "done", startedAt: "2026-06-01T00:00:00Z" }),
      trialSummary({ id: "other", state: "done", base: { experimentFile: "/w/other.lerl.json", name: "b" } }),
    ]);
    await Promise.all([trials.load(), trials.load()]);
    await trials.load();
    expect(trials.of("/w/q.lerl.json").map(({ id }) => id)).toEqual(["new", "old"]);
    expect(changes).toEqual([undefined]);
    await trials.refresh();
    expect(engine.paramsOf("trials/list")).toHaveLength(2);
  });

  it("follows what the engine tells, and keeps what is known where a state is told without it", () => {
    const { engine, trials, changes } = answered();
    engine.notify("trial/changed", trialSummary({ state: "starting" }));
    expect(trials.active.map(({ id }) => id)).toEqual(["t"]);
    expect(trials.isMine("t")).toBe(true);
    engine.notify("trial/progress", trialProgress());
    expect(trials.progress("t")?.n).toBe(34);
    engine.notify("trial/changed", trialSummary({ result: trialResult() }));
    engine.notify("trial/changed", trialSummary({ state: "paused", reason: "No money left." }));
    expect(trials.get("t")?.result?.n).toBe(50);
    engine.notify("trial/changed", trialSummary({ state: "done", result: trialResult({ n: 60 }) }));
    expect(trials.get("t")?.result?.n).toBe(60);
    expect(trials.active).toEqual([]);
    expect(trials.progress("t")).toBeUndefined();
    expect(changes).toEqual([undefined, "t", "t", "t"]);
  });

  it("holds what was told while a list was being made for newer than the list", async () => {
    const { engine, trials } = answered();
    engine.notify("trial/changed", trialSummary());
    engine.answer("trials/list", async () => {
      engine.notify("trial/changed", trialSummary({ state: "done" }));
      engine.notify("trial/changed", trialSummary({ id: "begun" }));
      return [trialSummary(), trialSummary({ id: "listed", state: "done" })];
    });
    await trials.load();
    expect(trials.all.map(({ id, state }) => `${id} ${state}`).sort()).toEqual([
      "begun running",
      "listed done",
      "t done",
    ]);
  });

  it("takes the answer to a request, unless the engine has told more since", () => {
    const { engine, trials } = answered();
    trials.adopt(trialSummary({ state: "starting" }));
    expect(trials.isMine("t")).toBe(true);
    engine.notify("trial/changed", trialSummary({ state: "running" }));
    trials.adopt(trialSummary({ state: "starting" }));
    expect(trials.get("t")?.state).toBe("running");
    engine.notify("trial/changed", trialSummary({ state: "done" }));
    trials.adopt(trialSummary({ state: "running", sessions: 200 }));
    expect(trials.get("t")).toMatchObject({ state: "running", sessions: 200 });
  });

  it("forgets a trial whose folder was removed", async () => {
    const { engine, trials } = answered();
    engine.answer("trials/list", () => [trialSummary({ state: "done" })]);
    await trials.load();
    trials.forget("t");
    expect(trials.all).toEqual([]);
  });

  it("tells its own from those of other processes", async () => {
    const { engine, trials } = answered();
    engine.answer("trials/list", () => [trialSummary({ id: "theirs" })]);
    await trials.load();
    engine.notify("trial/changed", trialSummary({ id: "mine" }));
    expect(trials.active.map(({ id }) => id)).toEqual(["mine"]);
    expect(trials.isMine("theirs")).toBe(false);
  });

  it("marks what went on as interrupted when the engine dies, and lists again when it is back", async () => {
    const { trials, client, send, lives } = scripted({
      trials: [trialSummary({ state: "interrupted", reason: "as it stands on disk" })],
    });
    await send(["trial/changed", trialSummary()]);
    const seen: string[] = [];
    trials.onDidChange(() => seen.push(trials.all.map(({ state, reason }) => `${state} ${reason ?? ""}`).join()));
    await expect(client.request("runs/evaluate", { runId: "x" })).rejects.toThrow();
    await until(() => seen.length >= 2);
    expect(seen[0]).toBe("interrupted ");
    expect(seen.at(-1)).toBe("interrupted as it stands on disk");
    expect(trials.active).toEqual([]);
    expect(lives()).toHaveLength(2);
  });
});
