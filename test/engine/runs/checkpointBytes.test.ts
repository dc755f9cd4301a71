/** A checkpoint that was read and is saved again has the same bytes: schemas and what writes agree on the order of keys. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CheckpointStore } from "../../../src/engine/store/checkpoint.ts";
import { toJson } from "../../../src/engine/store/files.ts";
import { trainerCheckpoint } from "../../../src/engine/training/trainerState.ts";
import { ChatServer } from "../commands/chatServer.ts";
import { scratchFolder, tinyExperiment } from "../commands/lerl.ts";
import { modelExperiment } from "../commands/modelWorld.ts";
import { workshop } from "./workshop.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
const server = new ChatServer();
beforeAll(() => server.open());
afterAll(async () => {
  await server.close();
  scratch.remove();
});

async function readsAsItWrites(name: string, experiment: object): Promise<void> {
  const run = await shop.start(name, experiment);
  expect((await run.execute()).reason).toBeUndefined();
  const loaded = await new CheckpointStore(run.folder.path, (warning) => expect(warning).toBeUndefined()).load();
  const read = loaded && trainerCheckpoint(loaded, run.folder.path);
  expect(toJson(read?.json)).toBe(readFileSync(join(run.folder.path, "checkpoint/state.json"), "utf8"));
}

it.each(["ppo", "a2c", "linucb", "epsilon-greedy", "random"])("of a run with the policy %s", (kind) =>
  readsAsItWrites(kind, { ...tinyExperiment, policy: { ...tinyExperiment.policy, kind } }),
);

it("of a run with a model, some of whose replies are of no use", async () => {
  server.fault = (n) => (n % 4 === 3 ? "prose" : undefined);
  const { planner, ...experiment } = modelExperiment(server.baseUrl);
  await readsAsItWrites("model", { ...experiment, planner: { ...planner, replanEvery: 2 } });
});
