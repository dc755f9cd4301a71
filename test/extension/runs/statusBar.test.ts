import { describe, expect, it } from "vitest";
import { statusText } from "../../../src/extension/runs/statusBar.ts";
import { progress, run } from "./support.ts";

describe("the status bar", () => {
  it("says iteration, R_cum, time left, calls and cost", () => {
    expect(statusText(run(), progress, 0)).toBe(
      "$(loading~spin) LERL 42/100 · R_cum 8.31 · 1 min 20 s left · 12 calls $0.021",
    );
    expect(statusText(run({ state: "paused" }), progress, 1)).toBe(
      "$(debug-pause) LERL 42/100 · R_cum 8.31 · paused · 12 calls $0.021 +1",
    );
  });

  it("says how many plans were the model's, and leaves the reflections to the tooltip", () => {
    const answered = { planner: { model: 3, standIn: 13 }, critic: { model: 2, standIn: 0 } };
    expect(statusText(run({ answered }), progress, 1)).toBe(
      "$(loading~spin) LERL 42/100 · R_cum 8.31 · 1 min 20 s left · 12 calls $0.021 · 3 of 16 plans by the model +1",
    );
    expect(statusText(run({ answered: { critic: { model: 2, standIn: 0 } } }), progress, 0)).toMatch(
      /2 of 2 reflections by the model$/,
    );
  });
});
