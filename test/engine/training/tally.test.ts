import { describe, expect, it } from "vitest";
import { ReflectionPool } from "../../../src/engine/critic/reflectionPool.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { itemNovelty } from "../../../src/engine/metrics/sessionMetrics.ts";
import type { PlanInForce, ServedStep } from "../../../src/engine/serving/stepper.ts";
import type { Session, SessionStep } from "../../../src/engine/simulator/session.ts";
import { IterationTally } from "../../../src/engine/training/tally.ts";
import { fidelityChoice } from "../../../src/protocol/experiment/fidelity.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { planOf } from "../serving/clickWorld.ts";
import { toyDataset } from "../simulator/toy.ts";

/** Four items of categories 0, 0, 1 and 1. */
const dataset = toyDataset([[0], [0], [1], [1]], [[[0, 1]]]);
// Items of one category point the same way, the others at a right angle.
const itemEncodings = { dim: 2, values: Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1) };
const { fidelity, reflections } = experimentSchema.parse({});

function tallying() {
  const pool = new ReflectionPool(reflections, new RandomStream(1, "pool"));
  const diversity = { dataset, itemEncodings, novelty: itemNovelty(dataset) };
  const tally = new IterationTally({ diversity, pool, fidelity: (name) => fidelityChoice(fidelity, name) });
  return { tally, pool };
}

type Growing = Session & { readonly steps: SessionStep[] };

const growing = (slot = 0): Growing => ({
  number: 0,
  slot,
  user: 0,
  key: 1,
  history: { items: new Int32Array(), feedback: new Uint8Array() },
  steps: [],
});

/** Serves one more slate in a session. */
function serve(
  session: Growing,
  items: readonly number[],
  reward: number,
  plan: PlanInForce,
  isLast = false,
): ServedStep {
  const feedback = items.map(() => 0);
  session.steps.push({ items, feedback, probabilities: feedback, reward, repeated: false, patience: 1 });
  const ended = isLast && { finished: { session, ended: "quit" as const } };
  return {
    result: {
      session,
      reward,
      expectedReward: reward,
      terminated: isLast,
      truncated: false,
      next: undefined,
      ...ended,
    },
    plan,
  };
}

const unplanned: PlanInForce = { categories: [], source: "none", reflections: [], event: undefined };

function made(
  categories: readonly number[],
  more: Partial<PlanInForce> & { readonly invalidReplies?: number } = {},
): PlanInForce {
  const { invalidReplies = 0, ...rest } = more;
  const plan = planOf(categories, { invalidReplies });
  return { categories, source: "model", reflections: [], event: undefined, made: plan, ...rest };
}

/** A plan of an earlier step, still in force. */
const kept = (plan: PlanInForce): PlanInForce => {
  const { made: _, previous: __, ...standing } = plan;
  return { ...standing, source: "reused" };
};

describe("an iteration's returns", () => {
  it("are means over its steps, and over the sessions that ended in it with all their steps", () => {
    const { tally } = tallying();
    const before = growing();
    // Served in the iteration before.
    serve(before, [0, 1], 1, unplanned);
    const short = growing(1);
    const running = growing(2);
    tally.add(serve(before, [0, 2], 0.5, unplanned));
    tally.add(serve(short, [0, 2], 0.25, unplanned, true));
    tally.add(serve(running, [0, 2], 1, unplanned));
    tally.add(serve(before, [0, 2], 0, unplanned, true));
    const { reward, sessions, tInt, rCum, rSin } = tally.values();
    expect({ reward, sessions }).toEqual({ reward: (0.5 + 0.25 + 1 + 0) / 4, sessions: 2 });
    // The sessions: 3 steps with 1.5, and 1 step with 0.25.
    expect({ tInt, rCum, rSin }).toEqual({ tInt: 2, rCum: 0.875, rSin: (0.5 + 0.25) / 2 });
  });

  it("have no means of sessions where none ended", () => {
    const { tally } = tallying();
    tally.add(serve(growing(), [0, 1], 0.5, unplanned));
    const values = tally.values();
    expect(values).toMatchObject({ reward: 0.5, sessions: 0 });
    for (const name of ["tInt", "rCum", "rSin"]) expect(values).not.toHaveProperty(name);
  });
});

describe("an iteration's diversity", () => {
  it("takes each slate when it is served, with the one before it", () => {
    const { tally } = tallying();
    const session = growing();
    tally.add(serve(session, [0, 2], 0, unplanned));
    tally.add(serve(session, [1, 3], 0, unplanned));
    tally.add(serve(session, [2, 0], 0, unplanned));
    const values = tally.values();
    // The second repeats both positions, the third swaps them; the first has none before it.
    expect(values.overlapAligned).toBeCloseTo(1 / 3, 12);
    expect(values.overlapAny).toBeCloseTo(2 / 3, 12);
    expect(values).toMatchObject({ coverage: 1, categoryCoverage: 1, ild: 1 });
    expect(values.categoryEntropy).toBeCloseTo(Math.log(2), 12);
  });
});

describe("an iteration's plans", () => {
  it("are counted once each, however long they were kept", () => {
    const { tally } = tallying();
    const session = growing();
    const thin = made([0], { event: "plan.thin", invalidReplies: 2 });
    const empty = made([], { event: "plan.empty", invalidReplies: 1, previous: [0] });
    const whole = made([0, 1, 2, 3, 4], { previous: [] });
    for (const plan of [thin, kept(thin), kept(thin), empty, kept(empty), whole, kept(whole), made([3, 4, 5, 6])]) {
      tally.add(serve(session, [0, 1], 0, plan));
    }
    const { planSize, planInvalid, planThin, planEmpty } = tally.values();
    expect({ planSize, planInvalid, planThin, planEmpty }).toEqual({
      planSize: (1 + 0 + 5 + 4) / 4,
      planInvalid: 3 / 4,
      planThin: 1 / 4,
      planEmpty: 1 / 4,
    });
  });

  it("overlap with the session's plan before, where there is one", () => {
    const { tally } = tallying();
    const session = growing();
    const first = made([0, 1]);
    const second = made([1, 2, 3], { previous: [0, 1] });
    const third = made([2, 1, 3], { previous: [1, 2, 3] });
    for (const plan of [first, second, kept(second), third]) tally.add(serve(session, [0, 1], 0, plan));
    // 1 of the 4 categories of both; all 3 of 3.
    expect(tally.values().planOverlap).toBe((1 / 4 + 1) / 2);
  });

  it("have no overlap where every plan is a session's first, and no numbers where nothing plans", () => {
    const { tally } = tallying();
    tally.add(serve(growing(), [0, 1], 0, made([0, 1])));
    expect(tally.values()).not.toHaveProperty("planOverlap");
    const none = tallying().tally;
    none.add(serve(growing(), [0, 1], 0, unplanned));
    expect(Object.keys(none.values()).filter((name) => name.startsWith("plan"))).toEqual([]);
  });
});

describe("the pool's numbers", () => {
  it("are the pool's as it is when the iteration ends", () => {
    const { tally, pool } = tallying();
    const add = (score: number) => pool.add({ text: "Vary.", score, episode: "s0-0", iteration: 1, source: "offline" });
    add(2);
    tally.add(serve(growing(), [0, 1], 0, unplanned));
    add(5);
    expect(tally.values()).toMatchObject({ poolSize: 2, poolScore: 3.5 });
  });

  it("are zero for an empty pool", () => {
    const { tally } = tallying();
    tally.add(serve(growing(), [0, 1], 0, unplanned));
    expect(tally.values()).toMatchObject({ poolSize: 0, poolScore: 0 });
  });
});
