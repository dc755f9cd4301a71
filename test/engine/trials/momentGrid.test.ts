import { describe, expect, it } from "vitest";
import { MomentGrid } from "../../../src/engine/trials/momentGrid.ts";
import type { Assertions, Moments } from "../../../src/protocol/moments.ts";
import type { CellRow } from "../../../src/protocol/trial/cell.ts";
import type { TrialResult } from "../../../src/protocol/trial/result.ts";
import { categories, cell, type MadeCell, momentsOf } from "./cells.ts";

const NO_VISITS: TrialResult = {
  n: 0,
  contenders: ["as it is", "shorter"].map((name) => ({
    name,
    rCum: 0,
    expected: 0,
    tInt: 0,
    rSin: 0,
    repeats: 0,
    calls: 0,
    tokens: 0,
  })),
  pairs: [],
};

function gridOf(moments: Moments, repeats: number, cells: readonly CellRow[]): MomentGrid {
  const grid = new MomentGrid({ moments, contenders: 2, repeats, categories });
  for (const row of cells) grid.add(row);
  return grid;
}

const cellsOf = (moments: Moments, repeats: number, cells: readonly CellRow[], rewardAStep?: number) =>
  gridOf(moments, repeats, cells)
    .grid(rewardAStep)
    .moments.map((moment) => moment.cells);

/** The baseline's plans at as many repeats. */
const repeated = (moment: string, ...made: readonly MadeCell[]): readonly CellRow[] =>
  made.map((one, repeat) => cell({ moment, repeat, ...one }));

const MUSIC: Assertions = { includes: ["Music"] };
const two = momentsOf(undefined, { m: MUSIC, n: MUSIC });

describe("the grid of moments and contenders", () => {
  it("counts repeats, those that pass, different plans, and each reason once", () => {
    const [[own, other] = []] = cellsOf(
      two,
      4,
      repeated("m", {}, { categories: [5] }, { categories: [2, 1] }, { categories: [5] }),
    );
    expect(own).toMatchObject({
      planned: 4,
      passed: 2,
      different: 3,
      plan: ["Music", "Sport"],
      why: ["without Music"],
    });
    expect(other).toEqual({ planned: 0, passed: 0, different: 0, plan: [], why: [] });
  });

  it("judges the first plan as a plan, in words and by names; not the stand-in's", () => {
    const facts = { different: 2, unknown: 1, fromLast: [2, 9], clicked: 3, kept: 1 };
    const [[own] = []] = cellsOf(two, 2, repeated("m", { facts }, {}));
    expect(own?.about).toBe("2 different, 1 unknown · 2 from the last slate: Sport, Category 9 · keeps 1 of 3 clicked");
    const [[other] = []] = cellsOf(two, 1, repeated("m", {}));
    expect(other).not.toHaveProperty("about");
  });

  it("has the share of plans that pass, and of moments that pass every time", () => {
    const cells = [...repeated("m", {}, {}, {}), ...repeated("n", {}, { categories: [5] }, {})];
    const { contenders } = gridOf(two, 3, cells).joined(NO_VISITS, 0);
    expect(contenders[0]).toMatchObject({ name: "as it is", pass: 5 / 6, passAll: 1 / 2 });
    expect(contenders[1]).not.toHaveProperty("pass");
  });

  it("tells where the model was of no use, as long as visits do not", () => {
    const unusable = { cause: "no JSON object in the reply", reply: "" };
    const grid = gridOf(two, 1, [cell(), cell({ moment: "n", unusable })]);
    expect(grid.joined(NO_VISITS, 0).contenders[0]).toMatchObject({ pass: 1 / 2, fallbackPlans: 1 / 2 });
    const [visited] = grid.joined({ ...NO_VISITS, n: 16 }, 0).contenders;
    expect(visited).not.toHaveProperty("fallbackPlans");
  });

  it("has no share of what was not planned yet", () => {
    const grid = gridOf(two, 2, repeated("m", {}));
    expect(grid.passShares(grid.grid(undefined), 0)).toEqual({ pass: 1, passAll: 1 });
    expect(grid.planned).toBe(1);
    expect(grid.has({ contender: 0, moment: "m", repeat: 0 })).toBe(true);
    expect(grid.has({ contender: 0, moment: "m", repeat: 1 })).toBe(false);
  });

  it("asks of a moment what is asked of all, but for what it says itself", () => {
    const asked = momentsOf({ size: { max: 1 }, excludes: ["Sport"] }, { m: { size: { max: 2 } }, n: {} });
    const [[m] = [], [n] = []] = cellsOf(asked, 1, [cell({ moment: "m" }), cell({ moment: "n" })]);
    expect(m?.why).toEqual(["with Sport"]);
    expect(n?.why).toEqual(["2 categories, more than 1", "with Sport"]);
  });

  it("refuses a category that there is not, and says where", () => {
    expect(() => gridOf(momentsOf({ includes: ["Musik"] }, {}), 1, [])).toThrow('expect: there is no category "Musik"');
    expect(() => gridOf(momentsOf({}, { tired: { excludes: [77] } }), 1, [])).toThrow(
      'Moment "tired": there is no category 77',
    );
  });

  it("is the same in whatever order plans arrive, to the last digit", () => {
    const moments = momentsOf({ planValue: { min: 0, relative: true } }, { m: {}, n: {} });
    const values = [0.1, 0.2, 0.3, 0.7, 0.15, 0.6];
    const cells = ["m", "n"].flatMap((moment, i) =>
      values.map((inPlan, j) =>
        cell({ moment, contender: j % 2, repeat: Math.floor(j / 2), inPlan: inPlan * (i + 1.1), stepsLost: j % 3 }),
      ),
    );
    const expected = gridOf(moments, 3, cells).joined(NO_VISITS, 0);
    const orders = [[...cells].reverse(), [...cells.slice(5), ...cells.slice(0, 5)]];
    for (const order of orders) expect(gridOf(moments, 3, order).joined(NO_VISITS, 0)).toEqual(expected);
  });
});

describe("what a plan in the grid is worth", () => {
  const moments = momentsOf({ planValue: { min: -0.05, relative: true } }, { m: {} });
  const cells = [cell({ inPlan: 0.5 }), cell({ contender: 1, inPlan: 0.6, stepsLost: 2 })];
  const valuesOf = (rewardAStep?: number) => cellsOf(moments, 1, cells, rewardAStep)[0]?.map((one) => one.planValue);

  it("is its best slate, less a visit's mean reward for each step that its repeats cost", () => {
    expect(valuesOf(0.25)).toEqual([0.5, 0.6 - 2 * 0.25]);
  });

  it("costs what the baseline's best slates give where there are no visits", () => {
    expect(valuesOf()).toEqual([0.5, 0.6 - 2 * 0.5]);
    const [, worse] = gridOf(moments, 1, cells).joined(NO_VISITS, 0).grid?.moments[0]?.cells ?? [];
    expect(worse?.why).toEqual(["plan value -0.900 from the baseline's, below -0.05"]);
  });

  it("is held against the baseline's at the same repeat, once that is there", () => {
    const rows = [
      cell({ contender: 1, repeat: 0, inPlan: 0.4 }),
      cell({ contender: 1, repeat: 1, inPlan: 0.4 }),
      cell({ repeat: 0, inPlan: 0.4 }),
    ];
    const passed = (...more: readonly CellRow[]) => cellsOf(moments, 2, [...rows, ...more], 0.5)[0]?.[1]?.passed;
    expect(passed()).toBe(2);
    expect(passed(cell({ repeat: 1, inPlan: 0.9 }))).toBe(1);
  });
});
