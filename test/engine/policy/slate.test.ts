import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { topSlate } from "../../../src/engine/policy/slate.ts";

const slate = (
  scores: number[],
  mask: number[] | undefined,
  size: number,
  exclusion: "infinity" | "zero" = "infinity",
) => {
  const out = new Int32Array(size);
  topSlate(Float32Array.from(scores), mask && Uint8Array.from(mask), exclusion, out);
  return [...out];
};

describe("topSlate", () => {
  it("takes the best scores, best first", () => {
    expect(slate([1, 5, -2, 4], undefined, 2)).toEqual([1, 3]);
  });

  it("breaks ties by the lower index and can serve item 0", () => {
    expect(slate([3, 3, 3, 3], undefined, 2)).toEqual([0, 1]);
  });

  it("never serves an excluded item, however good its score", () => {
    expect(slate([9, -1, -3, -2], [0, 2, 2, 2], 3)).toEqual([1, 3, 2]);
  });

  it("completes a thin plan from level 1 after everything of level 2", () => {
    expect(slate([1, 9, 8, -5], [0, 1, 1, 2], 3)).toEqual([3, 1, 2]);
  });

  it("with the reference's zero lets an excluded item beat a negative score", () => {
    expect(slate([9, -1, -3, 2], [0, 2, 2, 2], 2, "zero")).toEqual([3, 0]);
  });

  it("refuses scores that are not numbers, and a mask with too little room", () => {
    expect(() => slate([Number.NaN, 1], undefined, 1)).toThrow(/diverged/);
    expect(() => slate([1, 2], [0, 2], 2)).toThrow(/1 items for a slate of 2/);
  });

  it("equals sorting by level, score and index", () => {
    const items = fc.array(fc.record({ score: fc.integer({ min: -3, max: 3 }), level: fc.constantFrom(0, 1, 2) }), {
      minLength: 12,
      maxLength: 60,
    });
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 6 }), (rows, size) => {
        const allowed = rows
          .map((row, index) => ({ ...row, index }))
          .filter((row) => row.level > 0)
          .sort((a, b) => b.level - a.level || b.score - a.score || a.index - b.index);
        fc.pre(allowed.length >= size);
        const expected = allowed.slice(0, size).map((row) => row.index);
        const scores = rows.map((row) => row.score);
        const levels = rows.map((row) => row.level);
        expect(slate(scores, levels, size)).toEqual(expected);
      }),
    );
  });
});
