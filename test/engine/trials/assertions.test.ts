import { describe, expect, it } from "vitest";
import { askedOf, checkCategories, shortcomings } from "../../../src/engine/trials/assertions.ts";
import type { Assertions } from "../../../src/protocol/moments.ts";
import { categories, cell, type MadeCell } from "./cells.ts";

const reasons = (asked: Assertions, made: MadeCell = {}, values: readonly [own: number, baseline?: number] = [0.5]) =>
  shortcomings(asked, { cell: cell(made), planValue: values[0], baselineValue: values[1] }, categories);
const unusable = { cause: "no JSON object in the reply", reply: "I would rather not." };

describe("a plan passes or says why not", () => {
  const rows: readonly [what: keyof Assertions, asked: Assertions, good: MadeCell, bad: MadeCell, why: string][] = [
    ["valid", { valid: true }, {}, { unusable }, "no usable reply: no JSON object in the reply"],
    ["size", { size: { min: 2 } }, {}, { categories: [1] }, "1 categories, fewer than 2"],
    ["size", { size: { max: 2 } }, {}, { categories: [1, 2, 5] }, "3 categories, more than 2"],
    ["includes", { includes: ["Music", 2] }, {}, { categories: [5] }, "without Music, Sport"],
    ["excludes", { excludes: ["Food", 9] }, {}, { categories: [1, 5, 9] }, "with Food, Category 9"],
    ["excludesAny", { excludesAny: ["Music", 5] }, {}, { categories: [5, 1] }, "with all of Music, Food"],
    [
      "newCategories",
      { newCategories: { min: 2 } },
      { newCategories: 2 },
      { newCategories: 1 },
      "1 new categories, fewer than 2",
    ],
    [
      "overlapWithLastSlate",
      { overlapWithLastSlate: { max: 0.5 } },
      { overlapWithLastSlate: 0.5 },
      { overlapWithLastSlate: 2 / 3 },
      "67 % as in the last slate, more than 50 %",
    ],
    ["latencyMs", { latencyMs: { max: 900 } }, { latencyMs: 900 }, { latencyMs: 1200.4 }, "1200 ms, more than 900"],
    ["tokens", { tokens: { max: 400 } }, { tokens: 400 }, { tokens: 401 }, "401 tokens, more than 400"],
  ];
  it.each(rows)("%s: %o", (_, asked, good, bad, why) => {
    expect(reasons(asked, good)).toEqual([]);
    expect(reasons(asked, bad)).toEqual([why]);
  });

  it("names everything it falls short of", () => {
    expect(reasons({ size: { max: 1 }, includes: ["Food"] }, { unusable })).toEqual([
      "no usable reply: no JSON object in the reply",
      "2 categories, more than 1",
      "without Food",
    ]);
  });

  it("with a stand-in's plan only where that is allowed", () => {
    expect(reasons({}, { unusable })).toEqual(["no usable reply: no JSON object in the reply"]);
    expect(reasons({ valid: false }, { unusable })).toEqual([]);
  });

  it("where nothing was measured: a kept answer took no time and no tokens", () => {
    expect(reasons({ latencyMs: { max: 1 }, tokens: { max: 1 } })).toEqual([]);
  });
});

describe("a plan's value", () => {
  it("is held against a number", () => {
    const asked = { planValue: { min: 0.5, relative: false } };
    expect(reasons(asked, {}, [0.5])).toEqual([]);
    expect(reasons(asked, {}, [0.25])).toEqual(["plan value 0.250, below 0.5"]);
  });

  it("is held against the baseline's for the same moment", () => {
    const asked = { planValue: { min: -0.25, relative: true } };
    expect(reasons(asked, {}, [0.5, 0.75])).toEqual([]);
    expect(reasons(asked, {}, [0.25, 0.75])).toEqual(["plan value -0.500 from the baseline's, below -0.25"]);
    expect(reasons({ planValue: { min: 0.25, relative: true } }, {}, [0.5, 0.5])).toEqual([
      "plan value 0.000 from the baseline's, below 0.25",
    ]);
  });

  it("is not judged before the baseline has planned", () => {
    expect(reasons({ planValue: { min: 0, relative: true } }, {}, [0])).toEqual([]);
  });
});

describe("categories", () => {
  it("are found by id, and by name in any case", () => {
    for (const music of [1, "Music", "music", "MUSIC"]) {
      expect(() => checkCategories({ includes: [music] }, "expect", categories)).not.toThrow();
      expect(reasons({ includes: [music] })).toEqual([]);
      expect(reasons({ excludes: [music] })).toEqual(["with Music"]);
    }
  });

  it("that the data does not have are refused, with some that it has", () => {
    const refused = (asked: Assertions) => () => checkCategories(asked, 'Moment "tired"', categories);
    const why =
      'Moment "tired": there is no category "Musik". Use a name or an id, for example Music, Sport, Food, Category 9.';
    expect(refused({ includes: ["Musik"] })).toThrow(why);
    expect(refused({ excludes: ["Musik"] })).toThrow(why);
    expect(refused({ excludesAny: [1, "Musik"] })).toThrow(why);
    expect(refused({ includes: [3] })).toThrow("there is no category 3.");
  });
});

describe("what is asked of a moment", () => {
  it("takes the place of what is asked of all, field by field", () => {
    const all = { valid: true, size: { min: 4, max: 24 }, excludes: ["Sport"] };
    expect(askedOf(all, { size: { min: 1 } })).toEqual({ valid: true, size: { min: 1 }, excludes: ["Sport"] });
    expect(askedOf(all, undefined)).toEqual(all);
    expect(askedOf(undefined, { valid: false })).toEqual({ valid: false });
    expect(askedOf(undefined, undefined)).toEqual({});
  });
});
