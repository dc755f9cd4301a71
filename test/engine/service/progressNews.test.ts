import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ProgressNews } from "../../../src/engine/service/progressNews.ts";
import type { RunProgress } from "../../../src/protocol/engine.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function telling() {
  const told: RunProgress[] = [];
  return {
    news: new ProgressNews<RunProgress>(
      ({ runId }) => runId,
      (progress) => told.push(progress),
    ),
    told,
  };
}

const at = (runId: string, fraction: number): RunProgress => ({
  runId,
  phase: "Training",
  fraction,
  iteration: 0,
  iterations: 10,
  calls: 0,
  cost: 0,
});

it("tells the first at once, and of those within 250 ms the newest at their end", () => {
  const { news, told } = telling();
  for (let step = 0; step <= 100; step++) {
    news.take(at("mine", step / 100));
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(1000);
  expect(told.map(({ fraction }) => fraction)).toEqual([0, 0.24, 0.49, 0.74, 0.99, 1]);
});

it("keeps the runs apart", () => {
  const { news, told } = telling();
  news.take(at("one", 0));
  news.take(at("other", 0.5));
  expect(told.map(({ runId }) => runId)).toEqual(["one", "other"]);
});

it("tells what waits when a run ends, and nothing after it", () => {
  const { news, told } = telling();
  news.take(at("mine", 0));
  news.take(at("mine", 1));
  news.flush("mine");
  expect(told.map(({ fraction }) => fraction)).toEqual([0, 1]);
  vi.advanceTimersByTime(1000);
  expect(told).toHaveLength(2);
});
