import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Critic } from "../../../src/engine/critic/critic.ts";
import { OfflineCritic } from "../../../src/engine/critic/offline.ts";
import type { ExperimentInput } from "../../../src/protocol/experiment.ts";
import type { MetricRow } from "../../../src/protocol/run.ts";
import { clickData, plannerOf, planOf } from "../serving/clickWorld.ts";
import { ranLoop, trainingLoop } from "./loop.ts";

/** One user, who leaves after so many slates whatever they hold. */
const leavingAfter = (steps: number): ExperimentInput["simulator"] => ({
  users: 1,
  quit: { rule: "temper", initialTemper: steps, repeatCost: 0 },
});
const staying: ExperimentInput["simulator"] = leavingAfter(200);
const seldom: ExperimentInput["evaluation"] = { every: 100 };

/** Writes what the critic without a model writes, after a while. */
const slowCritic = (ms: number): Critic => ({
  reflect: async (finished) => {
    await delay(ms);
    return new OfflineCritic(clickData).reflect(finished);
  },
});

const evaluated = ({ values }: MetricRow): boolean => values.evalRCum !== undefined;
const trained = ({ values }: MetricRow) => Object.entries(values).filter(([name]) => !name.startsWith("eval"));

describe("a step", () => {
  const everyStepEnds: ExperimentInput = {
    simulator: leavingAfter(1),
    reflections: { k: 20 },
    training: { iterations: 2, rolloutSteps: 3 },
    evaluation: seldom,
  };

  it("plans with reflections on sessions that ended two steps ago or earlier, and with all at an iteration's start", async () => {
    const shown: string[][] = [];
    const planner = plannerOf(({ reflections }) => {
      shown.push(reflections.map(({ id }) => id).sort());
      return planOf([0, 1]);
    });
    await ranLoop(everyStepEnds, { planner });
    const all = ["r1", "r2", "r3"];
    expect(shown).toEqual([[], [], ["r1"], all, all, [...all, "r4"]]);
  });

  it("does not depend on how fast the critic is", async () => {
    const fast = await ranLoop(everyStepEnds);
    const slow = await ranLoop(everyStepEnds, { critic: slowCritic(5) });
    expect(fast.episodes).toHaveLength(6);
    expect(slow.told).toEqual(fast.told);
  });

  it("ends the run with the critic's failure, at the step after the one it was asked in", async () => {
    let steps = 0;
    const planner = plannerOf(() => {
      steps++;
      return planOf([0, 1]);
    });
    const critic: Critic = { reflect: () => Promise.reject(new Error("no critic")) };
    await expect(ranLoop(everyStepEnds, { planner, critic })).rejects.toThrow("no critic");
    expect(steps).toBe(2);
  });
});

describe("the place", () => {
  it("says what is complete and which step comes next, at every moment", async () => {
    const places: unknown[] = [];
    const planner = plannerOf(() => {
      const { completed, next } = loop.place;
      places.push([completed.iteration, completed.userSteps, next.iteration, next.userSteps]);
      return planOf([0, 1]);
    });
    const input = { simulator: { ...staying, users: 1 }, training: { iterations: 2, rolloutSteps: 3 } };
    const loop = await trainingLoop({ ...input, evaluation: seldom }, { planner });
    await loop.trainer.start();
    await loop.trainer.run();
    expect(places).toEqual([
      [0, 0, 1, 1],
      [0, 0, 1, 2],
      [0, 0, 2, 3],
      [1, 3, 2, 4],
      [1, 3, 2, 5],
      [1, 3, 3, 6],
    ]);
    expect(loop.place.completed).toEqual({ iteration: 2, userSteps: 6 });
    expect(loop.place.next).toEqual({ iteration: 3, userSteps: 6 });
  });
});

describe("an evaluation", () => {
  it("is due before training, at every n-th iteration and at the last", async () => {
    const { rows } = await ranLoop({ training: { iterations: 5, rolloutSteps: 2 }, evaluation: { every: 2 } });
    expect(rows.filter(evaluated).map(({ iteration }) => iteration)).toEqual([0, 2, 4, 5]);
    expect(rows.map(({ iteration, userSteps }) => [iteration, userSteps])).toEqual(
      [0, 1, 2, 3, 4, 5].map((iteration) => [iteration, 4 * iteration]),
    );
    expect(rows[0] && trained(rows[0])).toEqual([]);
  });

  it("leaves training as it would have been without", async () => {
    const training = { iterations: 4, rolloutSteps: 3 };
    const often = await ranLoop({ training, simulator: leavingAfter(2), evaluation: { every: 1 } });
    const never = await ranLoop({ training, simulator: leavingAfter(2), evaluation: seldom });
    expect(often.rows.map(trained)).toEqual(never.rows.map(trained));
    expect(often.episodes).toEqual(never.episodes);
  });
});

