import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RunWindow } from "../../../src/extension/engine/runWindow.ts";
import type { RunSlice } from "../../../src/protocol/engine.ts";

/** Rows `from`..`to` of the metrics; one event per row. */
function slice(from: number, to: number): RunSlice {
  const indices = Array.from({ length: to - from }, (_, index) => from + index);
  return {
    runId: "r",
    metrics: indices.map((index) => ({ iteration: index, userSteps: index, values: {} })),
    timing: [],
    events: indices.map((index) => ({ type: "started", iteration: index, userSteps: index })),
    references: [],
    cursor: { metrics: to, timing: 0, events: to },
  };
}

describe("a window on a run's rows", () => {
  it("gives exactly the rows from a cursor on, and nothing when it does not hold them all", () => {
    const window = new RunWindow("r", undefined, 10);
    for (let row = 0; row < 25; row++) window.append(slice(row, row + 1));
    const held = window.from({ metrics: 20, timing: 0, events: 23 });
    expect(held?.metrics.map(({ iteration }) => iteration)).toEqual([20, 21, 22, 23, 24]);
    expect(held?.events.map(({ iteration }) => iteration)).toEqual([23, 24]);
    expect(held?.cursor).toEqual({ metrics: 25, timing: 0, events: 25 });
    expect(window.from({ metrics: 14, timing: 0, events: 20 })).toBeUndefined();
    expect(window.from({ metrics: 26, timing: 0, events: 25 })).toBeUndefined();
    expect(window.from({ metrics: -1, timing: -1, events: -1 })).toBeUndefined();
  });

  it("keeps the newest of what any split into batches brings", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 20 }),
        fc.integer({ min: 1, max: 30 }),
        (sizes, limit) => {
          const window = new RunWindow("r", undefined, limit);
          let end = 0;
          for (const size of sizes) {
            window.append(slice(end, end + size));
            end += size;
          }
          const from = Math.max(0, end - limit);
          const held = window.from({ metrics: from, timing: 0, events: from });
          expect(held?.metrics.map(({ iteration }) => iteration)).toEqual(
            Array.from({ length: end - from }, (_, i) => from + i),
          );
        },
      ),
    );
  });

  it("holds nothing of before where rows are missing in between, or the run went back", () => {
    const window = new RunWindow("r");
    window.append(slice(0, 10));
    window.append(slice(50, 60));
    expect(window.from({ metrics: 49, timing: 0, events: 50 })).toBeUndefined();
    expect(window.from({ metrics: 50, timing: 0, events: 50 })?.metrics.map(({ iteration }) => iteration)).toHaveLength(
      10,
    );
    window.append({ ...slice(20, 20) });
    expect(window.from({ metrics: 19, timing: 0, events: 20 })).toBeUndefined();
    expect(window.from({ metrics: 20, timing: 0, events: 20 })?.metrics).toEqual([]);
  });

  it("keeps one reference row per policy and iteration", () => {
    const window = new RunWindow("r");
    const row = { policy: "random", iteration: 0, tInt: 1, rCum: 1, rSin: 1, sessions: 1 } as const;
    window.append({ ...slice(0, 1), references: [row] });
    window.append({ ...slice(1, 2), references: [row, { ...row, policy: "oracle" }] });
    expect(window.from({ metrics: 2, timing: 0, events: 2 })?.references.map(({ policy }) => policy)).toEqual([
      "random",
      "oracle",
    ]);
  });
});
