import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CategoryReading } from "../../../src/engine/data/categoryItems.ts";
import { maskReading } from "../../../src/engine/data/categoryItems.ts";
import { categoriesOf, primaryCategory } from "../../../src/engine/data/dataset.ts";
import { type CategoryMaskOptions, CategoryMasks } from "../../../src/engine/planner/mask.ts";
import { OfflinePlanner } from "../../../src/engine/planner/offline.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { interestIn, latentDataset, sessionOf, toyDataset } from "../simulator/toy.ts";

/** Items 0 .. 5 have the categories 0, 0, 1, 1 and 2, 2 and 0, 3. */
const dataset = toyDataset([[0], [0], [1], [1, 2], [2, 0], [3]], [[[0, 1]]]);

function masks(options: Partial<CategoryMaskOptions> = {}, reading: CategoryReading = "any"): CategoryMasks {
  const data = options.dataset ?? dataset;
  return new CategoryMasks({
    dataset: data,
    interest: interestIn(data, reading),
    slateSize: 2,
    categoryZero: "selectable",
    ...options,
  });
}

const session = sessionOf([]);

describe("the mask of a plan", () => {
  it("allows an item if any of its categories is planned where all of them count, category 0 as any other", () => {
    expect(masks().build(session, [0])).toEqual({
      mask: Uint8Array.of(2, 2, 0, 0, 2, 0),
      allowed: 3,
      event: undefined,
    });
    expect(masks().build(session, [2])).toEqual({
      mask: Uint8Array.of(0, 0, 0, 2, 2, 0),
      allowed: 2,
      event: undefined,
    });
    expect(masks().build(session, [1, 2]).mask).toEqual(Uint8Array.of(0, 0, 2, 2, 2, 0));
  });

  it("allows by the first category alone where only that counts", () => {
    const primary = masks({}, "primary");
    expect(primary.build(session, [0]).mask).toEqual(Uint8Array.of(2, 2, 0, 0, 0, 0));
    expect(primary.build(session, [1, 2]).mask).toEqual(Uint8Array.of(0, 0, 2, 2, 2, 0));
    expect(primary.build(session, [2])).toMatchObject({ allowed: 1, event: "plan.thin" });
  });

  it("never ranks or completes by a category that is nobody's first where only that counts", () => {
    // Category 1 is second to items 0 and 1 only.
    const second = toyDataset([[0, 1], [0, 1], [2], [2]], [[[0, 1]]]);
    expect(interestIn(second, "primary").rank(session)).not.toContain(1);
    expect(interestIn(second, "any").rank(session)).toContain(1);
    expect(masks({ dataset: second }, "primary").build(session, [1])).toMatchObject({ event: "plan.empty" });
  });

  it("completes a thin plan from the user's next best categories, one level below", () => {
    const { mask, allowed, event } = masks().build(session, [3]);
    const [best] = interestIn(dataset)
      .rank(session)
      .filter((category) => category !== 3);
    expect({ allowed, event }).toEqual({ allowed: 1, event: "plan.thin" });
    for (let item = 0; item < 6; item++) {
      const expected = item === 5 ? 2 : categoriesOf(dataset, item).includes(best ?? -1) ? 1 : 0;
      expect(mask?.[item]).toBe(expected);
    }
  });

  it("allows everything when the plan is empty", () => {
    expect(masks().build(session, [])).toEqual({ mask: undefined, allowed: 0, event: "plan.empty" });
  });

  it("never selects category 0 for the reference, but fills a slate with it if nothing else is left", () => {
    const reference = masks({ categoryZero: "never" });
    expect(reference.build(session, [0, 3]).mask?.subarray(0, 2)).toEqual(Uint8Array.of(0, 0));
    expect(reference.build(session, [0])).toMatchObject({ mask: undefined, event: "plan.empty" });
    const wide = masks({ categoryZero: "never", slateSize: 6 }).build(session, [1, 2, 3]);
    expect(wide).toMatchObject({ mask: Uint8Array.of(1, 1, 2, 2, 2, 2), event: "plan.thin" });
  });

  it("always leaves room for a slate and never allows an item outside plan and completion", () => {
    const data = latentDataset();
    const all = masks({ dataset: data, slateSize: 6 });
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 6 }), (categories) => {
        const { mask, allowed, event } = all.build(session, categories);
        if (!mask) throw new Error("no mask");
        const planned = (item: number): boolean => categoriesOf(data, item).some((c) => categories.includes(c));
        for (const [item, level] of mask.entries()) expect(level === 2).toBe(planned(item));
        expect(mask.filter((level) => level === 2)).toHaveLength(allowed);
        expect(mask.filter((level) => level > 0).length).toBeGreaterThanOrEqual(6);
        expect(mask.includes(1)).toBe(event === "plan.thin");
      }),
    );
  });

  it("never lets a plan without the last slate's categories repeat one, whatever is served from it", () => {
    const data = latentDataset();
    const allowed = masks({ dataset: data, slateSize: 6 }, "primary");
    const planner = new OfflinePlanner({
      dataset: data,
      interest: interestIn(data, "primary"),
      strategy: "top-interest",
      categoriesPerPlan: 4,
    });
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(data.items - 1), { minLength: 6, maxLength: 6 }), (served) => {
        const before = sessionOf([served], { user: 3 });
        const { categories } = planner.planFor(before);
        const last = new Set(served.map((item) => primaryCategory(data, item)));
        fc.pre(!categories.some((category) => last.has(category)));
        const { mask } = allowed.build(before, categories);
        const planned = [...(mask ?? []).entries()].filter(([, level]) => level === 2).map(([item]) => item);
        for (const item of planned) expect(last.has(primaryCategory(data, item))).toBe(false);
      }),
    );
  });
});

describe("what a planned category allows", () => {
  const reading = (planner: object, quit: object = {}) =>
    maskReading(experimentSchema.parse({ planner, simulator: { quit: { rule: "temper", ...quit } } }));

  it("follows the quit rule unless it is set", () => {
    expect(reading({})).toBe("primary");
    expect(reading({}, { categories: "any" })).toBe("any");
    expect(reading({ mask: "any" })).toBe("any");
    expect(reading({ mask: "primary" }, { categories: "any" })).toBe("primary");
  });
});
