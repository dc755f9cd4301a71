import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RowBatches } from "../../../src/engine/service/rowBatches.ts";
import type { EngineNotifications } from "../../../src/protocol/engine.ts";
import type { Episode, MetricRow, ReferenceRow, TimelineEvent } from "../../../src/protocol/run.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Batch = EngineNotifications["run/appended"];

function batching() {
  const sent: Batch[] = [];
  const batches = new RowBatches("mine", { metrics: 3, timing: 2, events: 5 }, (batch) => sent.push(batch));
  return { batches, sent };
}

const row = (iteration: number): MetricRow => ({ iteration, userSteps: iteration, values: {} });
const event: TimelineEvent = { type: "started", iteration: 0, userSteps: 0 };
const reference: ReferenceRow = { policy: "random", iteration: 0, tInt: 1, rCum: 1, rSin: 1, sessions: 1 };

it("sends the rows of 100 ms together, with where the next ones begin", () => {
  const { batches, sent } = batching();
  batches.take("metrics", row(1));
  vi.advanceTimersByTime(60);
  batches.take("metrics", row(2));
  batches.take("timing", row(2));
  batches.take("events", event);
  batches.take("references", reference);
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(40);
  expect(sent).toEqual([
    {
      runId: "mine",
      metrics: [row(1), row(2)],
      timing: [row(2)],
      events: [event],
      references: [reference],
      cursor: { metrics: 5, timing: 3, events: 6 },
      sequence: 0,
    },
  ]);
  // No sooner than that again.
  vi.advanceTimersByTime(20);
  batches.take("metrics", row(3));
  vi.advanceTimersByTime(99);
  expect(sent).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(sent[1]?.metrics).toEqual([row(3)]);
});

it("numbers its batches, so that a gap is noticed, and sends each row once", () => {
  const { batches, sent } = batching();
  for (const iteration of [1, 2, 3]) {
    batches.take("metrics", row(iteration));
    vi.advanceTimersByTime(100);
  }
  expect(sent.map(({ sequence, metrics, cursor }) => [sequence, metrics, cursor.metrics])).toEqual([
    [0, [row(1)], 4],
    [1, [row(2)], 5],
    [2, [row(3)], 6],
  ]);
});

it("sends what is left when it is flushed, and nothing where nothing is", () => {
  const { batches, sent } = batching();
  batches.flush();
  batches.take("events", event);
  batches.flush();
  batches.flush();
  vi.advanceTimersByTime(1000);
  expect(sent.map(({ events }) => events)).toEqual([[event]]);
});

it("leaves to others what the client asks for when it needs it: sessions and calls", () => {
  const { batches, sent } = batching();
  batches.take("episodes", {} as Episode);
  vi.advanceTimersByTime(1000);
  batches.flush();
  expect(sent).toEqual([]);
});
