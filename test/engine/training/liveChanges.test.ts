import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Run } from "../../../src/engine/runs/run.ts";
import type { LiveChange, RunProgress } from "../../../src/protocol/engine.ts";
import type { TimelineEvent } from "../../../src/protocol/run.ts";
import { ChatServer } from "../commands/chatServer.ts";
import { scratchFolder } from "../commands/lerl.ts";
import {
  callsOf,
  eventsOf,
  metricRowsOf,
  metricsOf,
  modelExperiment,
  plannerPrompt,
  recordOf,
} from "../commands/modelWorld.ts";
import { workshop } from "../runs/workshop.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
const server = new ChatServer();
beforeAll(() => server.open());
afterAll(async () => {
  await server.close();
  scratch.remove();
});

const ITERATIONS = 5;
const STEPS = 20;
const settings = (more: object = {}) => ({
  ...modelExperiment(server.baseUrl),
  training: { iterations: ITERATIONS, checkpointEvery: 2 },
  evaluation: { every: 5, sessions: 4 },
  ...more,
});

const handMade = (name: string): TimelineEvent[] =>
  eventsOf(shop.folder(name)).filter(({ type }) => type === "change" || type === "pool");

/** Calls `act` with the number of environment steps served, as they are served. */
const atSteps =
  (act: (step: number) => void) =>
  ({ phase, fraction }: RunProgress): void => {
    // One more than the steps of an iteration: the update counts as one.
    if (phase === "Training") act(Math.round(fraction * ITERATIONS * (STEPS + 1)));
  };

const changes: readonly (readonly [number, LiveChange])[] = [
  [3, { path: "simulator.quit.repeatCost", value: 3 }],
  [10, { path: "reflections.k", value: 1 }],
  [24, { path: "ppo.learningRates.action", value: 0.003 }],
  [31, { path: "planner.prompt", value: plannerPrompt.replace("Choose {{ most }}", "Now choose {{ most }}") }],
  [50, { path: "planner.replanEvery", value: 2 }],
  [66, { path: "reflections.alpha", value: 2 }],
  [70, { path: "models.concurrency", value: 3 }],
  [72, { path: "simulator.quit.threshold", value: 2 }],
];
const killedAt = [5, 26, 33, 47, 58, 73, 90] as const;

