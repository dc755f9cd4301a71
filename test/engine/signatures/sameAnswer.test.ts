/** The warning that a model's plans do not depend on the visit. */
import { describe, expect, it } from "vitest";
import { FailureWatch } from "../../../src/engine/signatures/failureSignatures.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import type { Episode, EpisodeStep } from "../../../src/protocol/run.ts";

type Plan = Partial<EpisodeStep["plan"]>;
const names = ["Dance", "Food", "Games", "Music", "News", "Pets", "Sport", "Travel", "Cars", "Art"];

interface Made {
  readonly plans: readonly Plan[];
  readonly historyLength?: number;
  /** What its slates showed; by default something of its own. */
  readonly shown?: string;
  readonly user?: string;
}

const visitsOf = (made: readonly Made[]): readonly Episode[] =>
  made.map(({ plans, historyLength = 5, shown, user = `u${made.length}` }, visit) => ({
    id: `s${visit}-0`,
    iteration: 1,
    slot: visit,
    user,
    historyLength,
    click: "is_click",
    steps: plans.map((plan, i) => ({
      plan: { categories: [0, 1, 2], source: "model", reflections: [], ...plan },
      items: [shown ?? `${visit}-${i}`],
      itemCategories: [[4]],
      feedback: [["is_click"]],
      probabilities: [0.5],
      reward: 1,
      repeated: false,
      patience: 9,
    })),
    tInt: plans.length,
    rCum: plans.length,
    rSin: 1,
    ended: "quit",
  }));

const warningsOf = (made: readonly Made[]) =>
  new FailureWatch()
    .observe({
      experiment: experimentSchema.parse({}),
      row: { iteration: 1, userSteps: 8, values: {} },
      reflections: [],
      episodes: visitsOf(made),
      nameOf: (category) => names[category] ?? "?",
    })
    .filter(({ code }) => code === "model.same-answer");

const same: Plan = {};
const varied = (i: number): Plan => ({ categories: [i % 10, (i + 3) % 10, (i * 7 + 1) % 10] });
const visits = (count: number, plans: (visit: number) => readonly Plan[]): readonly Made[] =>
  Array.from({ length: count }, (_, i) => ({ plans: plans(i), user: `u${i}` }));

describe("a model that answers the same whatever the visit", () => {
  it("is named at once, with the categories, how many plans of how many visits, and what to do", () => {
    const [warning, ...others] = warningsOf(visits(8, (i) => [same, same, i < 4 ? same : varied(i)]));
    expect(others).toEqual([]);
    expect(warning?.message).toMatch(
      /^This model answers the same whatever the visit: 20 of its 24 plans, in 8 different visits, are Dance, Food, Games\. .*another model.*planner\.temperature.*prompt shows the visit\.$/,
    );
    expect(warning?.evidence).toMatchObject({ plans: 24, same: 20, visits: 8, categories: [0, 1, 2] });
  });

  it("is one whatever the order of the categories", () => {
    expect(warningsOf(visits(4, (i) => [same, { categories: i % 2 ? [2, 1, 0] : [1, 2, 0] }]))).toHaveLength(1);
  });

  it.each([
    ["whose plans differ", visits(8, (i) => [varied(i), varied(i + 4)])],
    ["with a third of other plans", visits(8, (i) => [same, same, varied(i + 4)])],
    ["of which few plans are known", visits(4, () => [same]).slice(0, 7)],
    ["with few visits", visits(3, () => [same, same, same])],
    ["that was not asked", visits(8, () => [{ source: "offline" }, { source: "offline" }])],
    ["whose plans were kept", visits(4, () => [same, { source: "reused" }, { source: "reused" }])],
    ["asked of visits of which nothing is known", visits(9, () => [same]).map((one) => ({ ...one, historyLength: 0 }))],
    [
      "asked the same again and again",
      visits(9, () => [same, same]).map((one) => ({ ...one, user: "u", shown: "a", historyLength: 0 })),
    ],
  ])("is none %s", (_, made) => {
    expect(warningsOf(made)).toEqual([]);
  });
});

describe("one reply that is of use in no visit", () => {
  const useless = (reply: string): Plan => ({
    source: "fallback",
    unusable: { cause: "it repeats the example of the prompt", reply },
  });

  it("is told with the reply and why it is none", () => {
    const [warning, ...others] = warningsOf(visits(8, (i) => [useless('{"categories": [1, 2]}'), varied(i)]));
    expect(others).toEqual([]);
    expect(warning?.message).toMatch(
      /^The same reply for 8 visits could not be used: it repeats the example of the prompt\. It answered: .*categories.* The stand-in planned in its place\. /,
    );
    expect(warning?.evidence).toMatchObject({ visits: 8, ofVisits: 8 });
  });

  it.each([
    ["the replies differ", visits(8, (i) => [useless(`no ${i}`)])],
    ["there was no reply: the server failed", visits(8, () => [useless("")])],
    ["few of the visits had it", visits(9, (i) => [i < 4 ? useless("no") : varied(i)])],
    ["there are few visits", visits(3, () => [useless("no")])],
  ])("is not where %s", (_, made) => {
    expect(warningsOf(made)).toEqual([]);
  });
});
