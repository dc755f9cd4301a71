import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrange, bandWidth, filtered, likeliest, sorted } from "../../../src/extension/reflections/arrangement.ts";
import { describeGroup } from "../../../src/extension/reflections/wording.ts";
import type { PooledReflection } from "../../../src/protocol/engine.ts";
import { reflection } from "./fixtures.ts";

const pool = [
  reflection("r1", { score: 2.5, probability: 0.1, text: "Alternate music with sport." }),
  reflection("r2", { score: 9.5, probability: 0.6, text: "Show less Music.", iteration: 2, promptHash: "new" }),
  reflection("r3", { score: 9.1, probability: 0.3, timesSampled: 4, iteration: 2, promptHash: "old" }),
];
const ids = (reflections: readonly PooledReflection[]) => reflections.map(({ id }) => id);

describe("arranging a pool", () => {
  it("groups by score bands, the best band first", () => {
    const groups = arrange(pool, { grouping: "score", order: "score", filter: "" });
    expect(groups.map(({ label, reflections }) => [describeGroup(label), ids(reflections)])).toEqual([
      ["Score 8 to 10", ["r2", "r3"]],
      ["Score 2 to 4", ["r1"]],
    ]);
  });

  it("groups by the critic's prompt versions and by iterations, the newest first", () => {
    const prompts = ["old", "new"].map((hash, since) => ({ role: "critic" as const, hash, file: "", text: "", since }));
    const byPrompt = arrange(pool, { grouping: "prompt", order: "score", filter: "" }, prompts);
    expect(byPrompt.map(({ label }) => describeGroup(label))).toEqual([
      "Critic prompt, version 2",
      "Critic prompt, version 1",
      "Written without a prompt",
    ]);
    const byEpisode = arrange(pool, { grouping: "episode", order: "probability", filter: "" });
    expect(byEpisode.map(({ label, reflections }) => [describeGroup(label), ids(reflections)])).toEqual([
      ["Sessions of iteration 2", ["r2", "r3"]],
      ["Sessions of iteration 1", ["r1"]],
    ]);
  });

  it("filters by words in any order and case", () => {
    expect(ids(filtered(pool, "MUSIC  alternate"))).toEqual(["r1"]);
    expect(ids(filtered(pool, " "))).toEqual(["r1", "r2", "r3"]);
  });

  it("sorts by what is asked for, the newer first where equal", () => {
    expect(ids(sorted(pool, "timesSampled"))).toEqual(["r3", "r2", "r1"]);
    expect(ids(sorted(pool, "newest"))).toEqual(["r3", "r2", "r1"]);
    expect(ids(sorted(pool, "score"))).toEqual(["r2", "r3", "r1"]);
  });

  it("loses no reflection and keeps each in a band that holds its score", () => {
    const scores = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { maxLength: 40 });
    fc.assert(
      fc.property(scores, (values) => {
        const many = values.map((score, i) => reflection(`r${i}`, { score }));
        const groups = arrange(many, { grouping: "score", order: "score", filter: "" });
        expect(groups.flatMap(({ reflections }) => ids(reflections)).sort()).toEqual(ids(many).sort());
        expect(groups.length).toBeLessThanOrEqual(8);
        for (const { label, reflections } of groups) {
          if (label.kind !== "score") throw new Error("expected score bands");
          const slack = 1e-9 * (label.high - label.low);
          for (const { score } of reflections) {
            expect(score).toBeGreaterThanOrEqual(label.low - slack);
            expect(score).toBeLessThanOrEqual(label.high + slack);
          }
        }
      }),
    );
    expect(bandWidth([])).toBe(1);
    expect(bandWidth([3, 3])).toBe(1);
  });

  it("takes the k likeliest, the best outcome first, and none that is muted", () => {
    expect(ids(likeliest(pool, 2))).toEqual(["r2", "r3"]);
    const generous = reflection("g", { score: 12, expected: 12.5, probability: 0.4 });
    expect(ids(likeliest([generous, ...pool], 2))).toEqual(["r2", "g"]);
    const modest = reflection("m", { score: 4, expected: 3, probability: 0.4 });
    expect(ids(likeliest([generous, modest], 2))).toEqual(["m", "g"]);
    expect(ids(likeliest([reflection("m", { muted: true, probability: 0 })], 3))).toEqual([]);
  });
});
