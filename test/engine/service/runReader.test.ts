import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunReader } from "../../../src/engine/service/runReader.ts";
import type { Episode, RunId, RunRecord } from "../../../src/protocol/run.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { runRecord } from "../store/records.ts";

const scratch = scratchFolder();
const reader = new RunReader(scratch.path, () => undefined);
afterAll(() => scratch.remove());

const folderOf = (id: string): string => join(scratch.path, ".lerl", "runs", id);
const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

function writeRun(id: string, more: Partial<RunRecord> = {}): void {
  mkdirSync(folderOf(id), { recursive: true });
  writeFileSync(join(folderOf(id), "run.json"), JSON.stringify(runRecord(id, more)));
}

const session = (id: string, user: string, rCum: number, callIds: readonly (string | undefined)[] = []): Episode => ({
  id,
  iteration: 1,
  slot: 0,
  user,
  historyLength: 0,
  click: "is_click",
  steps: callIds.map((callId) => ({
    plan: { categories: [], source: "model", reflections: [], ...(callId !== undefined && { callId }) },
    items: [],
    itemCategories: [],
    feedback: [],
    probabilities: [],
    reward: 0,
    repeated: false,
    patience: 0,
  })),
  tInt: 3,
  rCum,
  rSin: rCum / 3,
  ended: "quit",
});

const runId = "mine" as RunId;
beforeAll(() => {
  writeRun(runId);
  const sessions = [
    session("a", "u1", 2, ["p2", undefined, "p1", "p1"]),
    session("b", "u2", 5),
    { ...session("c", "u1", 1), reflection: "Vary." },
  ];
  writeFileSync(join(folderOf(runId), "episodes.jsonl"), lines(sessions));
  const messages = [{ role: "user", texts: ["h1", "h2", "lost"] }];
  const calls = [
    { id: "p1", messages, reply: "cut", error: "no answer" },
    // As versions before wrote it.
    { id: "p2", messages: [{ role: "user", content: "What two?" }], reply: "two" },
    { id: "other", messages, reply: "not this session's" },
    { id: "p1", messages, reply: "one" },
    { id: "p1", messages, reply: "", error: "no answer" },
  ];
  const texts = [
    { hash: "h1", text: "What\n\n" },
    { hash: "h2", text: "one?\n\n" },
  ];
  writeFileSync(join(folderOf(runId), "prompts.jsonl"), lines(texts));
  writeFileSync(join(folderOf(runId), "llm.jsonl"), lines(calls));
});

