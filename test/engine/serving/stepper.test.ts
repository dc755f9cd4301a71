import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { categoriesOf } from "../../../src/engine/data/dataset.ts";
import type { Plan, PlanRequest } from "../../../src/engine/planner/planner.ts";
import { RandomPolicy } from "../../../src/engine/policy/baselines/random.ts";
import { type ServedStep, Stepper, stepperStateSchema } from "../../../src/engine/serving/stepper.ts";
import type { ExperimentInput } from "../../../src/protocol/experiment.ts";
import { clickData, clickEnvironment, clickExperiment, clickWorld, plannerOf, planOf } from "./clickWorld.ts";

const never = new AbortController().signal;

interface Setting {
  readonly simulator?: ExperimentInput["simulator"];
  /** Null: nobody plans. */
  readonly plan?: ((request: PlanRequest) => Plan) | null;
  readonly replanEvery?: () => number;
  readonly sampleReflections?: () => readonly { readonly id: string; readonly text: string; readonly score: number }[];
}

function stepping(setting: Setting = {}) {
  const experiment = clickExperiment(setting.simulator ? { simulator: setting.simulator } : {});
  const world = clickWorld(experiment);
  const environment = clickEnvironment(experiment, world);
  const asked: PlanRequest[][] = [];
  const { plan = () => planOf([0, 1, 2, 3]) } = setting;
  const inner = plan && plannerOf(plan);
  const planner = inner && {
    ...inner,
    plan: (requests: readonly PlanRequest[], signal: AbortSignal) => {
      asked.push([...requests]);
      return inner.plan(requests, signal);
    },
  };
  const opened: string[] = [];
  const policy = new RandomPolicy(clickData.items, 2, 1);
  policy.open = ({ slot, number }) => opened.push(`s${slot}-${number}`);
  const stepper = new Stepper({
    dataset: clickData,
    environment,
    planner: planner ?? undefined,
    masks: world.masks,
    policy,
    mode: "sample",
    sampleReflections: setting.sampleReflections ?? (() => []),
    replanEvery: setting.replanEvery ?? (() => 1),
  });
  const begin = () => {
    environment.reset();
    stepper.open();
  };
  return { stepper, environment, asked, opened, begin };
}

const one = { users: 1, quit: { rule: "temper", initialTemper: 100 } } as const;
const shownIn = ({ result }: ServedStep): number[] =>
  (result.session.steps.at(-1)?.items ?? []).flatMap((item) => [...categoriesOf(clickData, item)]);

/** The steps of the first session, one after the other. */
async function steps(stepper: Stepper, count: number): Promise<(ServedStep & { readonly shown: number[] })[]> {
  const served: (ServedStep & { readonly shown: number[] })[] = [];
  for (let t = 0; t < count; t++) {
    const [first] = await stepper.step(never);
    if (first) served.push({ ...first, shown: shownIn(first) });
  }
  return served;
}

describe("a step", () => {
  it("settles what its plans are made with before they are asked for", async () => {
    let samples = 0;
    const sampleReflections = () => {
      samples++;
      return [{ id: `r${samples}`, text: "Vary.", score: 1 }];
    };
    const { stepper, asked, begin } = stepping({ sampleReflections });
    begin();
    const requests = stepper.prepare();
    expect(requests.map(({ reflections }) => reflections.map(({ id }) => id))).toEqual([["r1"], ["r2"]]);
    expect(asked).toEqual([]);
    await stepper.plan(requests, never);
    expect(samples).toBe(2);
    expect(asked).toEqual([requests]);
    expect(stepper.serve().map(({ plan }) => plan.reflections)).toEqual([["r1"], ["r2"]]);
  });

  it("serves every session what its own plan allows", async () => {
    const { stepper, begin } = stepping({ plan: ({ session }) => planOf([session.slot]) });
    begin();
    for (let t = 0; t < 5; t++) {
      const served = await stepper.step(never);
      expect(served.map(shownIn)).toEqual([
        [0, 0],
        [1, 1],
      ]);
      expect(served.map(({ plan }) => plan.categories)).toEqual([[0], [1]]);
    }
  });

  it("asks nobody and samples nothing where nobody plans", async () => {
    let samples = 0;
    const sampleReflections = () => {
      samples++;
      return [];
    };
    const { stepper, begin } = stepping({ simulator: one, plan: null, sampleReflections });
    begin();
    const served = await steps(stepper, 30);
    expect(samples).toBe(0);
    expect(served[0]?.plan).toEqual({ categories: [], source: "none", reflections: [], event: undefined });
    expect(new Set(served.flatMap(({ shown }) => shown)).size).toBe(5);
  });

  it("completes a thin plan and forgets an empty one, and says so", async () => {
    const plans = [planOf([4]), planOf([]), planOf([0])];
    const { stepper, begin } = stepping({
      simulator: one,
      plan: ({ session }) => plans[session.steps.length] ?? planOf([]),
    });
    begin();
    const [thin, empty, whole] = await steps(stepper, 3);
    expect([thin, empty, whole].map((step) => step?.plan.event)).toEqual(["plan.thin", "plan.empty", undefined]);
    expect(thin?.shown[0]).toBe(4);
    expect(thin?.shown[1]).not.toBe(4);
    expect(empty?.result.session.steps[1]?.items).toHaveLength(2);
  });

  it("opens what takes the place of a session that ended", async () => {
    const { stepper, opened, begin } = stepping({
      simulator: { users: 2, quit: { rule: "temper", initialTemper: 2 } },
    });
    begin();
    expect(opened).toEqual(["s0-0", "s1-0"]);
    for (let t = 0; t < 3; t++) await stepper.step(never);
    expect(opened.slice(2)).toContain("s0-1");
    expect(new Set(opened).size).toBe(opened.length);
  });
});

