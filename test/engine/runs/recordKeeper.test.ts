import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { RecordKeeper } from "../../../src/engine/runs/recordKeeper.ts";
import { openRunRecord } from "../../../src/engine/store/runDocuments.ts";
import type { RunProgress } from "../../../src/protocol/engine.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { runRecord } from "../store/records.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());

const initial = runRecord("mine", { state: "starting", activeSeconds: 100 });

let clock: number;
/** By what the time of day was changed, in milliseconds. */
let setBack: number;
let runs = 0;
beforeEach(() => {
  clock = Date.UTC(2026, 0, 1);
  setBack = 0;
});
const pass = (seconds: number): void => {
  clock += seconds * 1000;
};

async function keeping() {
  const folder = join(scratch.path, `run-${runs++}`);
  mkdirSync(folder);
  const file = join(folder, "run.json");
  const onWarning = (warning: Error): void => {
    throw warning;
  };
  const changed: RunRecord[] = [];
  const progress: RunProgress[] = [];
  const keeper = new RecordKeeper({
    document: await openRunRecord({ file, onWarning }, initial),
    clock: () => clock,
    now: () => new Date(clock + setBack),
    changed: (record) => changed.push(record),
    progress: (one) => progress.push(one),
  });
  const onDisk = async (): Promise<RunRecord> => {
    await keeper.flush();
    return JSON.parse(readFileSync(file, "utf8"));
  };
  return { keeper, changed, progress, onDisk };
}

describe("a run's clock", () => {
  it("goes on where the time of day is set back, or far ahead", async () => {
    const { keeper, onDisk } = await keeping();
    keeper.begin(0);
    pass(10);
    setBack = -3_600_000;
    expect(keeper.current.activeSeconds).toBe(110);
    pass(5);
    setBack = 86_400_000;
    keeper.end("stopped", undefined);
    expect(await onDisk()).toMatchObject({ activeSeconds: 115, endedAt: "2026-01-02T00:00:15.000Z" });
  });

  it("counts seconds of work on top of earlier processes', pauses left out", async () => {
    const { keeper, onDisk } = await keeping();
    pass(5);
    expect(keeper.current.activeSeconds).toBe(100);
    keeper.begin(0);
    pass(10);
    expect(keeper.current.activeSeconds).toBe(110);
    keeper.turn("No server.");
    pass(1000);
    expect(keeper.current.activeSeconds).toBe(110);
    keeper.turn(undefined);
    pass(7);
    keeper.end("stopped", undefined);
    pass(1000);
    expect(keeper.current.activeSeconds).toBe(117);
    expect(await onDisk()).toMatchObject({ state: "stopped", activeSeconds: 117, endedAt: "2026-01-01T00:17:02.000Z" });
  });

  it("gives the time left at the pace of this process, and who answered so far", async () => {
    const { keeper, progress } = await keeping();
    keeper.begin(4);
    keeper.reportIteration(5, 0, { spending: { calls: 0, cost: 0 } });
    pass(30);
    const answered = { planner: { model: 6, standIn: 1 } };
    keeper.update({ answered });
    keeper.reportIteration(6, 0.5, { spending: { calls: 7, cost: 0.25 } });
    // Nothing is served yet; then one iteration and a half in 30 s, of the six that were left.
    expect(progress[0]).not.toHaveProperty("secondsLeft");
    expect(progress.map((told) => told.answered)).toEqual([undefined, answered]);
    expect(progress[1]).toMatchObject({ phase: "Training", fraction: 0.55, secondsLeft: 90, calls: 7, cost: 0.25 });
  });

  it("loses none of it while something else goes on", async () => {
    const { keeper, progress } = await keeping();
    keeper.reportPhase("Loading data", 0.3);
    keeper.begin(0);
    keeper.update({ iteration: 4 });
    keeper.reportIteration(5, 1, { spending: { calls: 7, cost: 0.25 } });
    keeper.reportPhase("Evaluating the prompt", 0);
    expect(progress[0]).toMatchObject({ phase: "Loading data", fraction: 0.3, iteration: 0 });
    expect(progress[2]).toEqual({ ...progress[1], phase: "Evaluating the prompt" });
    expect(progress[2]).toMatchObject({ iteration: 4, fraction: 0.5, calls: 7 });
    keeper.reportAgain({ spending: { calls: 9, cost: 0.5 } });
    expect(progress[3]).toEqual({ ...progress[2], calls: 9, cost: 0.5 });
  });
});

describe("a run's state", () => {
  it("says why it pauses or failed for as long as it does, and tells every change", async () => {
    const { keeper, changed, onDisk } = await keeping();
    keeper.begin(0);
    keeper.turn("No server.");
    expect(await onDisk()).toMatchObject({ state: "paused", reason: "No server." });
    keeper.turn(undefined);
    expect(await onDisk()).not.toHaveProperty("reason");
    keeper.end("failed", "Disk full.");
    expect(await onDisk()).toMatchObject({ state: "failed", reason: "Disk full." });
    keeper.begin(0);
    expect(Object.keys(await onDisk())).not.toContain("endedAt");
    expect(changed.map(({ state }) => state)).toEqual(["running", "paused", "running", "failed", "running"]);
  });
});

describe("a run's prompts", () => {
  const prompt = (text: string) => ({ file: "planner.lerl.md", text, hash: `hash of ${text}` });

  it("are kept with the iteration they are in force from, each change once", async () => {
    const { keeper, onDisk } = await keeping();
    keeper.notePrompt("planner", prompt("a"), 0);
    keeper.notePrompt("critic", { ...prompt("a"), file: "critic.lerl.md" }, 0);
    keeper.notePrompt("planner", prompt("b"), 3);
    keeper.notePrompt("planner", prompt("b"), 4);
    keeper.notePrompt("planner", prompt("a"), 6);
    expect((await onDisk()).prompts.map(({ role, text, since }) => [role, text, since])).toEqual([
      ["planner", "a", 0],
      ["critic", "a", 0],
      ["planner", "b", 3],
      ["planner", "a", 6],
    ]);
  });

  it("are not noted again by a process that goes on with one of them", async () => {
    const { keeper, onDisk } = await keeping();
    keeper.notePrompt("planner", prompt("a"), 0);
    keeper.notePrompt("planner", prompt("b"), 3);
    keeper.notePrompt("planner", prompt("b"), 0);
    expect((await onDisk()).prompts).toHaveLength(2);
  });
});
