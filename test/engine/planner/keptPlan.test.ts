import { describe, expect, it } from "vitest";
import { keptCategories } from "../../../src/engine/planner/keptPlan.ts";
import { sessionOf, smallDataset, step } from "../simulator/smallWorld.ts";

describe("a kept plan", () => {
  const small = smallDataset();

  it("offers what the last slate did not show", () => {
    const session = sessionOf([step([0, 0, 1], [0, 0, 0])]);
    expect(keptCategories(small, session, [1, 3, 0, 2])).toEqual([3, 2]);
  });

  it("stands whole where fewer than two categories would be left", () => {
    const session = sessionOf([step([0, 1, 2], [0, 0, 0])]);
    expect(keptCategories(small, session, [1, 3, 0])).toEqual([1, 3, 0]);
  });
});
