import { describe, expect, it } from "vitest";
import { rewardPerFeedback } from "../../../src/engine/simulator/reward.ts";

describe("rewards", () => {
  it("pay one for the click unless weights are given", () => {
    expect([...rewardPerFeedback(["is_click", "is_like"], {})]).toEqual([1, 0]);
    expect([...rewardPerFeedback(["is_click", "is_like"], { is_like: 2 })]).toEqual([0, 2]);
    expect(() => rewardPerFeedback(["is_click"], { is_liked: 1 })).toThrow(/"is_liked".*"is_click"/);
  });
});
