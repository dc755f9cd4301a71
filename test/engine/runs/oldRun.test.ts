/** A run whose record and checkpoint were written before a model of no use paused a run. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CheckpointStore } from "../../../src/engine/store/checkpoint.ts";
import { ChatServer } from "../commands/chatServer.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { eventsOf, modelExperiment, recordOf } from "../commands/modelWorld.ts";
import { workshop } from "./workshop.ts";

const scratch = scratchFolder();
const server = new ChatServer();
beforeAll(() => server.open());
afterAll(async () => {
  await server.close();
  scratch.remove();
});

type Old = { models?: Record<string, unknown>; evaluation?: Record<string, unknown> };

/** Settings that came later. */
function forget({ models, evaluation }: Old): void {
  delete models?.unusableShare;
  delete evaluation?.modelSessions;
}

/** What an older version would have written: settings less, nobody counted, and no word of whose it is. */
async function age(folder: string): Promise<void> {
  const file = join(folder, "run.json");
  const { answered: _, uid: ___, ...record } = JSON.parse(readFileSync(file, "utf8"));
  forget(record.experiment as Old);
  writeFileSync(file, JSON.stringify({ ...record, schemaVersion: 1 }));
  const store = new CheckpointStore(folder, (warning) => {
    throw warning;
  });
  const checkpoint = await store.load();
  if (!checkpoint) throw new Error("no checkpoint");
  const { answered: __, ...json } = checkpoint.json as Record<string, unknown>;
  forget(json.experiment as Old);
  await store.save({ json, arrays: checkpoint.arrays });
}

describe("a run of an older version", () => {
  it("goes on as it was: the stand-in plans as often as it must, and nothing pauses", async () => {
    const shop = workshop(scratch.path);
    const { critic: _, ...experiment } = modelExperiment(server.baseUrl);
    const run = await shop.start("old", {
      ...experiment,
      simulator: { users: 2, historyLength: 5 },
      training: { iterations: 3, rolloutSteps: 8, checkpointEvery: 1 },
      planner: { ...experiment.planner, replanEvery: 1 },
      evaluation: { every: 10, sessions: 3, references: false, modelSessions: 0 },
    });
    server.fault = (n) => {
      if (n === 12) run.control.stop("interrupted");
      return undefined;
    };
    await run.execute();
    const folder = shop.folder("old");
    await age(folder);
    server.fault = () => undefined;
    server.reply = () => "Nothing to plan.";

    const resumed = await shop.resume("old");
    expect(resumed.current.experiment.models.unusableShare).toBe(1);
    const record = await resumed.execute();
    expect(record).toMatchObject({ state: "done", schemaVersion: 9 });
    expect(recordOf(folder)).toMatchObject({
      schemaVersion: 9,
      experiment: { models: { unusableShare: 1 }, evaluation: { modelSessions: 0 } },
    });
    expect(eventsOf(folder).filter(({ type }) => type === "paused")).toEqual([]);
    expect(eventsOf(folder).filter(({ type }) => type === "stand-in").length).toBeGreaterThan(20);
  });
});
