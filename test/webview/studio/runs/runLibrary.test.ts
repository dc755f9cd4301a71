import { expect, test } from "vitest";
import type { RunCursor, RunSlice } from "../../../../src/protocol/engine.ts";
import { RunLibrary } from "../../../../webview/studio/runs/runLibrary.ts";

const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({
    iteration: from + i + 1,
    userSteps: (from + i + 1) * 240,
    values: { tInt: from + i },
  }));

const sliceOf = (from: number, to: number): RunSlice => ({
  runId: "a",
  metrics: rows(from, to),
  timing: [],
  events: [],
  references: [],
  cursor: { metrics: to, timing: 0, events: 0 },
});

/** A run of `length` rows that answers at most `chunk` at a time. */
function library(run: { length: number }, chunk = 1000) {
  const asked: RunCursor[] = [];
  const made = new RunLibrary(
    async (_runId, cursor) => {
      asked.push(cursor);
      const from = Math.min(Math.max(0, cursor.metrics), run.length);
      return sliceOf(from, Math.min(run.length, from + chunk));
    },
    () => undefined,
  );
  return { made, asked };
}

test("loads a run in as many slices as the host gives", async () => {
  const { made } = library({ length: 2500 });
  await made.load("a");
  expect(made.get("a")?.series.get("tInt")?.length).toBe(2500);
});

test("an event that joins on is taken; one after a gap makes the page ask from its cursor", async () => {
  const run = { length: 10 };
  const { made, asked } = library(run);
  await made.load("a");
  run.length = 12;
  await made.append(sliceOf(10, 12));
  expect(made.get("a")?.series.get("tInt")?.length).toBe(12);
  const before = asked.length;
  run.length = 20;
  await made.append(sliceOf(18, 20));
  expect(asked.slice(before)[0]?.metrics).toBe(12);
  expect(made.get("a")?.series.get("tInt")?.length).toBe(20);
});

test.each(["timing", "events"] as const)("a log of which %s alone is cut back is read anew", async (kind) => {
  const whole = {
    metrics: rows(0, 10),
    timing: rows(0, 8).map((row) => ({ ...row, values: { userStepsPerSecond: 3 } })),
    events: rows(0, 6).map(({ iteration, userSteps }) => ({ type: "resumed" as const, iteration, userSteps })),
  };
  const end = { metrics: 10, timing: 8, events: 6 };
  const made = new RunLibrary(
    async (runId, from) => ({
      runId,
      metrics: whole.metrics.slice(Math.max(0, from.metrics), end.metrics),
      timing: whole.timing.slice(Math.max(0, from.timing), end.timing),
      events: whole.events.slice(Math.max(0, from.events), end.events),
      references: [],
      cursor: { ...end },
    }),
    () => undefined,
  );
  const held = () => {
    const data = made.get("a");
    return {
      metrics: data?.series.get("tInt")?.length,
      timing: data?.series.get("userStepsPerSecond")?.length,
      events: data?.events.length,
    };
  };
  await made.load("a");
  expect(held()).toEqual(end);
  end[kind] -= 3;
  await made.load("a");
  expect(held()).toEqual(end);
});

test("a log cut back to a checkpoint is read anew", async () => {
  const run = { length: 50 };
  const { made } = library(run);
  await made.load("a");
  run.length = 30;
  await made.load("a");
  expect(made.get("a")?.series.get("tInt")?.length).toBe(30);
});
