/** Plans judged as plans: hand-computed cases, from finished visits and from sessions under way. */
import { describe, expect, it } from "vitest";
import { askedPlan, PlanJudge, type PlanSetting, planFacts, plansOf } from "../../../src/engine/metrics/planQuality.ts";
import type { Plan } from "../../../src/engine/planner/planner.ts";
import { PlanParser } from "../../../src/engine/planner/planParsing.ts";
import { EpisodeRecorder } from "../../../src/engine/training/episodes.ts";
import { planQualityText, planSentence } from "../../../src/protocol/run/planWords.ts";
import type { Episode, EpisodeStep } from "../../../src/protocol/run.ts";
import { sessionOf, smallDataset, step } from "../simulator/smallWorld.ts";

type Given = Partial<EpisodeStep["plan"]>;

/** A step: its plan, the categories of the items served, and which of them were clicked. */
type Made = readonly [plan: Given, shown?: readonly (readonly number[])[], clicked?: readonly number[]];

const setting: PlanSetting = { candidates: [3, 4, 9, 5, 6, 7, 20, 21, 22, 23], reading: "any" };

function visit(steps: readonly Made[], historyLength = 2): Episode {
  return {
    id: "s0-1",
    iteration: 1,
    slot: 0,
    user: "u",
    historyLength,
    click: "is_click",
    steps: steps.map(([plan, shown = [], clicked = []]) => ({
      plan: { categories: [9, 3], source: "model", reflections: [], invalidReplies: 0, ...plan },
      items: shown.map((_, i) => `v${i}`),
      itemCategories: shown.map((categories) => [...categories]),
      feedback: shown.map((_, i) => (clicked.includes(i) ? ["is_click"] : ["is_like"])),
      probabilities: shown.map(() => 0.5),
      reward: 0,
      repeated: false,
      patience: 9,
    })),
    tInt: steps.length,
    rCum: 0,
    rSin: 0,
    ended: "quit",
  };
}

const asked = (visits: readonly Episode[], by = setting) => visits.flatMap((visit) => plansOf(visit, by));

function judgedBy(by: PlanSetting, ...visits: readonly Episode[]) {
  const judge = new PlanJudge(by);
  for (const plan of asked(visits, by)) judge.add(plan);
  return judge.quality;
}
const judged = (...visits: readonly Episode[]) => judgedBy(setting, ...visits);

const standIn = (cause: string, invalidReplies = 2): Given => ({
  source: "fallback",
  invalidReplies,
  unusable: { cause, reply: "no" },
});
const problemOf = (reply: string): string => {
  const parser = new PlanParser([1, 2, 3, 4].map((id) => ({ id, name: "" })));
  parser.setPrompt('For example {"categories": [1, 2]}');
  const parsed = parser.parse(reply, "stop");
  return "problem" in parsed ? parsed.problem : "";
};

describe("usable plans", () => {
  it("are the model's own; a further question is one that was asked", () => {
    const visits = visit([
      [{}],
      [{ invalidReplies: 1 }],
      [standIn("it is empty")],
      // Cut off: nothing further was asked.
      [standIn("it was cut off", 1)],
      [{ source: "reused" }],
    ]);
    expect(judged(visits)).toMatchObject({ plans: 4, usable: 2 / 4, askedAgain: 2 / 4 });
  });

  it("are not told of a planner without a model, nor of visits without plans", () => {
    const offline = judged(visit([[{ source: "offline", categories: [3, 4, 9] }]]));
    expect(offline).toEqual({ plans: 1, different: 3 });
    expect(judged(visit([[{ source: "none" }]]))).toBeUndefined();
  });

  it("say nothing of questions where a visit of an early version did not keep them", () => {
    const now = visit([[{}]]);
    const steps = now.steps.map(({ plan: { invalidReplies: _, ...plan }, ...rest }) => ({ ...rest, plan }));
    const quality = judged({ ...now, steps });
    expect(quality).toMatchObject({ usable: 1 });
    expect(quality).not.toHaveProperty("askedAgain");
  });
});

describe("what a plan chooses", () => {
  it("leaves out what the stand-in chose", () => {
    expect(judged(visit([[{ categories: [9, 3, 20, 21] }], [{ ...standIn("no"), categories: [3] }]]))).toMatchObject({
      different: 4,
    });
  });

  it("is measured against the last slate: what a plan should leave out, by the reading in force", () => {
    const steps: Made[] = [[{ categories: [9, 3] }, [[3, 20], [4]]], [{ categories: [20, 9, 4, 7] }, [[22]]], [{}]];
    expect(judged(visit(steps))?.fromLast).toBe((2 / 4 + 0) / 2);
    expect(judgedBy({ ...setting, reading: "primary" }, visit(steps))?.fromLast).toBe((1 / 4 + 0) / 2);
    expect(judged(visit([[{}, [[3]]]]))).not.toHaveProperty("fromLast");
  });

  it("keeps what was clicked in the last five slates and not shown by the last: first categories of the items", () => {
    const steps: Made[] = [
      [{}, [[20]], [0]],
      [{}, [[9, 21], [4], [5]], [0, 1]],
      [{}, [[4], [6]], [1]],
      [{ categories: [9, 7] }],
    ];
    // Before the third plan 20 is left, before the fourth 20 and 9, of which it keeps one.
    expect(judged(visit(steps))?.keptClicked).toBe((0 / 1 + 1 / 2) / 2);
    const long: Made[] = [[{}, [[20]], [0]], ...Array.from({ length: 5 }, (): Made => [{}, [[4]]]), [{}]];
    const [, , , , , fifth, sixth] = asked([visit(long)]);
    expect([...(fifth?.clicked ?? [])]).toEqual([20]);
    expect([...(sixth?.clicked ?? [])]).toEqual([]);
  });

  it.each([
    ["the list's first ones in its order", [3, 4, 9, 5], 1],
    ["ids in a row", [20, 21, 22], 1],
    ["the same in another order", [4, 3, 9, 5], 0],
    ["too few to tell", [3, 4], 0],
  ])("is copied where it is %s", (_, categories, copied) => {
    expect(judged(visit([[{ categories }]]))?.copied).toBe(copied);
    expect(judged(visit([[{ categories, source: "offline" }]]))).not.toHaveProperty("copied");
  });

  it("is copied too where the reply repeats the prompt's example, which is no plan", () => {
    const example = problemOf('{"categories": [1, 2]}');
    const other = problemOf("no");
    expect([example, other].includes("")).toBe(false);
    const visits = visit([[standIn(example)], [standIn(other)], [{}], [{}]]);
    expect(judged(visits)?.copied).toBe(1 / 4);
  });
});

