import { describe, expect, it } from "vitest";
import { LessonReader } from "../../../src/engine/planner/lessonReader.ts";
import { OfflinePlanner } from "../../../src/engine/planner/offline.ts";
import { interestIn, sessionOf, toyDataset } from "../simulator/toy.ts";

const names = ["Music", "Food", "Travel", "Music & dance", "Health"];
const toy = toyDataset(
  names.map((_, category) => [category]),
  [[[0, 1]]],
);
const dataset = { ...toy, categories: names.map((name, id) => ({ id, name })) };
const reader = new LessonReader(dataset);
const lesson = (text: string, i = 0) => ({ id: `r${i}`, text, score: 1 });

describe("a lesson read for its categories", () => {
  it.each([
    ["20 steps: favour Food (7/12 clicked) over Travel (0/7).", { Food: [12, 7], Travel: [7, 0] }],
    ["Clicked of shown in 3 visits, the best first: Food 30/40, Travel 1/9.", { Food: [40, 30], Travel: [9, 1] }],
    ["Show more food; avoid Travel and health.", { Food: [2, 2], Travel: [2, 0], Health: [2, 0] }],
    ["Never repeat Travel. Music keeps users.", { Travel: [2, 0], Music: [2, 2] }],
    // A name that holds another is one name; a name inside a word is none.
    ["Music & dance 3/4, travellers", { "Music & dance": [4, 3] }],
    // No count: more clicked than shown.
    ["Music around the clock, 24/7: Food 24/7", { Music: [2, 2], Food: [2, 2] }],
    // The capital is two letters long in lower case.
    ["İİİ: favour Food (7/12 clicked)", { Food: [12, 7] }],
    ["Rotate more.", {}],
  ] as const)("%s", (text, expected) => {
    const marks = [...reader.marks(text)].map(([category, { shown, clicked }]) => [names[category], [shown, clicked]]);
    expect(Object.fromEntries(marks)).toEqual(expected);
  });

  it("adds up what it says twice", () => {
    expect(reader.marks("Food 1/2, then Food 3/4").get(1)).toEqual({ shown: 6, clicked: 4 });
  });
});

describe("the planner that follows lessons", () => {
  const planner = new OfflinePlanner({
    dataset,
    interest: interestIn(dataset),
    strategy: "lessons",
    categoriesPerPlan: 2,
  });
  const named = (categories: readonly number[]) => categories.map((category) => names[category]);

  it("plans what lessons favour, and leaves out the last slate's categories", () => {
    const lessons = [
      lesson("favour Travel (9/10 clicked) over Music (0/10)"),
      lesson("favour Health (8/10 clicked)", 1),
    ];
    expect(named(planner.planFor(sessionOf([]), lessons).categories)).toEqual(["Travel", "Health"]);
    expect(named(planner.planFor(sessionOf([[2]]), lessons).categories)[0]).toBe("Health");
  });

  it("believes the visit more than the lessons as it goes on", () => {
    const visit = sessionOf([[2], [2], [2], [1]]);
    const liked = { ...visit, steps: visit.steps.map((step, t) => ({ ...step, feedback: [t === 3 ? 1 : 0] })) };
    // Travel was shown three times and never clicked.
    expect(
      named(planner.planFor(liked, [lesson("favour Travel (9/10 clicked) over Music (0/10)")]).categories),
    ).not.toContain("Travel");
  });

  it("knows nothing of the log: without lessons every visit begins elsewhere", () => {
    const plans = [0, 1, 2, 3, 4].map((key) => planner.planFor(sessionOf([], { key })).categories[0]);
    expect(new Set(plans).size).toBe(5);
  });
});
