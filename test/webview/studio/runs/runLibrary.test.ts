import { expect, test } from "vitest";
import type { RangeQuery, RunCursor, RunSlice } from "../../../../src/protocol/engine.ts";
import { RunData } from "../../../../webview/studio/runs/runData.ts";
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
    {
      slice: async (_runId, cursor) => {
        asked.push(cursor);
        const from = Math.min(Math.max(0, cursor.metrics), run.length);
        return sliceOf(from, Math.min(run.length, from + chunk));
      },
      range: () => Promise.reject(new Error("Nothing is missing.")),
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
    {
      slice: async (runId, from) => ({
        runId,
        metrics: whole.metrics.slice(Math.max(0, from.metrics), end.metrics),
        timing: whole.timing.slice(Math.max(0, from.timing), end.timing),
        events: whole.events.slice(Math.max(0, from.events), end.events),
        references: [],
        cursor: { ...end },
      }),
      range: () => Promise.reject(new Error("Nothing is missing.")),
    },
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

/** A run of which the host gives the newest `window` rows, and of earlier ones every `step`-th where they are many. */
function longRun(length: number, window = 1000, many = 2000, step = 50) {
  const run = { length };
  const asked: RangeQuery[] = [];
  const failures: unknown[] = [];
  const broken = { is: false };
  const made = new RunLibrary(
    {
      slice: async (_, { metrics }) => sliceOf(Math.max(0, metrics, run.length - window), run.length),
      range: async ({ runId, from, to }) => {
        asked.push({ runId, from, to });
        if (broken.is) throw new Error("The file is gone.");
        const whole = to - from <= many;
        const found = sliceOf(from, to).metrics.map((row) => ({ ...row, iteration: row.iteration - 1 }));
        const metrics = found.filter((_, i) => whole || i % step === 0);
        return { runId, from, to, metrics, timing: [], events: [], whole };
      },
    },
    () => undefined,
    (work) => void work.catch((error: unknown) => failures.push(error)),
  );
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  const iterations = () => [...(made.get("a")?.series.get("tInt")?.iteration.numbers() ?? [])];
  return { made, run, asked, broken, failures, settled, iterations };
}

test("of a long run the newest rows are held at once, and of earlier ones a sample where they are seen", async () => {
  const { made, asked, settled, iterations } = longRun(100_000);
  await made.load("a");
  expect(iterations()).toHaveLength(1000);
  expect(iterations()[0]).toBe(99_001);
  expect(made.get("a")?.coverage.isPartial).toBe(true);
  made.see("a", { from: 99_500, to: 100_000 });
  expect(asked).toEqual([]);
  made.see("a", { from: -5, to: 100_001 });
  made.see("a", { from: 0, to: 100_001 });
  await settled();
  made.see("a", { from: 0, to: 100_001 });
  expect(asked).toEqual([{ runId: "a", from: 0, to: 99_001 }]);
  expect(iterations()).toEqual([
    ...Array.from({ length: 1981 }, (_, i) => 50 * i),
    ...Array.from({ length: 1000 }, (_, i) => 99_001 + i),
  ]);
});

test("of a part that is looked at closely all rows are held, also once the whole is seen again", async () => {
  const { made, asked, settled, iterations } = longRun(100_000);
  await made.load("a");
  made.see("a", { from: 0, to: 100_001 });
  await settled();
  const before = iterations().length;
  made.see("a", { from: 5000.5, to: 6000.5 });
  await settled();
  expect(asked.at(-1)).toEqual({ runId: "a", from: 5000, to: 6001 });
  expect(iterations().filter((iteration) => iteration >= 5000 && iteration < 6001)).toHaveLength(1001);
  expect(iterations()).toHaveLength(before + 1001 - 21);
  made.see("a", { from: 5200, to: 5300 });
  made.see("a", { from: 0, to: 100_001 });
  expect(asked).toHaveLength(2);
  expect(iterations()).toEqual([...iterations()].sort((a, b) => a - b));
});

test("rows of a kind that has many begin later than those of one that has few", () => {
  const data = new RunData();
  const started = { type: "started", iteration: 0, userSteps: 0 } as const;
  data.append({ ...sliceOf(4000, 5000), events: [started], cursor: { metrics: 5000, timing: 0, events: 1 } });
  expect(data.coverage.end).toBe(4001);
});

test("a run that has grown by more than is given at once is read anew", async () => {
  const { made, run, iterations } = longRun(5000);
  await made.load("a");
  run.length = 20_000;
  await made.append(sliceOf(19_990, 20_000));
  expect(iterations()).toHaveLength(1000);
  expect(iterations()[0]).toBe(19_001);
  expect(made.get("a")?.coverage.end).toBe(19_001);
});

test("earlier rows that cannot be read are told once", async () => {
  const { made, asked, broken, failures, settled } = longRun(5000);
  await made.load("a");
  broken.is = true;
  for (const _ of [1, 2, 3]) {
    made.see("a", { from: 0, to: 5000 });
    await settled();
  }
  expect(asked).toHaveLength(1);
  expect(failures).toEqual([new Error("The file is gone.")]);
});
