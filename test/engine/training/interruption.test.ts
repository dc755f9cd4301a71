/** What a stop leaves, and what a run that goes on from it becomes. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StopSignal } from "../../../src/engine/serving/control.ts";
import { trainerCheckpoint } from "../../../src/engine/training/trainerState.ts";
import type { ExperimentInput } from "../../../src/protocol/experiment.ts";
import { plannerOf, planOf } from "../serving/clickWorld.ts";
import { type Loop, ranLoop, trainingLoop } from "./loop.ts";

/** The loop's state after an iteration, as it comes back from a run's folder. */
function saved(loop: Loop, iteration: number) {
  const state = loop.states.get(iteration);
  if (!state) throw new Error(`no state of iteration ${iteration}`);
  const { json, arrays } = structuredClone(state);
  return trainerCheckpoint({ json: JSON.parse(JSON.stringify(json)), arrays }, "folder");
}

/** What a loop tells from an iteration on, of its rows, sessions and timeline. */
const toldSince = (loop: Loop, iteration: number) => ({
  rows: loop.rows.filter((row) => row.iteration > iteration),
  episodes: loop.episodes.filter((episode) => episode.iteration > iteration),
  events: loop.events.filter((event) => event.iteration > iteration),
});

async function continued(input: ExperimentInput, from: Loop, iteration: number): Promise<Loop> {
  const loop = await trainingLoop(input);
  loop.trainer.restore(saved(from, iteration));
  await loop.trainer.run();
  return loop;
}

const ppo: ExperimentInput = {
  policy: { kind: "ppo" },
  simulator: { users: 2, quit: { rule: "temper", initialTemper: 5 } },
  training: { iterations: 3, rolloutSteps: 6 },
  evaluation: { every: 1 },
};

describe("a loop that goes on from a state", () => {
  it("tells what it would have told without the interruption", async () => {
    const settings = fc.record({
      kind: fc.constantFrom("random", "linucb", "epsilon-greedy"),
      users: fc.integer({ min: 1, max: 3 }),
      rolloutSteps: fc.integer({ min: 1, max: 5 }),
      initialTemper: fc.integer({ min: 1, max: 7 }),
      replanEvery: fc.integer({ min: 1, max: 4 }),
      k: fc.integer({ min: 0, max: 3 }),
      capacity: fc.integer({ min: 1, max: 5 }),
      fidelity: fc.constantFrom("paper", "reference"),
      stoppedAfter: fc.integer({ min: 0, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(settings, async (drawn) => {
        const input = {
          policy: { kind: drawn.kind },
          simulator: { users: drawn.users, quit: { rule: "temper", initialTemper: drawn.initialTemper } },
          planner: { replanEvery: drawn.replanEvery, strategy: "least-recently-used", categoriesPerPlan: 3 },
          reflections: { k: drawn.k, capacity: drawn.capacity },
          fidelity: { mode: drawn.fidelity },
          training: { iterations: 4, rolloutSteps: drawn.rolloutSteps },
          evaluation: { every: 2 },
        } as const;
        const whole = await ranLoop(input);
        const resumed = await continued(input, whole, drawn.stoppedAfter);
        expect(toldSince(resumed, -1)).toEqual(toldSince(whole, drawn.stoppedAfter));
        expect(resumed.states.get(4)).toEqual(whole.states.get(4));
      }),
      { numRuns: 25, seed: 10 },
    );
  });

  it.each([
    ["", ppo],
    [", with dropout while acting too", { ...ppo, fidelity: { switches: { actingDropout: "on" } } } as const],
  ])("learns what it would have learned%s", async (_, input) => {
    const whole = await ranLoop(input);
    for (const iteration of [0, 1, 2]) {
      const resumed = await continued(input, whole, iteration);
      expect(resumed.rows).toEqual(toldSince(whole, iteration).rows);
      expect(resumed.states.get(3)).toEqual(whole.states.get(3));
    }
  });
});

describe("a stop in the middle of an iteration", () => {
  const first = (iteration: number) => (loop: Loop) => structuredClone(loop.states.get(iteration));

  it("ends the loop before the next step, and leaves the last completed iteration's state as it was", async () => {
    let steps = 0;
    let kept: unknown;
    const planner = plannerOf(() => {
      steps++;
      // Two users: the third step of the second iteration.
      if (steps === 2 * 9) {
        kept = first(1)(loop);
        loop.control.stop("stopped", "By hand.");
      }
      return planOf([0, 1, 2]);
    });
    const loop = await trainingLoop(ppo, { planner });
    await loop.trainer.start();
    const ended = await loop.trainer.run().catch((error: unknown) => error);
    expect(ended).toBeInstanceOf(StopSignal);
    expect(ended).toMatchObject({ kind: "stopped", reason: "By hand." });
    expect(steps).toBe(2 * 9);
    expect(loop.rows.map(({ iteration }) => iteration)).toEqual([0, 1]);
    expect(loop.place.completed).toEqual({ iteration: 1, userSteps: 12 });
    expect(kept).toBeDefined();
    expect(loop.states.get(1)).toEqual(kept);
  });

  /** A loop that was stopped by the time its second update was done, with what it kept of its first iteration. */
  async function stoppedAtUpdate(input: ExperimentInput) {
    let kept: unknown;
    const loop = await trainingLoop(input, {
      heard: (told) => {
        if (told.call === "progress" && told.iteration === 2) kept ??= first(1)(loop);
      },
    });
    const { learn } = loop.policy;
    loop.policy.learn = async () => {
      const diagnostics = await learn.call(loop.policy);
      if (loop.place.completed.iteration === 1) loop.control.stop("interrupted");
      return diagnostics;
    };
    await loop.trainer.start();
    await expect(loop.trainer.run()).rejects.toMatchObject({ kind: "interrupted" });
    return { loop, kept };
  }

  it.each([
    ["with an evaluation due", ppo],
    ["with none due", { ...ppo, evaluation: { every: 100 } }],
  ])("after an update, %s, leaves the weights of before and no row", async (_, input) => {
    const { loop, kept } = await stoppedAtUpdate(input);
    expect(loop.rows.map(({ iteration }) => iteration)).toEqual([0, 1]);
    expect(kept).toBeDefined();
    expect(loop.states.get(1)).toEqual(kept);
    expect(loop.policy.state().arrays).not.toEqual(loop.states.get(1)?.arrays);

    const whole = await ranLoop(input);
    const resumed = await continued(input, loop, 1);
    expect([...loop.rows, ...resumed.rows]).toEqual(whole.rows);
  });
});