describe("changes of a running experiment", () => {
  it("take effect at the next environment step, one event each, and outlive kill -9 at any moment", async () => {
    const pending = [...changes];
    const moments: number[] = [...killedAt];
    let edited = 0;
    const run: Run = await shop.start("whole", settings(), {
      progress: atSteps((step) => {
        const due = pending[0];
        if (due && step >= due[0]) {
          pending.shift();
          run.change([due[1]]);
        }
        const [first, second] = run.reflectionPool?.reflections ?? [];
        if (edited === 0 && step >= 40 && first && second) {
          run.changeReflection({ id: first.id, action: "edit", text: "Change the subject after two slates." });
          run.changeReflection({ id: first.id, action: "pin" });
          run.changeReflection({ id: second.id, action: "delete" });
          edited = step;
        }
        if (moments[0] !== undefined && step >= moments[0]) shop.snapshot("whole", `killed-${moments.shift()}`);
      }),
    });
    const { state, reason } = await run.execute();
    expect(reason).toBeUndefined();
    expect(state).toBe("done");

    const events = handMade("whole");
    expect(events.filter(({ type }) => type === "pool")).toHaveLength(3);
    expect(events.filter(({ type }) => type === "change")).toMatchObject([
      { path: "simulator.quit.repeatCost", from: 1, to: 3 },
      { path: "reflections.k", from: 3, to: 1 },
      { path: "ppo.learningRates.action", from: 1e-4, to: 0.003 },
      { path: "planner.prompt" },
      { path: "planner.replanEvery", from: 4, to: 2 },
      { path: "reflections.alpha", from: 0.5, to: 2 },
      { path: "models.concurrency", from: 16, to: 3 },
      { path: "simulator.quit.threshold", from: 1, to: 2 },
    ]);
    expect(recordOf(shop.folder("whole")).prompts.map(({ role, since }) => [role, since])).toEqual([
      ["planner", 0],
      ["critic", 0],
      ["planner", 2],
    ]);

    for (const moment of killedAt) {
      const name = `killed-${moment}`;
      const made = handMade(name);
      const resumed = await shop.resume(name);
      expect((await resumed.execute()).reason).toBeUndefined();
      // What was changed until then is all that this copy knows of.
      expect(handMade(name)).toEqual(made);
      const same = metricRowsOf(shop.folder("whole")).filter(
        ({ userSteps }) => made.length === events.length || userSteps <= (events[made.length]?.userSteps ?? 0),
      );
      expect(metricRowsOf(shop.folder(name)).slice(0, same.length)).toEqual(same);
    }
    expect(metricsOf(shop.folder("killed-90"))).toBe(metricsOf(shop.folder("whole")));
    expect(metricsOf(shop.folder("killed-73"))).toBe(metricsOf(shop.folder("whole")));
  }, 240_000);

  it("are seen by the very next plan", () => {
    const change = handMade("whole").find((event) => event.type === "change" && event.path === "planner.prompt");
    const hashes = [
      ...new Set(
        callsOf(shop.folder("whole"))
          .filter(({ role }) => role === "planner")
          .map(({ promptHash }) => promptHash),
      ),
    ];
    expect(change).toMatchObject({ from: hashes[0], to: hashes[1] });
  });

  it("are refused whole where one of them is wrong, and the run goes on", async () => {
    const refused: string[] = [];
    const run: Run = await shop.start("refused", settings(), {
      progress: atSteps((step) => {
        if (step !== 10) return;
        const tries: LiveChange[][] = [
          [{ path: "planner.prompt", value: plannerPrompt.replace("{{ slateSize }}", "{{ slateSise }}") }],
          [
            { path: "reflections.k", value: 2 },
            { path: "reflections.alpha", value: -1 },
          ],
          [{ path: "dataset.users", value: 3 }],
          [{ path: "critic.prompt", value: plannerPrompt }],
        ];
        for (const changes of tries) {
          try {
            run.change(changes);
          } catch (error) {
            refused.push((error as Error).message);
          }
        }
      }),
    });
    expect((await run.execute()).state).toBe("done");
    expect(refused).toEqual([
      expect.stringMatching(/^planner\.lerl\.md:\d+:\d+: "slateSise" is not a variable of a planner prompt/),
      expect.stringMatching(/^reflections\.alpha: .*stays as it is/),
      expect.stringMatching(/^dataset\.users cannot change while the experiment runs/),
      expect.stringMatching(/^planner\.lerl\.md|^critic\.lerl\.md: a prompt of role "planner" cannot be the critic's/),
    ]);
    expect(handMade("refused")).toEqual([]);
  });
});

describe("a budget raised while the run waits for it", () => {
  it("lets the run go on at once", async () => {
    const experiment = settings({ models: { maxCalls: 20, cache: false }, training: { iterations: 1 } });
    const run: Run = await shop.start("raised", experiment, {
      record: ({ state }) => {
        if (state === "paused") setTimeout(() => run.change([{ path: "models.maxCalls", value: 0 }]), 10);
      },
    });
    expect((await run.execute()).state).toBe("done");
    expect(eventsOf(shop.folder("raised")).filter(({ type }) => type !== "plan" && type !== "warning")).toMatchObject([
      { type: "started" },
      { type: "paused", reason: "The model budget is used up: 20 of 20 calls. Raise models.maxCalls to go on." },
      { type: "resumed" },
      { type: "change", path: "models.maxCalls", from: 20, to: 0 },
      { type: "done" },
    ]);
  });
});
