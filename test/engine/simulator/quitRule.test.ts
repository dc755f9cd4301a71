import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { judgeSlate, repeats } from "../../../src/engine/simulator/quitRule.ts";
import type { QuitRule } from "../../../src/protocol/experiment/simulator.ts";
import { quitRule, toyDataset } from "./toy.ts";

/** Item i < 8 has category i; item 8 has categories 0 and 1, item 9 has 1 and 0. */
const { itemCategories } = toyDataset([[0], [1], [2], [3], [4], [5], [6], [7], [0, 1], [1, 0]], [[[0, 1]]]);
const served = (...slates: number[][]) => slates.map((items) => ({ items }));

/** Serves slates until the user leaves. */
function play(rule: QuitRule, slates: readonly number[][]) {
  let temper: number | undefined;
  const before: { items: number[] }[] = [];
  for (const slate of slates) {
    const verdict = judgeSlate(rule, itemCategories, before, slate, temper);
    temper = verdict.temper;
    before.push({ items: slate });
    if (verdict.ended) return { steps: before.length, ...verdict };
  }
  return { steps: before.length, ended: undefined };
}

describe("the temper rule", () => {
  it.each<[string, object, number[][], number[], boolean]>([
    ["nothing on a session's first step", {}, [], [0, 1, 2], false],
    ["the same category at the same position", {}, [[0, 1, 2]], [3, 1, 4], true],
    ["the same category at another position does not count", {}, [[0, 1, 2]], [1, 2, 0], false],
    ["unless any position is compared", { comparison: "any" }, [[0, 1, 2]], [3, 4, 0], true],
    ["any, without a common category", { comparison: "any" }, [[0, 1, 2]], [3, 4, 5], false],
    [
      "the slate before the previous one is forgotten",
      {},
      [
        [0, 1],
        [2, 3],
      ],
      [0, 1],
      false,
    ],
    [
      "within a wider window it is not",
      { window: 2 },
      [
        [0, 1],
        [2, 3],
      ],
      [0, 4],
      true,
    ],
    ["one equal category is too few for a threshold of two", { threshold: 2 }, [[0, 1, 2]], [0, 3, 4], false],
    ["two are enough", { threshold: 2 }, [[0, 1, 2]], [0, 3, 2], true],
    [
      "the threshold is met by one slate, not by several together",
      { threshold: 2, window: 2 },
      [
        [0, 1],
        [2, 3],
      ],
      [0, 3],
      false,
    ],
    ["any counts distinct categories", { comparison: "any", threshold: 2 }, [[0, 8]], [0, 8], false],
    ["secondary categories do not count", {}, [[8]], [1], false],
    ["unless any category is compared", { categories: "any" }, [[8]], [1], true],
    ["a shared secondary category", { categories: "any" }, [[8]], [9], true],
    ["slates of different length", {}, [[0, 1]], [2, 3, 0], false],
  ])("%s", (_, parameters, before, slate, expected) => {
    expect(repeats(quitRule({ rule: "temper", ...parameters }), itemCategories, served(...before), slate)).toBe(
      expected,
    );
  });

  it("keeps a user for 20 steps without repeats and for 11 with nothing else", () => {
    const rule = quitRule({ rule: "temper" });
    expect(
      play(
        rule,
        Array.from({ length: 30 }, (_, t) => [t % 2, 2 + (t % 2)]),
      ),
    ).toMatchObject({ steps: 20, ended: "quit", patience: 0 });
    expect(
      play(
        rule,
        Array.from({ length: 30 }, () => [0, 1]),
      ),
    ).toMatchObject({ steps: 11, ended: "quit" });
  });

  it("charges the costs it is given", () => {
    const rule = quitRule({ rule: "temper", initialTemper: 5, stepCost: 0.5, repeatCost: 2 });
    const first = judgeSlate(rule, itemCategories, [], [0], undefined);
    expect(first).toEqual({ repeated: false, patience: 4.5, temper: 4.5, ended: undefined });
    const second = judgeSlate(rule, itemCategories, served([0]), [0], first.temper);
    expect(second).toEqual({ repeated: true, patience: 2, temper: 2, ended: undefined });
    expect(judgeSlate(rule, itemCategories, served([0], [0]), [0], second.temper)).toEqual({
      repeated: true,
      patience: -0.5,
      temper: -0.5,
      ended: "quit",
    });
  });

  /** Section 4's table: each step but the first repeats with probability q. */
  it.each([
    [0, 20.0],
    [0.1, 18.3],
    [0.2, 17.0],
    [0.3, 15.8],
    [0.4, 14.8],
    [0.5, 13.9],
    [0.7, 12.4],
    [1, 11.0],
  ])("gives E[T_int] as published for q = %f: %f", (q, expected) => {
    const rule = quitRule({ rule: "temper" });
    const random = new RandomStream(3, "quit-table", q * 10);
    const sessions = 4000;
    let steps = 0;
    for (let s = 0; s < sessions; s++) {
      // Position 0 alternates between fresh categories; a repeat keeps the category of the step before.
      let category = 0;
      const slates = Array.from({ length: 20 }, () => {
        if (random.uniform() >= q) category = 1 - category;
        return [category];
      });
      const { steps: length } = play(rule, slates);
      expect(length).toBeGreaterThanOrEqual(11);
      expect(length).toBeLessThanOrEqual(20);
      steps += length;
    }
    expect(Math.abs(steps / sessions - expected)).toBeLessThan(0.12);
  });

  it("goes on with the temper a session has when the rule changes between steps", () => {
    const before = judgeSlate(quitRule({ rule: "temper" }), itemCategories, [], [0], undefined);
    const dearer = quitRule({ rule: "temper", initialTemper: 3, repeatCost: 10 });
    expect(judgeSlate(dearer, itemCategories, served([0]), [0], before.temper).temper).toBe(8);
    const window = judgeSlate(quitRule({ rule: "window" }), itemCategories, served([0]), [1], before.temper);
    expect(window.temper).toBe(19);
  });
});

