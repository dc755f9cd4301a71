import { describe, expect, it } from "vitest";
import { SlateSearch } from "../../../src/engine/policy/oracle.ts";
import { stepsLeft } from "../../../src/protocol/run/modelCalls.ts";
import { quitRule, toyDataset } from "../simulator/toy.ts";

/** Items 0 .. 5 in categories 0, 0, 1, 1, 2, 2; encodings by category. */
const dataset = toyDataset([[0], [0], [1], [1], [2], [2]], [[[0, 1]]]);
const itemEncodings = {
  dim: 3,
  values: Float32Array.from([0, 0, 1, 1, 2, 2].flatMap((c) => [0, 1, 2].map((d) => Number(c === d)))),
};
const values = Float32Array.of(0.9, 0.8, 0.7, 0.3, 0.6, 0.1);
const temper = quitRule({ rule: "temper" });

function search(penalty: number): SlateSearch {
  return new SlateSearch({ dataset, itemEncodings, slateSize: 3, penalty });
}

function best(penalty: number, before: number[][] = [], mask?: Uint8Array, spared?: number) {
  const one = search(penalty);
  return one.fill(
    one.shortlist(values, mask),
    temper,
    before.map((items) => ({ items })),
    spared,
  );
}

describe("the best slate", () => {
  it("takes the highest values where nothing else matters", () => {
    expect(best(0)).toEqual({ items: [0, 1, 2], value: expect.closeTo(0.8, 6) });
  });

  it("weighs likeness: its value is the slate's mean after the correlation penalty", () => {
    // 0 first; then 1 would gain .8 - .6 * (1 + 2) / 3 = .2, and 2 gains .7 - .2 = .5, and 4 gains .4.
    const found = best(0.6);
    expect(found.items).toEqual([0, 2, 4]);
    expect(found.value).toBeCloseTo((0.9 + 0.7 + 0.6) / 3 - 0.6 / 3, 6);
  });

  it("charges a place for its likeness to others alone where encodings are centred, and pays for none", () => {
    const centred = { dim: 1, values: Float32Array.of(1, 1, -1, 0, 0, 0), centred: true };
    const one = new SlateSearch({ dataset, itemEncodings: centred, slateSize: 3, penalty: 0.6 });
    // 0 first; then 1 would gain .8 - .6 * 2 / 3 = .4, 2 gains its .7, and nothing for being 0's opposite; 4 gains .6.
    const found = one.fill(one.shortlist(values, undefined), temper, []);
    expect(found.items).toEqual([0, 2, 1]);
    expect(found.value).toBeCloseTo((0.9 + 0.7 + 0.8) / 3, 6);
  });

  it("has the slate's own worth as its value there, as the environment charges it", () => {
    // 1 is like 0 by .6, 4 is 0's opposite and nothing to 1: of the two, only 1 pays, .6 of its .6 / 3.
    const centred = { dim: 2, values: Float32Array.of(1, 0, 0.6, 0.8, 0, 0, 0, 0, -0.8, 0.6, 0, 0), centred: true };
    const one = new SlateSearch({ dataset, itemEncodings: centred, slateSize: 3, penalty: 0.6 });
    const mask = Uint8Array.of(1, 1, 0, 0, 1, 0);
    const found = one.fill(one.shortlist(values, mask), temper, []);
    expect([...found.items].sort()).toEqual([0, 1, 4]);
    expect(found.value).toBeCloseTo((0.9 + 0.8 + 0.6 - 0.6 * (0.6 / 3)) / 3, 6);
  });

  it("does not repeat by the rule in force, though it may serve the same categories elsewhere", () => {
    expect(best(0, [[0, 2, 4]]).items).toEqual([2, 0, 1]);
  });

  it("sets the rule aside where every item would repeat", () => {
    const mask = Uint8Array.of(2, 2, 2, 0, 0, 0);
    expect(best(0, [[1, 0, 0]], mask).items).toEqual([2, 0, 1]);
  });

  it("serves planned items before completing ones, and its value does not count the levels", () => {
    const mask = Uint8Array.of(0, 1, 1, 0, 0, 2);
    expect(best(0, [], mask)).toEqual({ items: [5, 1, 2], value: expect.closeTo((0.1 + 0.8 + 0.7) / 3, 6) });
  });

  it("leaves out a spared category", () => {
    expect(best(0, [], undefined, 0).items).toEqual([2, 4, 3]);
  });

  it("does not pass over planned items, neither to spare their category nor to avoid a repeat", () => {
    const mask = Uint8Array.of(2, 0, 1, 1, 2, 1);
    expect(best(0, [], mask, 0).items).toEqual([4, 0, 2]);
    expect(best(0, [[0, 4, 4]], mask).items).toEqual([4, 0, 2]);
    expect(best(0, [[0, 0, 0]], Uint8Array.of(2, 0, 1, 1, 0, 1)).items[0]).toBe(0);
  });

  it("refuses a mask without room for a slate", () => {
    expect(() => best(0, [], Uint8Array.of(2, 2, 0, 0, 0, 0))).toThrow("fewer than 3 items");
  });
});

it("knows how many slates patience allows", () => {
  expect(stepsLeft(temper, undefined)).toBe(20);
  expect(stepsLeft(temper, 1)).toBe(1);
  expect(stepsLeft(quitRule({ rule: "temper", stepCost: 3 }), 20)).toBe(7);
  expect(stepsLeft(quitRule({ rule: "window" }), undefined)).toBe(30);
  expect(stepsLeft(quitRule({ rule: "window" }), 4)).toBe(4);
});
