import { describe, expect, it } from "vitest";
import { Unseen } from "../../../src/extension/reflections/unseen.ts";

describe("the badge", () => {
  it("counts what arrived while nobody looked and is still there", () => {
    const unseen = new Unseen();
    unseen.take("a", ["r1", "r2"], true, true);
    unseen.take("a", ["r2", "r3", "r4"], false, true);
    unseen.take("b", ["r1"], false, true);
    expect(unseen.count).toBe(3);
    unseen.take("a", ["r4", "r5"], false, true);
    expect(unseen.count).toBe(3);
    unseen.seeAll();
    expect(unseen.count).toBe(0);
  });

  it("keeps what arrived until it is looked at, also past the run's end, and counts nothing of runs that ended before", () => {
    const unseen = new Unseen();
    unseen.take("a", ["r1"], false, true);
    unseen.take("a", ["r1", "r2"], false, false);
    unseen.take("old", ["r1", "r2", "r3"], false, false);
    expect(unseen.count).toBe(2);
    unseen.take("a", ["r1", "r2"], true, false);
    expect(unseen.count).toBe(0);
  });
});