describe("the window rule", () => {
  it.each<[string, object, number[][], number[], boolean]>([
    ["a category that is new", { window: 3, maxRepeats: 0 }, [[0, 1]], [2], false],
    ["a category among the remembered items", { window: 3, maxRepeats: 0 }, [[0, 1]], [1], true],
    ["a category just outside the window", { window: 2, maxRepeats: 0 }, [[0], [1], [2]], [0], false],
    ["the item before it in its own slate", { window: 2, maxRepeats: 0 }, [], [0, 0], true],
    ["the window reaches back from each position", { window: 2, maxRepeats: 0 }, [[0, 1]], [2, 1], true],
    ["and no further", { window: 2, maxRepeats: 0 }, [[0, 1]], [2, 0], false],
    ["one repeat is within M = 1", { window: 9, maxRepeats: 1 }, [[0, 1, 2]], [0], false],
    ["the second is not", { window: 9, maxRepeats: 1 }, [[0, 1, 0]], [0], true],
    ["secondary categories, when they count", { window: 3, maxRepeats: 0, categories: "any" }, [[8]], [1], true],
    ["and when they do not", { window: 3, maxRepeats: 0 }, [[8]], [1], false],
  ])("%s", (_, parameters, before, slate, expected) => {
    expect(repeats(quitRule({ rule: "window", ...parameters }), itemCategories, served(...before), slate)).toBe(
      expected,
    );
  });

  it("ends a session at its last turn, which is no quitting", () => {
    const rule = quitRule({ rule: "window", window: 2, maxTurns: 3 });
    expect(play(rule, [[0], [1], [2], [3]])).toMatchObject({ steps: 3, patience: 0, ended: "turn-limit" });
  });

  it("calls it quitting when the last turn repeats", () => {
    const rule = quitRule({ rule: "window", window: 2, maxTurns: 2 });
    expect(play(rule, [[0], [0]])).toMatchObject({ steps: 2, ended: "quit", repeated: true });
  });
});

it("never repeats with a slate whose extension does not", () => {
  const random = new RandomStream(5);
  const rules = [
    quitRule({ rule: "temper", threshold: 2, window: 2 }),
    quitRule({ rule: "temper", comparison: "any", categories: "any", threshold: 2 }),
    quitRule({ rule: "window", window: 5, maxRepeats: 1, categories: "any" }),
  ];
  const draw = (): number[] => Array.from({ length: 4 }, () => random.integer(10));
  for (let trial = 0; trial < 500; trial++) {
    const before = served(draw(), draw());
    const slate = draw();
    for (const rule of rules) {
      const verdicts = [1, 2, 3, 4].map((length) => repeats(rule, itemCategories, before, slate.slice(0, length)));
      expect(verdicts).toEqual([...verdicts].sort());
    }
  }
});
