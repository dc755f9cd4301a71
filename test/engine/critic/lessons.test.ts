import { describe, expect, it } from "vitest";
import { Lessons } from "../../../src/engine/critic/lessons.ts";
import { type NewReflection, type PoolConfig, ReflectionPool } from "../../../src/engine/critic/reflectionPool.ts";
import { historyOf } from "../../../src/engine/data/dataset.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { reflectionsSchema } from "../../../src/protocol/experiment/models.ts";
import { SUMMARY } from "../../../src/protocol/run.ts";
import { sessionOf, toyDataset } from "../simulator/toy.ts";

/** Three categories of one item each. The users' clicks by category: (2, 0, 0), (1, 1, 0), (0, 0, 2), none. */
const toy = toyDataset(
  [[0], [1], [2]],
  [
    [
      [0, 1],
      [0, 1],
      [2, 0],
    ],
    [
      [0, 1],
      [1, 1],
    ],
    [
      [2, 1],
      [2, 1],
    ],
    [[1, 0]],
  ],
);
const dataset = { ...toy, categories: ["Music", "Food", "Travel"].map((name, i) => ({ id: 10 + i, name })) };
const lessons = new Lessons(dataset, 100);

const visitOf = (user: number) => sessionOf([], { user, history: historyOf(dataset, user, 100) });

function poolOf(written: readonly Partial<NewReflection>[], config: Partial<PoolConfig>): ReflectionPool {
  const pool = new ReflectionPool({ ...reflectionsSchema.parse({}), ...config }, new RandomStream(1, "pool"));
  for (const [i, one] of written.entries()) {
    pool.add({ text: `Lesson ${i + 1}.`, score: i, episode: "e", iteration: 1, source: "offline", ...one });
  }
  return pool;
}

describe("lessons by similarity", () => {
  const onEach = ["u0", "u1", "u2", "u3"].map((user) => ({ user }));

  it("are the ones on users whose clicks by category are the most alike", () => {
    const pool = poolOf(onEach, { sampling: "similarity", k: 2 });
    // Cosines with user 1 (1, 1, 0): .71, 1, 0, 0; with user 2: 0, 0, 1, 0, of equal ones the newest.
    expect(lessons.draw(pool, visitOf(1)).map(({ id }) => id)).toEqual(["r2", "r1"]);
    expect(lessons.draw(pool, visitOf(2)).map(({ id }) => id)).toEqual(["r3", "r4"]);
  });

  it("are the newest for a user who has clicked nothing, and never on users whom the data do not know", () => {
    const pool = poolOf([...onEach, { user: "gone" }, {}], { sampling: "similarity", k: 2 });
    expect(lessons.draw(pool, visitOf(3)).map(({ id }) => id)).toEqual(["r6", "r5"]);
    expect(lessons.draw(pool, visitOf(0)).map(({ id }) => id)).toEqual(["r1", "r2"]);
  });

  it("are drawn by chance where they are shuffled", () => {
    const pool = poolOf(onEach, { sampling: "similarity", shuffle: true, k: 1 });
    const first = new Set(Array.from({ length: 50 }, () => lessons.draw(pool, visitOf(1))[0]?.id));
    expect(first.size).toBe(4);
  });
});

describe("counts in the place of lessons", () => {
  const visits = [
    {
      visit: [
        [10, 10, 9],
        [11, 4, 0],
      ],
      score: 4,
    },
    {
      visit: [
        [10, 6, 3],
        [12, 1, 1],
      ],
      score: 8,
    },
  ] as const;

  it("tell all visits in one line, the best category first; one click of one exposure is little", () => {
    const pool = poolOf(visits, { show: "counts" });
    expect(lessons.draw(pool, visitOf(0))).toEqual([
      {
        id: SUMMARY,
        text: "Clicked of shown in 2 visits, the best first: Music 12/16, Travel 1/1, Food 0/4.",
        score: 6,
      },
    ]);
  });

  it("leave out what is muted, keep what is pinned, and are nothing before the first visit", () => {
    const pool = poolOf(visits, { show: "counts" });
    pool.change("r2", { action: "mute" });
    pool.change("r1", { action: "pin" });
    expect(lessons.draw(pool, visitOf(0)).map(({ text }) => text)).toEqual([
      "Lesson 1.",
      "Clicked of shown in 1 visit, the best first: Music 9/10, Food 0/4.",
    ]);
    // Reflections of early versions do not know their visit.
    expect(lessons.draw(poolOf([{}], { show: "counts" }), visitOf(0))).toEqual([]);
    expect(lessons.draw(poolOf([], { show: "counts" }), visitOf(0))).toEqual([]);
  });

  it("draw no random number", () => {
    const pool = poolOf(visits, { show: "counts" });
    const before = pool.state().random;
    lessons.draw(pool, visitOf(0));
    expect(pool.state().random).toEqual(before);
  });
});
