import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Activity } from "../../../src/engine/llm/scheduler.ts";
import { ModelTicker } from "../../../src/engine/runs/modelTicker.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import type { PromptRole } from "../../../src/protocol/promptRole.ts";

const experiment = experimentSchema.parse({
  dataset: { kind: "synthetic" },
  planner: { provider: "openai", model: "slow", baseUrl: "http://127.0.0.1:1/v1" },
});
const quiet: Activity = { inFlight: 0, waiting: 0, limit: 2, silentMs: 0, latencyMs: 0, tokensPerSecond: 0 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A ticker, what it says, and how the roles' activity is changed. */
function ticker() {
  const activities = new Map<PromptRole, Activity>();
  const said: string[] = [];
  let ticks = 0;
  const made = new ModelTicker(
    () => activities,
    () => experiment,
    (message) => said.push(message),
    () => ticks++,
  );
  const second = (more: Partial<Activity>, role: PromptRole = "planner") => {
    activities.set(role, { ...quiet, ...more });
    vi.advanceTimersByTime(1000);
  };
  return { made, said, second, ticks: () => ticks };
}

it("names a model that is silent for 5 seconds, once, and again after it has spoken", () => {
  const { made, said, second, ticks } = ticker();
  made.start();
  second({ inFlight: 1, silentMs: 4999 });
  expect(said).toEqual([]);
  second({ inFlight: 1, waiting: 3, silentMs: 5000 });
  second({ inFlight: 1, waiting: 3, silentMs: 6000 });
  expect(said).toEqual([
    "The planner waits for slow at http://127.0.0.1:1/v1: no answer for 5 s (1 in flight, 3 waiting). A model that is loading takes a while.",
  ]);
  second({ inFlight: 1, silentMs: 100 });
  second({ inFlight: 2, silentMs: 7000 });
  expect(said).toHaveLength(2);
  expect(said[1]).toContain("no answer for 7 s (2 in flight).");
  expect(ticks()).toBe(5);
  made.stop();
  second({ inFlight: 1, silentMs: 100 });
  expect(ticks()).toBe(5);
});

it("does not name a model that nobody waits for", () => {
  const { made, said, second } = ticker();
  made.start();
  second({ inFlight: 0, silentMs: 60_000 });
  expect(said).toEqual([]);
  made.stop();
});

it("tells of both roles together: the sum in flight, the longer silence, the slower one's pace", () => {
  const { made, second } = ticker();
  expect(made.activity).toBeUndefined();
  second({ inFlight: 1, waiting: 2, limit: 2, silentMs: 1500, latencyMs: 800, tokensPerSecond: 40 });
  second({ inFlight: 3, waiting: 0, limit: 4, silentMs: 500, latencyMs: 2500, tokensPerSecond: 10 }, "critic");
  expect(made.activity).toEqual({
    inFlight: 4,
    waiting: 2,
    limit: 6,
    silentSeconds: 1.5,
    latencySeconds: 2.5,
    tokensPerSecond: 10,
  });
});