describe("the sessions of a run", () => {
  const ids = async (query: Partial<Parameters<RunReader["episodes"]>[0]>) =>
    (await reader.episodes({ runId, order: "latest", limit: 10, ...query })).map(({ id }) => id);

  it("come latest, best or worst first, as many as asked for, of all users or of one", async () => {
    expect(await ids({ order: "latest" })).toEqual(["c", "b", "a"]);
    expect(await ids({ order: "best" })).toEqual(["b", "a", "c"]);
    expect(await ids({ order: "worst" })).toEqual(["c", "a", "b"]);
    expect(await ids({ order: "best", limit: 1 })).toEqual(["b"]);
    expect(await ids({ order: "best", user: "u1" })).toEqual(["a", "c"]);
    expect(await ids({ user: "nobody" })).toEqual([]);
  });

  it("are told by their numbers, and by their reflection where they have one", async () => {
    const [latest, before] = await reader.episodes({ runId, order: "latest", limit: 2 });
    expect(latest).toMatchObject({ id: "c", user: "u1", tInt: 3, rCum: 1, ended: "quit", reflection: "Vary." });
    expect(latest).not.toHaveProperty("steps");
    expect(before).not.toHaveProperty("reflection");
  });

  it("come one by one with the calls of their plans: each once, in order, as it was answered at last", async () => {
    const { episode, calls } = await reader.episode(runId, "a");
    expect(episode.steps).toHaveLength(4);
    expect(calls.map(({ id, reply }) => [id, reply])).toEqual([
      ["p2", "two"],
      ["p1", "one"],
    ]);
    const [two, one] = calls.map(({ messages }) => messages.map(({ content }) => content).join());
    expect(two).toBe("What two?");
    expect(one).toMatch(/^What\n\none\?\n\n\[.* missing from prompts\.jsonl/);
    expect((await reader.episode(runId, "b")).calls).toEqual([]);
    await expect(reader.episode(runId, "z")).rejects.toMatchObject({
      code: "run.unknown-episode",
      message: "Session z is not in the run mine.",
    });
  });
});

describe("the rows of a run", () => {
  it("come from a cursor on, with the cursor of the next ones", async () => {
    const row = (iteration: number) => ({ iteration, userSteps: iteration, values: {} });
    const event = { type: "started", iteration: 0, userSteps: 0 };
    const reference = { policy: "random", iteration: 0, tInt: 1, rCum: 1, rSin: 1, sessions: 1 };
    writeFileSync(join(folderOf(runId), "metrics.jsonl"), lines([row(0), row(1)]));
    writeFileSync(join(folderOf(runId), "events.jsonl"), lines([event]));
    writeFileSync(join(folderOf(runId), "references.jsonl"), lines([reference]));
    const first = await reader.slice(runId, { metrics: -1, timing: -1, events: -1 });
    expect(first).toEqual({
      runId,
      metrics: [row(0), row(1)],
      timing: [],
      events: [event],
      references: [reference],
      cursor: { metrics: 2, timing: 0, events: 1 },
    });
    // A line that is not whole yet is not read.
    appendFileSync(join(folderOf(runId), "metrics.jsonl"), `${lines([row(2)])}{"iteration":3`);
    const next = await reader.slice(runId, first.cursor);
    expect(next).toMatchObject({ metrics: [row(2)], events: [], cursor: { metrics: 3, timing: 0, events: 1 } });
    expect((await reader.slice(runId, { metrics: 1, timing: 0, events: 1 })).metrics).toEqual([row(1), row(2)]);
  });
});

describe("the list of runs", () => {
  it("calls interrupted what says that it runs and has no living owner, and leaves its record alone", async () => {
    writeRun("killed", { state: "running", startedAt: "2026-01-02T00:00:00.000Z" });
    writeRun("stopped", { state: "stopped", startedAt: "2026-01-03T00:00:00.000Z" });
    writeRun("paused", { state: "paused", startedAt: "2026-01-04T00:00:00.000Z" });
    const lock = { pid: process.pid, processStart: "unknown", since: "2026-01-04T00:00:00.000Z" };
    writeFileSync(join(folderOf("paused"), "lock.json"), JSON.stringify(lock));
    mkdirSync(folderOf("broken"));
    writeFileSync(join(folderOf("broken"), "run.json"), "{");
    const { runs, unreadable } = await reader.list();
    expect(unreadable).toEqual([{ id: "broken", problem: expect.stringMatching(/broken.run\.json: not valid JSON/) }]);
    expect(runs.map(({ id, state }) => [id, state])).toEqual([
      ["paused", "paused"],
      ["stopped", "stopped"],
      ["killed", "interrupted"],
      [runId, "done"],
    ]);
    expect((await reader.record("killed" as RunId)).state).toBe("interrupted");
    expect(readFileSync(join(folderOf("killed"), "run.json"), "utf8")).toContain('"running"');
    await expect(reader.record("broken" as RunId)).rejects.toMatchObject({ code: "run.unreadable" });
  });
});

describe("the rows of earlier iterations", () => {
  const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  const rangeOf = async (name: string, from: number, to: number) => reader.range({ runId: name as RunId, from, to });

  it("hold every event, also one that stands before or behind those of its iteration", async () => {
    writeRun("resumed");
    const happened = (type: string, iteration: number) => ({ type, iteration, userSteps: iteration });
    const change = { ...happened("change", 12), path: "training.learningRate", from: 1, to: 2 };
    const warnings = (from: number, to: number) =>
      upTo(from, to).map((iteration) => ({ ...happened("warning", iteration), code: "c", message: "m" }));
    const events = [...warnings(1, 11), change, happened("resumed", 10), ...warnings(11, 40_000)];
    writeFileSync(join(folderOf("resumed"), "events.jsonl"), lines(events));
    const told = async (from: number, to: number) => {
      const { events: found, whole } = await rangeOf("resumed", from, to);
      return [whole, ...found.map(({ type, iteration }) => `${type} ${iteration}`)];
    };
    expect(await told(10, 11)).toEqual([true, "warning 10", "resumed 10"]);
    expect(await told(11, 12)).toEqual([true, "warning 11"]);
    expect(await told(12, 13)).toEqual([true, "change 12", "warning 12"]);
    const many = await rangeOf("resumed", 0, 40_000);
    expect([many.whole, many.events.length]).toEqual([false, 5000]);
    expect(many.events.at(-1)?.iteration).toBeGreaterThan(39_900);
  });
});
