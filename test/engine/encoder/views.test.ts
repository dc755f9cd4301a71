import { describe, expect, it } from "vitest";
import { TokenSequence } from "../../../src/engine/encoder/tokenSequence.ts";
import { viewSequence } from "../../../src/engine/encoder/views.ts";
import { viewsOf } from "../../../src/engine/policy/views.ts";
import { toyExperiment } from "../policy/fixtures.ts";

/** Items 10, 11, 12, ... with feedback bits 1, 2, 3, 0, 1, 2, 3, 0, ... */
function sequenceOf(length: number): TokenSequence {
  const items = Int32Array.from({ length }, (_, i) => 10 + i);
  return new TokenSequence(4, { items, feedback: Uint8Array.from(items, (_, i) => (i + 1) % 4) });
}

const START = 99;

describe("packed views", () => {
  it("read the session from its start", () => {
    const views = viewsOf(toyExperiment());
    // 1 + history 10 + 20 steps of 2 items
    expect(views.positions).toBe(51);
    const view = viewSequence(views, sequenceOf(3), 4, [1, 4], 2, START);
    expect([...view.items]).toEqual([START, 10, 11, 12]);
    expect([...view.feedback]).toEqual([0, 0, 1, 0, 0, 1, 1, 1]);
    expect(view.outputs).toEqual([0, 3]);
    expect(view.user).toBe(4);
  });

  it("of a session that outgrows its positions begin later, stride by stride", () => {
    const views = viewsOf(
      toyExperiment({ simulator: { historyLength: 4, quit: { rule: "temper", initialTemper: 2 } } }),
    );
    expect(views.positions).toBe(9);
    expect([1, 9, 10, 13, 14, 18].map(views.origin)).toEqual([0, 0, 4, 4, 8, 12]);
    for (let tokens = 1; tokens < 60; tokens++) {
      const length = tokens - views.origin(tokens);
      expect(length).toBeLessThanOrEqual(9);
      if (tokens > 5) expect(length).toBeGreaterThan(4);
    }
    const view = viewSequence(views, sequenceOf(11), 11, [10, 11], 2, START);
    expect([...view.items]).toEqual([START, 14, 15, 16, 17, 18, 19]);
    expect(view.outputs).toEqual([5, 6]);
  });
});

describe("windowed views", () => {
  it("read the last items, positions counted inside the window", () => {
    const views = viewsOf(toyExperiment({ policy: { layout: "windowed" }, simulator: { historyLength: 3 } }));
    expect(views.positions).toBe(4);
    const view = viewSequence(views, sequenceOf(7), 8, [8], 2, START);
    expect([...view.items]).toEqual([START, 14, 15, 16]);
    expect(view.outputs).toEqual([3]);
  });
});

describe("the reference's feedback history", () => {
  it("is concatenated along time and then cut into vectors", () => {
    const input = { fidelity: { switches: { feedbackHistory: "reshaped" } } } as const;
    const view = viewSequence(viewsOf(toyExperiment(input)), sequenceOf(3), 4, [4], 2, START);
    // type 0 over time: 1 0 1; type 1 over time: 0 1 1; together 1 0 1 0 1 1, cut into pairs
    expect([...view.feedback]).toEqual([0, 0, 1, 0, 1, 0, 1, 1]);
  });
});