describe("a plan that is kept", () => {
  it("is asked for every n-th step, and is new once", async () => {
    const { stepper, asked, begin } = stepping({
      simulator: one,
      replanEvery: () => 3,
      plan: ({ session }) => planOf([0, 1, 2], { callId: `call-${session.steps.length}` }),
    });
    begin();
    const served = await steps(stepper, 7);
    expect(asked.length).toBe(3);
    const of = served.map(({ plan }) => [plan.source, plan.callId, plan.made !== undefined]);
    expect(of).toEqual([
      ["model", "call-0", true],
      ["reused", "call-0", false],
      ["reused", "call-0", false],
      ["model", "call-3", true],
      ["reused", "call-3", false],
      ["reused", "call-3", false],
      ["model", "call-6", true],
    ]);
  });

  it("leaves out what was just shown", async () => {
    const { stepper, begin } = stepping({ simulator: one, replanEvery: () => 4 });
    begin();
    const served = await steps(stepper, 40);
    for (const [t, { plan, shown }] of served.entries()) {
      expect(plan.categories).toEqual([0, 1, 2, 3]);
      for (const category of shown) expect(plan.categories).toContain(category);
      if (plan.source !== "reused") continue;
      // Four categories, of which the last slate showed two at most: two at least are left.
      for (const category of shown) expect(served[t - 1]?.shown).not.toContain(category);
    }
  });

  it("stands whole where fewer than two categories would be left", async () => {
    const { stepper, begin } = stepping({ simulator: one, replanEvery: () => 50, plan: () => planOf([0, 1]) });
    begin();
    const served = await steps(stepper, 20);
    const repeats = served.filter(({ shown }, t) => t > 0 && shown.some((c) => served[t - 1]?.shown.includes(c)));
    expect(repeats.length).toBeGreaterThan(0);
    for (const { shown } of served) for (const category of shown) expect([0, 1]).toContain(category);
  });

  it("follows a change of how long plans are kept at the next step", async () => {
    let replanEvery = 10;
    const { stepper, asked, begin } = stepping({ simulator: one, replanEvery: () => replanEvery });
    begin();
    await steps(stepper, 3);
    expect(asked.length).toBe(1);
    replanEvery = 3;
    await steps(stepper, 1);
    expect(asked.length).toBe(2);
  });

  it("ends with its session", async () => {
    const { stepper, asked, begin } = stepping({
      simulator: { users: 1, quit: { rule: "temper", initialTemper: 2, repeatCost: 0 } },
      replanEvery: () => 10,
    });
    begin();
    const served = await steps(stepper, 4);
    expect(asked.flat().map(({ session }) => session.number)).toEqual([0, 1]);
    expect(served.map(({ plan }) => plan.source)).toEqual(["model", "reused", "model", "reused"]);
    expect(served[2]?.plan).not.toHaveProperty("previous");
  });
});

describe("the plan before", () => {
  it("stands beside a new plan of the same session, and beside no kept one", async () => {
    const { stepper, begin } = stepping({
      simulator: one,
      replanEvery: () => 2,
      plan: ({ session }) => planOf([session.steps.length % 4, 3]),
    });
    begin();
    const served = await steps(stepper, 5);
    expect(served.map(({ plan }) => plan.previous)).toEqual([undefined, undefined, [0, 3], undefined, [2, 3]]);
  });
});

describe("a stepper that comes back", () => {
  it("serves what it would have served", async () => {
    const drawn = fc.record({
      replanEvery: fc.integer({ min: 1, max: 5 }),
      initialTemper: fc.integer({ min: 1, max: 6 }),
      before: fc.integer({ min: 0, max: 7 }),
    });
    await fc.assert(
      fc.asyncProperty(drawn, async ({ replanEvery, initialTemper, before }) => {
        const setting: Setting = {
          simulator: { users: 3, quit: { rule: "temper", initialTemper } },
          replanEvery: () => replanEvery,
          plan: ({ session }) => planOf([session.steps.length % 4, (session.slot + 1) % 4, 4]),
          sampleReflections: () => [{ id: "r1", text: "Vary.", score: 1 }],
        };
        const whole = stepping(setting);
        whole.begin();
        for (let t = 0; t < before; t++) await whole.stepper.step(never);
        const state = JSON.parse(JSON.stringify(whole.stepper.state()));
        const resumed = stepping(setting);
        resumed.environment.restore(JSON.parse(JSON.stringify(whole.environment.state())));
        resumed.stepper.restore(stepperStateSchema.parse(state));
        resumed.stepper.open();
        for (let t = 0; t < 6; t++) {
          const expected = structuredClone(await whole.stepper.step(never));
          expect(structuredClone(await resumed.stepper.step(never))).toEqual(expected);
        }
        expect(resumed.stepper.state()).toEqual(whole.stepper.state());
      }),
      { numRuns: 20, seed: 3 },
    );
  });
});
