/** Runs whose model is of little use, where somebody looks on, and where the process is killed. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ChatServer } from "../commands/chatServer.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { eventsOf, metricsOf, modelExperiment, recordOf } from "../commands/modelWorld.ts";
import { workshop } from "./workshop.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
const server = new ChatServer();
beforeAll(() => server.open());
afterEach(() => {
  server.reply = undefined;
});
afterAll(async () => {
  await server.close();
  scratch.remove();
});

const experiment = (unusableShare: number) => {
  const { critic: _, ...rest } = modelExperiment(server.baseUrl);
  return {
    ...rest,
    simulator: { users: 2, historyLength: 5 },
    training: { iterations: 3, rolloutSteps: 8, checkpointEvery: 1 },
    planner: { ...rest.planner, replanEvery: 1 },
    models: { ...rest.models, unusableShare },
    evaluation: { every: 10, sessions: 3, references: false },
  };
};

const plan = '{"categories": [1, 2, 3, 4]}';

it("a run that somebody looks on pauses, says what came back, and goes on with a mended model when told to", async () => {
  server.reply = () => "Nothing to plan.";
  const run = await shop.start("watched", experiment(0.2));
  const ended = run.execute();
  await expect.poll(() => run.current.state, { timeout: 20_000 }).toBe("paused");
  expect(run.current.reason).toMatch(/None of the first 10 plans .*"Nothing to plan\."/);
  const asked = server.journal.length;
  expect(asked).toBeLessThanOrEqual(20);

  server.reply = () => plan;
  run.control.resume();
  const record = await ended;
  expect(record).toMatchObject({ state: "done" });
  expect(record.answered?.planner?.standIn).toBeLessThanOrEqual(10);
  const told = eventsOf(shop.folder("watched")).map(({ type }) => type);
  expect(told.filter((type) => type === "paused")).toHaveLength(1);
  expect(told.filter((type) => type === "stand-in")).toHaveLength(record.answered?.planner?.standIn ?? 0);
});

it("what the stand-in plans in an evaluation that asks the model is told and counted too", async () => {
  server.reply = () => "Nothing to plan.";
  const { evaluation, training, models, ...rest } = experiment(1);
  const run = await shop.start("evaluated", {
    ...rest,
    // Other runs have had plans for some of the same questions.
    models: { ...models, cache: false },
    training: { ...training, iterations: 1 },
    evaluation: { ...evaluation, every: 1, planner: "same" },
  });
  const { answered } = await run.execute();
  const standIns = eventsOf(shop.folder("evaluated")).filter((event) => event.type === "stand-in");
  const evaluated = standIns.filter(({ episode }) => episode.startsWith("evaluation "));
  expect(evaluated.length).toBeGreaterThan(5);
  expect(answered?.planner).toEqual({ model: 0, standIn: standIns.length });
});

describe("a run that is killed while its stand-in plans now and then", () => {
  it("counts, and tells of each, as if it had not been", async () => {
    // By what is asked, so that an equal question has an equal answer.
    server.reply = (messages) => {
      const [question = ""] = String(messages.at(-1)?.content).split("Your last answer");
      return question.trimEnd().length % 3 === 0 ? "Nothing to plan." : plan;
    };
    const whole = await shop.start("whole", experiment(1), {
      // Rows of the iteration under way are there already, and belong to no checkpoint.
      row: (_, kind, row) => {
        if (kind === "events" && "iteration" in row && row.iteration === 3) {
          whole.flush();
          shop.snapshot("whole", "killed");
        }
      },
    });
    const { answered, summary } = await whole.execute();
    const { standIn = 0, model = 0 } = answered?.planner ?? {};
    expect(summary?.plans).toMatchObject({
      plans: standIn + model,
      usable: model / (standIn + model),
      copied: model / (standIn + model),
    });
    expect(answered?.planner?.standIn).toBeGreaterThan(3);
    expect(answered?.planner?.model).toBeGreaterThan(3);

    await (await shop.resume("killed")).execute();
    expect(recordOf(shop.folder("killed")).answered).toEqual(answered);
    expect(recordOf(shop.folder("killed")).summary?.plans).toEqual(summary?.plans);
    expect(metricsOf(shop.folder("killed"))).toBe(metricsOf(shop.folder("whole")));
    const standIns = (name: string) => eventsOf(shop.folder(name)).filter(({ type }) => type === "stand-in");
    expect(standIns("killed")).toEqual(standIns("whole"));
  });
});
