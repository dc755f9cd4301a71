import { describe, expect, it } from "vitest";
import type { Dataset } from "../../../src/engine/data/dataset.ts";
import type { PlanInForce, ServedStep } from "../../../src/engine/serving/stepper.ts";
import type { Session, SessionEnd, SessionStep } from "../../../src/engine/simulator/session.ts";
import { EpisodeRecorder, episodePlansSchema } from "../../../src/engine/training/episodes.ts";
import { sessionOf, smallDataset } from "../simulator/smallWorld.ts";

/** Items "a" to "f"; categories with the ids 10 to 13, item 5 ("f") has 11 and 13. */
const dataset: Dataset = { ...smallDataset(), feedbackTypes: ["is_click", "is_like", "is_hate"] };
const recorder = () => new EpisodeRecorder(dataset, dataset.feedbackTypes);

type Growing = Session & { readonly steps: SessionStep[] };
const growing = (slot = 0, number = 0): Growing => ({ ...sessionOf([], slot, number), steps: [] });

const plan = (categories: readonly number[], more: Partial<PlanInForce> = {}): PlanInForce => ({
  categories,
  source: "model",
  reflections: [],
  event: undefined,
  ...more,
});

/** One more slate of items 0 and 5. */
function serve(
  session: Growing,
  inForce: PlanInForce,
  ended?: SessionEnd,
  more: Partial<SessionStep> = {},
): ServedStep {
  const step = {
    items: [0, 5],
    feedback: [1, 0],
    probabilities: [0.5, 0.5],
    reward: 0.5,
    repeated: false,
    patience: 3,
    ...more,
  };
  session.steps.push(step);
  const finished = ended && { finished: { session, ended } };
  const result = {
    session,
    reward: step.reward,
    expectedReward: 0,
    terminated: ended === "quit",
    truncated: ended === "turn-limit",
  };
  return { result: { ...result, next: undefined, ...finished }, plan: inForce };
}

describe("an episode", () => {
  it("speaks in the names of the source data", () => {
    const episodes = recorder();
    const session = growing(2, 4);
    const more = { feedback: [0b011, 0b100], probabilities: [0.123456789, 0.98765], repeated: true, patience: 1 };
    const episode = episodes.record(
      serve(session, plan([3, 1], { callId: "planner-ab-1", reflections: ["r4", "r2"] }), "turn-limit", more),
      6,
    );
    expect(episode).toEqual({
      id: "s2-4",
      iteration: 6,
      slot: 2,
      user: "u0",
      historyLength: 4,
      click: "is_click",
      steps: [
        {
          plan: { categories: [13, 11], source: "model", callId: "planner-ab-1", reflections: ["r4", "r2"] },
          items: ["a", "f"],
          itemCategories: [[10], [11, 13]],
          feedback: [["is_click", "is_like"], ["is_hate"]],
          probabilities: [0.1235, 0.9877],
          reward: 0.5,
          repeated: true,
          patience: 1,
        },
      ],
      tInt: 1,
      rCum: 0.5,
      rSin: 0.5,
      ended: "turn-limit",
    });
  });

  it("is there when its session ends, with the plan of every step", () => {
    const episodes = recorder();
    const session = growing();
    const first = plan([0, 1], { reflections: ["r1"] });
    expect(episodes.record(serve(session, first), 1)).toBeUndefined();
    expect(episodes.record(serve(session, { ...first, source: "reused" }), 1)).toBeUndefined();
    const episode = episodes.record(serve(session, plan([2, 3], { source: "fallback" }), "quit", { reward: 0 }), 2);
    expect(episode).toMatchObject({ iteration: 2, tInt: 3, rCum: 1, rSin: 1 / 3, ended: "quit" });
    expect(episode?.steps.map(({ plan: of }) => of)).toEqual([
      { categories: [10, 11], source: "model", reflections: ["r1"] },
      { categories: [10, 11], source: "reused", reflections: ["r1"] },
      { categories: [12, 13], source: "fallback", reflections: [] },
    ]);
  });

  it("holds the plans of its own session: of none beside it, and of none before it in the slot", () => {
    const episodes = recorder();
    const left = growing(0);
    const right = growing(1);
    episodes.record(serve(left, plan([0])), 1);
    episodes.record(serve(right, plan([1])), 1);
    const planned = (served: ServedStep) => episodes.record(served, 1)?.steps.map(({ plan: of }) => of.categories);
    expect(planned(serve(left, plan([2]), "quit"))).toEqual([[10], [12]]);
    expect(planned(serve(right, plan([3]), "quit"))).toEqual([[11], [13]]);
    expect(planned(serve(growing(0, 1), plan([3]), "quit"))).toEqual([[13]]);
  });
});

describe("episodes under way", () => {
  it("come back from a checkpoint", () => {
    const whole = recorder();
    const before = recorder();
    const session = growing(1);
    const running = serve(growing(3), plan([0], { callId: "planner-1" }));
    const first = serve(session, plan([0, 1], { callId: "planner-2", reflections: ["r1"] }));
    for (const episodes of [whole, before]) {
      episodes.record(running, 1);
      episodes.record(first, 1);
    }

    const saved = JSON.parse(JSON.stringify(before.state()));
    const after = recorder();
    after.restore(episodePlansSchema.parse(saved));
    const last = serve(session, plan([2, 3]), "quit");
    expect(after.record(last, 2)).toEqual(whole.record(last, 2));
    expect(after.state()).toEqual(whole.state());
    expect(Object.keys(after.state())).toEqual(["3"]);
  });

  it("leave the state they came from as it was", () => {
    const state = { "0": [{ categories: [10], source: "model" as const, reflections: [] }] };
    const episodes = recorder();
    episodes.restore(state);
    episodes.record(serve(growing(), plan([1])), 1);
    expect(state["0"]).toHaveLength(1);
  });
});