describe("a change that is queued while a step is under way", () => {
  /** The sessions and events of a run in which the quit rule is made strict during its second step. */
  const changedDuring = async (step: number, rolloutSteps: number) => {
    let steps = 0;
    const planner = plannerOf(() => {
      steps++;
      if (steps === step) loop.changes.submit([{ path: "simulator.quit.stepCost", value: 20 }]);
      return planOf([0, 1]);
    });
    const input = { simulator: leavingAfter(20), training: { iterations: 2, rolloutSteps }, evaluation: seldom };
    const loop = await trainingLoop(input, { planner });
    await loop.trainer.start();
    await loop.trainer.run();
    return { tInt: loop.episodes[0]?.tInt, changes: loop.events.filter(({ type }) => type === "change") };
  };

  it("takes effect at the next one", async () => {
    const { tInt, changes } = await changedDuring(2, 4);
    expect(tInt).toBe(3);
    expect(changes).toEqual([
      { type: "change", path: "simulator.quit.stepCost", from: 1, to: 20, iteration: 1, userSteps: 2 },
    ]);
  });

  it("belongs to the next iteration where that step was the last", async () => {
    const { tInt, changes } = await changedDuring(3, 3);
    expect(tInt).toBe(4);
    expect(changes).toMatchObject([{ iteration: 2, userSteps: 3 }]);
  });
});

describe("the timeline", () => {
  it("shows thin, empty and invalid plans where they were made", async () => {
    const plans = [planOf([4]), planOf([]), planOf([0, 1], { invalidReplies: 2 }), planOf([4], { invalidReplies: 1 })];
    const planner = plannerOf(({ session }) => plans[session.steps.length] ?? planOf([0, 1]));
    const training = { iterations: 1, rolloutSteps: 5 };
    const { events } = await ranLoop({ simulator: staying, training, evaluation: seldom }, { planner });
    const event = (code: string, step: number) => ({
      type: "plan",
      code,
      iteration: 1,
      userSteps: step,
      episode: "s0-0",
      step,
    });
    expect(events.filter(({ type }) => type === "plan")).toEqual([
      event("plan.thin", 1),
      event("plan.empty", 2),
      event("plan.invalid", 3),
      event("plan.thin", 4),
      event("plan.invalid", 4),
    ]);
  });

  it("shows a plan that is kept for several steps once", async () => {
    const planner = plannerOf(() => planOf([4], { invalidReplies: 1 }));
    const training = { iterations: 1, rolloutSteps: 6 };
    const input = { simulator: staying, planner: { replanEvery: 3 }, training, evaluation: seldom };
    const { events } = await ranLoop(input, { planner });
    const plans = events.filter((event) => event.type === "plan");
    expect(plans.map(({ code, step }) => [code, step])).toEqual([
      ["plan.thin", 1],
      ["plan.invalid", 1],
      ["plan.thin", 4],
      ["plan.invalid", 4],
    ]);
  });
});

describe("a session that ended", () => {
  const input: ExperimentInput = {
    simulator: { users: 3, quit: { rule: "temper", initialTemper: 4 } },
    training: { iterations: 3, rolloutSteps: 5 },
    evaluation: seldom,
  };

  it("is handed to the critic once, and its episode carries what the critic wrote", async () => {
    const read: string[] = [];
    const critic: Critic = {
      reflect: async (finished) =>
        finished.map(({ session: { slot, number } }) => {
          read.push(`s${slot}-${number}`);
          return { text: `On s${slot}-${number}.`, source: "offline" };
        }),
    };
    const { episodes, pool, rows } = await ranLoop(input, { critic });
    expect(new Set(read).size).toBe(read.length);
    expect(episodes.map(({ id }) => id)).toEqual(read);
    expect(episodes.map(({ reflection }) => reflection)).toEqual(read.map((id) => `On ${id}.`));
    expect(pool.reflections.map(({ episode, text }) => [episode, text])).toEqual(read.map((id) => [id, `On ${id}.`]));
    const counted = rows.map(({ iteration }) => episodes.filter((episode) => episode.iteration === iteration).length);
    expect(rows.map(({ values }) => values.sessions ?? 0)).toEqual(counted);
    expect(counted[1]).toBeGreaterThan(0);
  });

  it("is kept without a critic, and the pool stays empty", async () => {
    const withCritic = await ranLoop(input);
    const without = await ranLoop(input, { critic: null });
    expect(without.episodes.map(({ id }) => id)).toEqual(withCritic.episodes.map(({ id }) => id));
    expect(without.episodes.filter(({ reflection }) => reflection !== undefined)).toEqual([]);
    expect(without.rows.at(-1)?.values.poolSize).toBe(0);
    expect(without.told.filter(({ call }) => call === "pool")).toEqual([]);
  });
});

describe("what the run hears", () => {
  const input: ExperimentInput = {
    simulator: leavingAfter(2),
    training: { iterations: 1, rolloutSteps: 4 },
    evaluation: { every: 1 },
  };

  it("comes in the order in which it happened", async () => {
    const { told } = await ranLoop(input);
    const start = ["metrics", "iterationDone"];
    const steps = ["progress", "progress", "episode", "pool", "progress", "progress", "episode", "pool"];
    expect(told.map(({ call }) => call)).toEqual([...start, ...steps, "metrics", "iterationDone"]);
    const shares = told.flatMap((one) => (one.call === "progress" ? [one.fraction] : []));
    // One more than the steps: the update counts as one.
    expect(shares).toEqual([0.2, 0.4, 0.6, 0.8]);
  });

  it("says what an iteration took, its evaluation left out", async () => {
    let clock = 0;
    const { told } = await ranLoop(input, {
      now: () => {
        clock += 500;
        return clock;
      },
    });
    const work = told.flatMap((one) => (one.call === "iterationDone" ? [one.work] : []));
    expect(work).toEqual([
      { userSteps: 0, seconds: 0 },
      { userSteps: 4, seconds: 0.5 },
    ]);
  });
});
