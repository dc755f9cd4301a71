/** Who answered for the planner and the critic: counted, told one by one, and kept over an interruption. */
import { describe, expect, it } from "vitest";
import type { Critic } from "../../../src/engine/critic/critic.ts";
import type { Plan } from "../../../src/engine/planner/planner.ts";
import { trainerCheckpoint } from "../../../src/engine/training/trainerState.ts";
import type { ExperimentInput } from "../../../src/protocol/experiment.ts";
import { plannerOf, planOf } from "../serving/clickWorld.ts";
import { type Loop, trainingLoop } from "./loop.ts";

const input: ExperimentInput = {
  policy: { kind: "linucb" },
  simulator: { users: 2, quit: { rule: "temper", initialTemper: 4 } },
  training: { iterations: 3, rolloutSteps: 6 },
};

const standIn = { cause: "it is empty", reply: "…" };
const fromModel: Plan = { ...planOf([0, 1, 2]), source: "model" };
const fromStandIn: Plan = { ...planOf([1, 2]), source: "fallback", invalidReplies: 2, unusable: standIn };

/** A model whose every third plan and every second lesson is of no use. */
function cast() {
  let plans = 0;
  let lessons = 0;
  const critic: Critic = {
    reflect: async (finished) =>
      finished.map(() =>
        lessons++ % 2 === 0
          ? { text: "Vary dance.", source: "model" }
          : { text: "Vary.", source: "fallback", unusable: standIn },
      ),
  };
  return { planner: plannerOf(() => (plans++ % 3 === 0 ? fromStandIn : fromModel)), critic };
}

async function ran(from?: Loop): Promise<Loop> {
  const loop = await trainingLoop(input, cast());
  const kept = from?.states.get(1);
  if (kept)
    loop.trainer.restore(trainerCheckpoint({ json: JSON.parse(JSON.stringify(kept.json)), arrays: kept.arrays }, "f"));
  else await loop.trainer.start();
  await loop.trainer.run();
  return loop;
}

describe("answers of a model and of its stand-in", () => {
  it("are counted, and each of the stand-in's stands on the timeline with its cause and the model's reply", async () => {
    const { trainer, events, episodes } = await ran();
    const { planner = { model: 0, standIn: 0 }, critic = { model: 0, standIn: 0 } } = trainer.answered;
    expect(planner).toEqual({ model: 24, standIn: 12 });
    expect(critic.model + critic.standIn).toBe(episodes.length);
    expect(critic.standIn).toBeGreaterThan(0);
    const told = events.filter((event) => event.type === "stand-in");
    expect(told.filter(({ role }) => role === "planner")).toHaveLength(planner.standIn);
    expect(told.filter(({ role }) => role === "critic")).toHaveLength(critic.standIn);
    for (const event of told) expect(event).toMatchObject({ ...standIn, episode: expect.stringMatching(/^s\d+-\d+$/) });
    for (const event of told) expect(event.step !== undefined).toBe(event.role === "planner");
  });

  it("count the same when the run was interrupted and went on", async () => {
    const whole = await ran();
    const resumed = await ran(whole);
    const { model = 0, standIn: stoodIn = 0 } = resumed.trainer.answered.planner ?? {};
    expect(resumed.trainer.answered.planner).toEqual(whole.trainer.answered.planner);
    expect(model + stoodIn).toBe(36);
    const lessons = (loop: Loop) => Object.values(loop.trainer.answered.critic ?? {}).reduce((sum, n) => sum + n, 0);
    expect(lessons(resumed)).toBe(lessons(whole));
  });

  it("are not counted where no model is asked", async () => {
    const { trainer, events } = await (async () => {
      const loop = await trainingLoop(input);
      await loop.trainer.start();
      await loop.trainer.run();
      return loop;
    })();
    expect(trainer.answered).toEqual({});
    expect(events.filter(({ type }) => type === "stand-in")).toEqual([]);
  });
});