describe("sameness", () => {
  const one = (...categories: number[]): Made => [{ categories }, [[1]]];

  it("is the overlap of neighbouring visits' plans for the same step", () => {
    const visits = [visit([one(3, 4), one(9, 5)]), visit([one(3, 4), one(5, 6)]), visit([one(3, 4)])];
    expect(judged(...visits)?.sameness).toBe((1 + 1 / 3 + 1) / 3);
  });

  it("leaves out first plans where nothing is known of the user, and needs two visits", () => {
    const visits = [visit([one(3, 4), one(9, 5)], 0), visit([one(3, 4), one(6, 7)], 0)];
    expect(judged(...visits)?.sameness).toBe(0);
    expect(judged(visit([one(3, 4), one(3, 4)]))).not.toHaveProperty("sameness");
  });

  it("goes on from a checkpoint as if nothing had happened", () => {
    const plans = asked([visit([one(3, 4), one(9, 5)]), visit([one(3, 9), one(5, 6)])]);
    const whole = new PlanJudge(setting);
    for (const plan of plans) whole.add(plan);
    const first = new PlanJudge(setting);
    for (const plan of plans.slice(0, 3)) first.add(plan);
    const second = new PlanJudge(setting);
    second.restore(JSON.parse(JSON.stringify(first.state())));
    for (const plan of plans.slice(3)) second.add(plan);
    expect(second.quality).toEqual(whole.quality);
  });
});

describe("a plan for a session under way", () => {
  it("is judged as in the finished visit", () => {
    const dataset = { ...smallDataset(), feedbackTypes: ["is_click"] };
    const steps = [step([0, 5], [1, 1]), step([1, 2], [0, 1]), step([3, 4], [1, 0])];
    const session = sessionOf(steps);
    const plan: Plan = { categories: [0, 3], source: "model", unknownIds: 0, invalidReplies: 1 };
    const recorder = new EpisodeRecorder(dataset, dataset.feedbackTypes);
    const planInForce = { ...plan, reflections: [], event: undefined, made: plan };
    let episode: Episode | undefined;
    for (const i of steps.keys()) {
      const soFar = { ...session, steps: session.steps.slice(0, i + 1) };
      const ended = i === steps.length - 1 && { finished: { session: soFar, ended: "quit" as const } };
      const result = { session: soFar, reward: 0, expectedReward: 0, terminated: true, truncated: false };
      episode = recorder.record({ result: { ...result, next: undefined, ...ended }, plan: planInForce }, 1);
    }
    const known = { known: true };
    expect(steps.map((_, i) => ({ ...askedPlan(dataset, session, plan, setting, i), ...known }))).toEqual(
      episode && plansOf(episode, setting).map((one) => ({ ...one, ...known })),
    );
    expect(askedPlan(dataset, session, plan, setting, 0).last).toBeUndefined();
    expect(askedPlan(dataset, session, plan, setting).step).toBe(3);
  });
});

describe("one plan in words", () => {
  const named = (id: number): string => `c${id}`;
  const sentence = (steps: readonly Made[], unknown = 0): string => {
    const plan = asked([visit(steps)]).at(-1);
    return plan ? planSentence(planFacts(plan, setting, unknown), named) : "";
  };

  it("says how many, what is repeated, what is kept, and what is copied", () => {
    const before: Made[] = [
      [{}, [[20], [21], [22]], [0, 1, 2]],
      [{}, [[5], [6]]],
    ];
    expect(sentence([...before, [{ categories: [20, 9, 5, 21, 7, 3] }]], 2)).toBe(
      "6 different, 2 unknown · 1 from the last slate: c5 · keeps 2 of 3 clicked",
    );
    expect(sentence([[{ categories: [3, 4, 9] }]])).toBe("3 different · is the list's first 3");
    expect(sentence([[{}, [[20]]], [{ categories: [21, 22, 23] }]])).toBe(
      "3 different · none from the last slate · is ids in a row",
    );
  });
});

describe("a planner's plans in words", () => {
  it("are told where a model planned", () => {
    expect(planQualityText({ plans: 9, usable: 0.996, different: 6.125, sameness: 1 })).toBe(
      "99.6 % usable, 6.1 categories, 100 % same over visits",
    );
    expect(planQualityText({ plans: 9, different: 6 })).toBeUndefined();
    expect(planQualityText(undefined)).toBeUndefined();
  });
});
