import { describe, expect, it } from "vitest";
import { reflectionItem } from "../../../src/extension/reflections/reflectionItem.ts";
import type { PooledReflection } from "../../../src/protocol/engine.ts";
import { reflection } from "./fixtures.ts";

describe("the row of a reflection", () => {
  it("marks rows by what a person did", () => {
    const target = { runId: "r-1", reflection: "r1" };
    const of = (fields: Partial<PooledReflection>) => reflectionItem(target, reflection("r1", fields), "score");
    expect(of({ pinned: true, rating: 1 }).contextValue).toBe("lerlReflection pinned audible ratedUp");
    expect(of({ muted: true, rating: -1 }).contextValue).toBe("lerlReflection unpinned muted ratedDown");
    expect(of({ pinned: true }).description).toBe("50% · pinned");
  });
});
