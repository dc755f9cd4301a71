import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunStore } from "../../../src/extension/engine/runStore.ts";
import type { RunSlice } from "../../../src/protocol/engine.ts";
import type { RunRecord, RunState } from "../../../src/protocol/run.ts";
import { runRecord } from "../support/runRecord.ts";
import { host, resetHost } from "../support/vscode.ts";
import { type Scripted, scriptedClient, until } from "./scripted.ts";

const ended: (() => Promise<void>)[] = [];

beforeEach(resetHost);
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

const record = (id: string, state: RunState, startedAt = "2026-01-01T00:00:00Z"): RunRecord =>
  runRecord({ id, name: id, state, startedAt });

function batch(from: number, to: number, sequence: number) {
  const metrics = Array.from({ length: to - from }, (_, i) => ({
    iteration: from + i + 1,
    userSteps: from + i,
    values: {},
  }));
  const cursor = { metrics: to, timing: 0, events: 0 };
  return { runId: "r", metrics, timing: [], events: [], references: [], cursor, sequence };
}

function store(script: Scripted = {}) {
  const { client, log, lives } = scriptedClient(script);
  const runs = new RunStore(client, log);
  const appended: RunSlice[] = [];
  runs.onDidAppend((slice) => appended.push(slice));
  ended.push(async () => {
    await client.stop();
    runs.dispose();
    client.dispose();
  });
  /** The engine sends these, in this order. */
  const send = (...notes: readonly (readonly [method: string, params: unknown])[]) =>
    client.request("runs/describe", { runId: "r", name: JSON.stringify(notes) });
  const iterations = () => appended.flatMap(({ metrics }) => metrics.map(({ iteration }) => iteration));
  return { runs, client, send, iterations, lives };
}

describe("the run store", () => {
  it("lists runs newest first, and asks once until it is told to ask again", async () => {
    const { runs } = store({ runs: [record("a", "done"), record("b", "done", "2026-02-01T00:00:00Z")] });
    let lists = 0;
    runs.onDidChange((id) => (lists += id === undefined ? 1 : 0));
    await Promise.all([runs.load(), runs.load()]);
    expect(runs.all.map(({ id }) => id)).toEqual(["b", "a"]);
    await runs.load();
    expect(lists).toBe(1);
    await runs.refresh();
    expect(lists).toBe(2);
  });

  it("tells its own active runs from those of other processes", async () => {
    const { runs, send } = store({ runs: [record("theirs", "running")] });
    await runs.load();
    await send(["run/changed", record("mine", "running", "2026-03-01T00:00:00Z")]);
    expect(runs.active.map(({ id }) => id)).toEqual(["mine"]);
    expect(runs.isMine("theirs")).toBe(false);
    expect(runs.current?.id).toBe("mine");
    await send(["run/changed", record("mine", "done", "2026-03-01T00:00:00Z")]);
    expect(runs.active).toEqual([]);
  });

  it("passes rows on in order and answers slices from memory", async () => {
    const { runs, send, iterations } = store({ rows: 0 });
    await send(["run/appended", batch(0, 2, 0)], ["run/appended", batch(2, 5, 1)]);
    const slice = await runs.slice("r", { metrics: 3, timing: 0, events: 0 });
    expect(slice.metrics.map(({ iteration }) => iteration)).toEqual([4, 5]);
    expect(iterations()).toEqual([1, 2, 3, 4, 5]);
  });

  it("reads what a lost batch held, and takes no row twice", async () => {
    const { runs, send, iterations } = store({ rows: 8 });
    // Batch 1 (rows 3..5) is lost; the slice that is read instead holds batch 3 already.
    await send(["run/appended", batch(0, 2, 0)], ["run/appended", batch(5, 6, 2)], ["run/appended", batch(6, 8, 3)]);
    await until(() => iterations().length >= 8);
    await runs.slice("r", { metrics: 0, timing: 0, events: 0 });
    expect(iterations()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("that comes to a run in its middle begins with what it missed", async () => {
    const { send, iterations } = store({ rows: 6 });
    await send(["run/appended", batch(4, 6, 7)]);
    await until(() => iterations().length > 0);
    expect(iterations()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("asks for missing rows once where they cannot be read, and again when the run's state changes", async () => {
    const { runs, send, iterations } = store({ defects: { answers: { "runs/slice": { rows: "none" } } } });
    const failures = () => host.logged.filter((line) => line.startsWith("error Rows of r:")).length;
    await send(["run/changed", record("r", "running")], ["run/appended", batch(0, 2, 0)]);
    await send(["run/appended", batch(5, 6, 2)], ["run/appended", batch(6, 7, 3)], ["run/appended", batch(7, 8, 4)]);
    await until(() => failures() > 0);
    await send(["run/appended", batch(8, 9, 5)], ["run/changed", record("r", "running")]);
    await runs.slice("r", { metrics: 2, timing: 0, events: 0 });
    expect(failures()).toBe(1);
    await send(["run/changed", record("r", "done")]);
    await until(() => failures() > 1);
    expect(failures()).toBe(2);
    expect(iterations()).toEqual([1, 2]);
  });

  it("begins a resumed run at its checkpoint", async () => {
    const { runs, send, iterations } = store({ rows: 6 });
    await send(["run/appended", batch(0, 6, 0)], ["run/appended", batch(4, 5, 0)]);
    await until(() => iterations().length === 7);
    expect(iterations()).toEqual([1, 2, 3, 4, 5, 6, 5]);
    const slice = await runs.slice("r", { metrics: 4, timing: 0, events: 0 });
    expect(slice.cursor.metrics).toBe(5);
  });

  it("marks what ran as interrupted when the engine dies, then trusts what stands on disk", async () => {
    const { runs, client, send } = store({ runs: [record("r", "interrupted"), record("old", "done")] });
    const lost: string[] = [];
    runs.onDidInterrupt((records) => lost.push(...records.map(({ id, state }) => `${id} ${state}`)));
    await send(["run/changed", record("r", "running")]);
    let lists = 0;
    runs.onDidChange((id) => (lists += id === undefined ? 1 : 0));
    await expect(client.request("runs/evaluate", { runId: "x" })).rejects.toThrow();
    await until(() => lists >= 2);
    expect(lost).toEqual(["r interrupted"]);
    expect(runs.active).toEqual([]);
    expect(runs.all.map(({ id }) => id).sort()).toEqual(["old", "r"]);
  });

  it("forgets deleted runs", async () => {
    const { runs } = store({ runs: [record("a", "done")] });
    await runs.load();
    runs.forget("a");
    expect(runs.all).toEqual([]);
  });
});
