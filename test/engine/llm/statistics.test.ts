import { describe, expect, it } from "vitest";
import { CallCounter, percentile } from "../../../src/engine/llm/statistics.ts";

describe("statistics", () => {
  it("gives percentiles by nearest rank", () => {
    expect(percentile([], 0.5)).toBe(0);
    expect(percentile([7], 0.95)).toBe(7);
    expect(percentile([1, 2, 3, 4], 0.5)).toBe(2);
    expect(
      percentile(
        Array.from({ length: 100 }, (_, i) => i + 1),
        0.95,
      ),
    ).toBe(95);
  });

  it("adds up calls, tokens, retries and cost", () => {
    const counter = new CallCounter();
    const usage = { inputTokens: 10, outputTokens: 2, estimated: false };
    counter.answered({ usage, attempts: 3, latencyMs: 500, cost: 0.25 });
    counter.answered({ usage, attempts: 1, latencyMs: 1500, cost: 0.25 });
    counter.shared();
    counter.failed(5);
    counter.cut();
    expect(counter.read()).toEqual({
      llmCalls: 2,
      llmCacheHits: 1,
      llmTokensIn: 20,
      llmTokensOut: 4,
      llmLatencyP50: 0.5,
      llmLatencyP95: 1.5,
      llmRetries: 6,
      llmCut: 1,
      llmTokensPerSecond: 2,
      llmErrors: 1,
      llmCost: 0.5,
    });
  });
});
