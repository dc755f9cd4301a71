import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NewReflection, type PoolConfig, ReflectionPool } from "../../../src/engine/critic/reflectionPool.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { reflectionsSchema } from "../../../src/protocol/experiment/models.ts";
import { reflectionSchema } from "../../../src/protocol/run.ts";

const defaults: PoolConfig = { ...reflectionsSchema.parse({}), k: 3, alpha: 0.5, sampling: "score" };

function written(score: number, text = `scored ${score}`): NewReflection {
  return { text, score, episode: "e", iteration: 0, source: "offline" };
}

function poolOf(scores: readonly number[], config: Partial<PoolConfig> = {}, seed = 1): ReflectionPool {
  const pool = new ReflectionPool({ ...defaults, ...config }, new RandomStream(seed, "pool"));
  for (const score of scores) pool.add(written(score));
  return pool;
}

const scoresOf = (sampled: readonly { readonly score: number }[]) => sampled.map(({ score }) => score);

describe("the reflection pool", () => {
  it("is first in, first out", () => {
    const pool = poolOf([1, 2, 3, 4], { capacity: 3 });
    expect(scoresOf(pool.reflections)).toEqual([2, 3, 4]);
    expect(pool.meanScore).toBe(3);
    pool.config = { ...pool.config, capacity: 1 };
    expect(scoresOf(pool.reflections)).toEqual([4]);
  });

  it("takes no reflection without text", () => {
    const pool = poolOf([]);
    expect(pool.add(written(1, "  "))).toBeUndefined();
    expect(pool.size).toBe(0);
    expect(pool.meanScore).toBe(0);
  });

  it("shows nothing when empty and draws no random number for it", () => {
    const pool = poolOf([]);
    const before = pool.state().random;
    expect(pool.sample()).toEqual([]);
    expect(pool.state().random).toEqual(before);
  });

  it("samples first with P(u) = exp(alpha S_u) / sum exp(alpha S_v)", () => {
    const pool = poolOf([0, 2, 4], { k: 1 });
    // exp(0), exp(1), exp(2) over their sum
    const expected = [0.0900306, 0.2447285, 0.665241];
    expect([...pool.probabilities().values()].map((p) => Math.round(p * 1e6) / 1e6)).toEqual([
      0.090031, 0.244728, 0.665241,
    ]);
    const counts = new Map<number, number>();
    for (let i = 0; i < 20_000; i++) {
      const [score = -1] = scoresOf(pool.sample());
      counts.set(score, (counts.get(score) ?? 0) + 1);
    }
    for (const [i, score] of [0, 2, 4].entries())
      expect((counts.get(score) ?? 0) / 20_000).toBeCloseTo(expected[i] ?? 0, 1.7);
  });

  it("draws the second without the first", () => {
    const pool = poolOf([0, 2, 4], { k: 2 });
    let zeroAfterFour = 0;
    let four = 0;
    for (let i = 0; i < 20_000; i++) {
      const [first, second] = scoresOf(pool.sample());
      if (first !== 4) continue;
      four++;
      if (second === 0) zeroAfterFour++;
    }
    expect(zeroAfterFour / four).toBeCloseTo(1 / (1 + Math.E), 1.7);
  });

  it("shows pinned ones first, the newest of them if there are too many, and never a muted one", () => {
    const pool = poolOf([1, 2, 3, 4, 5], { k: 2 });
    pool.change("r1", { action: "pin" });
    for (let i = 0; i < 20; i++) expect(scoresOf(pool.sample())[0]).toBe(1);
    pool.change("r2", { action: "pin" });
    pool.change("r3", { action: "pin" });
    expect(scoresOf(pool.sample())).toEqual([3, 2]);
    expect([...pool.probabilities().values()]).toEqual([0, 1, 1, 0, 0]);
    pool.change("r3", { action: "mute" });
    expect(scoresOf(pool.sample())).toEqual([2, 1]);
    for (const id of ["r1", "r2", "r4", "r5"]) pool.change(id, { action: "mute" });
    expect(pool.sample()).toEqual([]);
    expect([...pool.probabilities().values()]).toEqual([0, 0, 0, 0, 0]);
  });

  it("keeps pinned ones when older unpinned ones could go", () => {
    const pool = poolOf([1, 2], { capacity: 2 });
    pool.change("r1", { action: "pin" });
    pool.add(written(3));
    expect(scoresOf(pool.reflections)).toEqual([1, 3]);
    pool.change("r3", { action: "pin" });
    pool.add(written(4));
    expect(pool.size).toBe(2);
  });

  it("counts a rating like one unit of reward", () => {
    const pool = poolOf([1, 2, 3]);
    pool.change("r1", { action: "rate", rating: 1 });
    pool.change("r3", { action: "rate", rating: -1 });
    for (const p of pool.probabilities().values()) expect(p).toBeCloseTo(1 / 3, 12);
  });

  it.each([{ shuffle: true }, { sampling: "uniform" }] as const)("ignores scores and ratings with %o", (config) => {
    const pool = poolOf([0, 100], config);
    expect([...pool.probabilities().values()]).toEqual([0.5, 0.5]);
  });

  it("measures a score against what the user was expected to give, where that is known", () => {
    const pool = poolOf([]);
    pool.add({ ...written(12), expected: 12 });
    pool.add({ ...written(4), expected: 2 });
    pool.add(written(0));
    // exp(0), exp(1), exp(0) over their sum.
    expect([...pool.probabilities().values()].map((p) => Math.round(p * 1e6) / 1e6)).toEqual([
      0.211942, 0.576117, 0.211942,
    ]);
    expect(pool.sample().find(({ id }) => id === "r2")).toMatchObject({ score: 4, expected: 2 });
  });

  it("shows the lessons on the most similar users, pinned ones first, and draws no random number for it", () => {
    const pool = poolOf([], { k: 3 });
    for (const user of ["near", "far", "nearer", "far"]) pool.add({ ...written(1), user });
    pool.add(written(1));
    pool.change("r2", { action: "pin" });
    pool.change("r3", { action: "mute" });
    const before = pool.state().random;
    const likeness = (user: string) => ({ near: 0.5, far: 0.1, nearer: 0.9 })[user] ?? 0;
    expect(pool.nearest(likeness).map(({ id }) => id)).toEqual(["r2", "r1", "r4"]);
    pool.config = { ...pool.config, k: 1 };
    expect(pool.nearest(likeness).map(({ id }) => id)).toEqual(["r2"]);
    expect(pool.state().random).toEqual(before);
    expect(pool.reflections.map(({ timesSampled }) => timesSampled)).toEqual([1, 2, 0, 1, 0]);
  });

  it("edits, deletes, and says when there is nothing to change", () => {
    const pool = poolOf([1, 2]);
    expect(pool.change("r1", { action: "edit", text: "better" })).toMatchObject({ text: "better", edited: true });
    expect(pool.change("r2", { action: "delete" })).toMatchObject({ score: 2 });
    expect(pool.reflections.map(({ text }) => text)).toEqual(["better"]);
    expect(pool.change("r2", { action: "pin" })).toBeUndefined();
    expect(pool.add(written(5))?.id).toBe("r3");
  });

  it("goes on from a state that went through JSON, in entries the run folder accepts", () => {
    const straight = poolOf([1, 5, 3, 8, 2]);
    for (let i = 0; i < 7; i++) straight.sample();
    const ended = [4, 9, 5].map((score, i) => ({ user: `u${i % 2}`, clickRate: 0.4, score }));
    straight.expectation.observe(ended);
    const resumed = poolOf([]);
    resumed.restore(JSON.parse(JSON.stringify(straight.state())));
    for (const entry of resumed.reflections) expect(reflectionSchema.parse(entry)).toEqual(entry);
    expect(Array.from({ length: 20 }, () => resumed.sample())).toEqual(
      Array.from({ length: 20 }, () => straight.sample()),
    );
    expect(resumed.add(written(1))).toEqual(straight.add(written(1)));
    expect(resumed.expectation.observe(ended)).toEqual(straight.expectation.observe(ended));
  });

  it("always samples min(k, unmuted) different ones and counts them, whatever the scores", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            score: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
            pinned: fc.boolean(),
            muted: fc.boolean(),
          }),
          { maxLength: 30 },
        ),
        fc.integer({ min: 0, max: 8 }),
        fc.double({ min: 0, max: 10, noNaN: true }),
        fc.integer(),
        (entries, k, alpha, seed) => {
          const pool = poolOf(
            entries.map(({ score }) => score),
            { k, alpha },
            seed,
          );
          for (const [i, { pinned, muted }] of entries.entries()) {
            if (pinned) pool.change(`r${i + 1}`, { action: "pin" });
            if (muted) pool.change(`r${i + 1}`, { action: "mute" });
          }
          const audible = entries.filter(({ muted }) => !muted);
          const sampled = pool.sample();
          expect(sampled).toHaveLength(Math.min(k, audible.length));
          expect(new Set(sampled.map(({ id }) => id)).size).toBe(sampled.length);
          const entryOf = (id: string) => entries[Number(id.slice(1)) - 1];
          expect(sampled.every(({ id }) => entryOf(id)?.muted === false)).toBe(true);
          const pins = audible.filter(({ pinned }) => pinned).length;
          expect(sampled.slice(0, pins).every(({ id }) => entryOf(id)?.pinned)).toBe(true);
          expect(pool.reflections.reduce((sum, { timesSampled }) => sum + timesSampled, 0)).toBe(sampled.length);
          const total = [...pool.probabilities().values()].reduce((sum, p) => sum + p, 0);
          const shownPins = Math.min(pins, k);
          expect(total).toBeCloseTo(shownPins + (k > shownPins && audible.length > shownPins ? 1 : 0), 9);
        },
      ),
    );
  });
});
