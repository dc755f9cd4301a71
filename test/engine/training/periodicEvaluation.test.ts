import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mean, normalisedScore } from "../../../src/engine/metrics/statistics.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { modelVisits, runCalls, stepsLeft } from "../../../src/protocol/run/modelCalls.ts";
import { ChatServer } from "../commands/chatServer.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { callsOf, metricRowsOf, modelExperiment, recordOf } from "../commands/modelWorld.ts";
import { workshop } from "../runs/workshop.ts";
import { ranLoop, trainingLoop } from "./loop.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
const server = new ChatServer();
beforeAll(() => server.open());
afterAll(async () => {
  await server.close();
  scratch.remove();
});

const SESSIONS = 20;

async function run(name: string, planner: string | undefined, modelSessions = 0, rolloutSteps = 20) {
  const before = server.journal.length;
  const experiment = {
    ...modelExperiment(server.baseUrl),
    models: { cache: false, unusableShare: 1 },
    critic: { enabled: false },
    training: { iterations: 1, rolloutSteps },
    evaluation: { every: 1, sessions: SESSIONS, references: false, modelSessions, ...(planner && { planner }) },
  };
  const { reason } = await (await shop.start(name, experiment)).execute();
  expect(reason).toBeUndefined();
  const folder = shop.folder(name);
  return { calls: server.journal.length - before, rows: metricRowsOf(folder), summary: recordOf(folder).summary };
}

it("makes no model calls unless it is told to, and says who planned", async () => {
  const offline = await run("offline", undefined);
  const same = await run("same", "same");
  console.log(
    `one iteration of 4 users and 2 evaluations of ${SESSIONS} sessions: ${offline.calls} calls, with the model in evaluations ${same.calls}`,
  );
  // 4 users x 20 steps, a plan every 4 steps, and one more for each session that begins.
  expect(offline.calls).toBeLessThanOrEqual(4 * 7);
  expect(same.calls).toBeGreaterThan(offline.calls + 2 * SESSIONS * 2);
  expect(offline.summary?.planner).toBe("offline");
  expect(same.summary?.planner).toBe("model");
  expect(callsOf(shop.folder("offline")).filter(({ attempts }) => attempts > 0)).toHaveLength(offline.calls);

  // Training does not notice who plans in evaluations.
  const training = ({ rows }: typeof same) =>
    rows.map(({ values }) => Object.entries(values).filter(([key]) => !key.startsWith("eval")));
  expect(training(same)).toEqual(training(offline));
  expect(same.rows[0]?.values.evalRCum).not.toBe(offline.rows[0]?.values.evalRCum);
});

it("asks the model for few visits of an evaluation, so that a prompt has a score of its own", async () => {
  // 4 users x 100 steps: 20 visits of 20 steps, a quarter of them is 5.
  const few = await run("few", undefined, 16, 100);
  const offline = await run("without", undefined, 0, 100);
  const more = few.calls - offline.calls;
  // Of the two evaluations the one before training costs nothing. 5 visits, at most 20 steps of each, a plan every 4.
  expect(more).toBeGreaterThan(5);
  expect(more).toBeLessThanOrEqual(5 * 5);
  expect(few.summary).toMatchObject({ planner: "offline", rCum: offline.summary?.rCum, model: { visits: 5 } });
  expect(offline.summary).not.toHaveProperty("model");
  expect(few.rows[0]?.values).not.toHaveProperty("evalModelRCum");
  expect(few.rows.at(-1)?.values.evalModelRCum).toBe(few.summary?.model?.rCum);
  // Neither training nor the policy's evaluation notices.
  const others = ({ rows }: typeof few) =>
    rows.map(({ values }) => Object.entries(values).filter(([key]) => !key.startsWith("evalModel")));
  expect(others(few)).toEqual(others(offline));
  // Where training serves four times as many, all visits may be the model's: the score is that of "same".
  const all = await run("all-by-model", undefined, SESSIONS, 400);
  const same = await run("same-again", "same", 0, 400);
  expect(all.summary?.model).toMatchObject({ visits: SESSIONS, rCum: same.summary?.rCum });
});

it("gives a prompt no score where the stand-in made most of its plans", async () => {
  const { reply } = server;
  server.reply = () => "I would rather talk about the weather.";
  const { rows, summary } = await run("stand-in", undefined, 5, 100);
  server.reply = reply;
  expect(summary).toMatchObject({ planner: "offline" });
  expect(summary).not.toHaveProperty("model");
  expect(rows.flatMap(({ values }) => Object.keys(values)).filter((key) => key.startsWith("evalModel"))).toEqual([]);
});

it("is part of the calls that are told before a run", () => {
  const experiment = (planner: object, critic: object = { enabled: false }) =>
    experimentSchema.parse({
      planner: { replanEvery: 4, ...planner },
      critic,
      simulator: { users: 12 },
      training: { rolloutSteps: 20, iterations: 25 },
      evaluation: { every: 10, sessions: 200 },
    });
  // 300 visits of 20 steps, 5 plans each; 16 visits after 10, 20 and 25 iterations.
  const asking = { provider: "openai", baseUrl: "http://127.0.0.1:9/v1" };
  expect(runCalls(experiment(asking))).toEqual({ plans: 1500, reflections: 0, score: 3 * 16 * 5 });
  expect(runCalls(experiment(asking, asking))).toMatchObject({ plans: 1500, reflections: 300 });
  expect(runCalls(experiment({}))).toEqual({ plans: 0, reflections: 0, score: 0 });
  // All 200 visits before training and after 10, 20 and 25 iterations.
  const same = experiment(asking);
  expect(runCalls({ ...same, evaluation: { ...same.evaluation, planner: "same" } }).score).toBe(4 * 200 * 5);
  // Visits of 20 steps at most, a plan for up to 30 of them.
  expect(runCalls(experiment({ ...asking, replanEvery: 30 })).plans).toBe(300);
});

it("never spends more than a quarter of training's visits on the score of a prompt", () => {
  const experiment = (evaluation: object, users = 4) =>
    experimentSchema.parse({
      simulator: { users },
      training: { rolloutSteps: 20 },
      evaluation: { every: 10, sessions: 200, ...evaluation },
    });
  const steps = stepsLeft(experimentSchema.parse({}).simulator.quit, undefined);
  expect(steps).toBe(20);
  expect([0, 1, 4, 10, 500].map((iteration) => modelVisits(experiment({}), iteration))).toEqual([0, 1, 4, 10, 10]);
  expect(modelVisits(experiment({}, 12), 10)).toBe(16);
  expect(modelVisits(experiment({ sessions: 6 }, 12), 10)).toBe(6);
  expect(modelVisits(experiment({ modelSessions: 0 }, 12), 10)).toBe(0);
});

describe("the reference policies", () => {
  const input = {
    simulator: { users: 2, quit: { rule: "temper", initialTemper: 6 } },
    training: { iterations: 3, rolloutSteps: 2 },
    evaluation: { every: 1, sessions: 6, references: true },
  } as const;

  it("are measured once, and every score is normalised by them", async () => {
    const { references, rows, evaluation } = await ranLoop(input);
    expect(references.map(({ policy, iteration, sessions }) => [policy, iteration, sessions])).toEqual([
      ["random", 0, 6],
      ["random-in-plan", 0, 6],
      ["round-robin", 0, 6],
      ["not-personalised", 0, 6],
      ["oracle", 0, 6],
    ]);
    const [random, , , , oracle] = references.map(({ rCum }) => rCum);
    for (const { values } of rows) {
      expect(values.evalNormalised).toBe(normalisedScore(values.evalRCum ?? 0, random ?? 0, oracle ?? 0));
    }
    const last = rows.at(-1)?.values;
    expect(evaluation.summary).toEqual({
      tInt: last?.evalTInt,
      rCum: last?.evalRCum,
      rSin: last?.evalRSin,
      normalised: last?.evalNormalised,
      planner: "offline",
    });
  });

  it("are measured again where the quit rule has changed, and evaluations follow it", async () => {
    const loop = await trainingLoop(input, {
      heard: (told) => {
        if (told.call !== "iterationDone" || told.iteration !== 1) return;
        loop.changes.submit([{ path: "simulator.quit.stepCost", value: 3 }]);
      },
    });
    await loop.trainer.start();
    await loop.trainer.run();
    expect(loop.references.map(({ iteration }) => iteration)).toEqual([0, 0, 0, 0, 0, 2, 2, 2, 2, 2]);
    // A patience of 6 lasts for two steps of 3.
    expect(loop.rows.slice(2).map(({ values }) => values.evalTInt)).toEqual([2, 2]);
    expect(loop.rows[1]?.values.evalTInt).toBeGreaterThan(2);
  });
});

it("reports means of the training sessions since the last time, in the reference", async () => {
  const { rows, episodes, evaluation } = await ranLoop({
    simulator: { users: 2, quit: { rule: "temper", initialTemper: 3 } },
    training: { iterations: 5, rolloutSteps: 3 },
    evaluation: { every: 2 },
    fidelity: { switches: { evaluation: "training-means" } },
  });
  const since: Record<number, readonly number[]> = { 2: [1, 2], 4: [3, 4], 5: [5] };
  for (const { iteration, values } of rows) {
    const ended = episodes.filter((episode) => since[iteration]?.includes(episode.iteration));
    expect(ended.length > 0).toBe(iteration in since);
    if (ended.length === 0) expect(values.evalRCum).toBeUndefined();
    else expect(values.evalRCum).toBeCloseTo(mean(ended.map(({ rCum }) => rCum)), 12);
  }
  expect(evaluation.summary).toEqual({
    tInt: rows.at(-1)?.values.evalTInt,
    rCum: rows.at(-1)?.values.evalRCum,
    rSin: rows.at(-1)?.values.evalRSin,
  });
});
