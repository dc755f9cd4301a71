/** Runs in paper mode whose users answer as a trained model says, before and after its clicks were calibrated (docs/method.md, section 3). */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { CheckpointStore } from "../../../src/engine/store/checkpoint.ts";
import { scratchFolder, tinyExperiment } from "../commands/lerl.ts";
import { metricRowsOf, recordOf } from "../commands/modelWorld.ts";
import { workshop } from "./workshop.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
afterAll(() => scratch.remove());

const simulator = { users: 4, historyLength: 20, responseModel: { kind: "trained", epochs: 1, maxSequence: 20 } };
const experiment = {
  dataset: { kind: "synthetic", users: 60, items: 200, categories: 12, signal: "strong" },
  simulator,
  planner: { categoriesPerPlan: 4, mask: "any" },
  training: { iterations: 3, checkpointEvery: 1 },
};

/** The same in the world of before, as its settings say today. */
const ofBefore = {
  ...experiment,
  simulator: { ...simulator, calibrated: false, itemTags: "primary" },
  policy: { ...tinyExperiment.policy, clickLoss: 0, tableScale: 1, state: "history" },
  evaluation: { ...tinyExperiment.evaluation, users: "all", responseModel: "same" },
};

/** What this run came to in version 5 of run.json. */
const before = [
  { reward: 0.4791666666666665, rCum: 8.875, policyLoss: -0.06620062092871527, valueLoss: 5.899578756609876 },
  {
    reward: 0.4104166666666667,
    rCum: 7.458333333333333,
    policyLoss: -0.04881080649789572,
    valueLoss: 2.281998699025232,
  },
  {
    reward: 0.4458333333333332,
    rCum: 7.416666666666666,
    policyLoss: -0.03352753567163193,
    valueLoss: 1.625604520103788,
  },
];

const valuesOf = (name: string) =>
  metricRowsOf(shop.folder(name))
    .slice(1)
    .map(({ values: { reward, rCum, policyLoss, valueLoss } }) => ({ reward, rCum, policyLoss, valueLoss }));

interface Documented {
  readonly experiment: Record<"simulator" | "policy" | "evaluation", Record<string, unknown>>;
}

/** Takes what came with version 6 out of a document. */
function forget({ experiment: { simulator: ofUsers, policy, evaluation } }: Documented): void {
  for (const key of ["calibrated", "itemTags"]) delete ofUsers[key];
  delete (ofUsers.responseModel as { exposure?: string }).exposure;
  for (const key of ["clickLoss", "tableScale", "state"]) delete policy[key];
  for (const key of ["users", "responseModel"]) delete evaluation[key];
}

/** Makes a run's documents those of version 5. */
async function age(folder: string): Promise<void> {
  const file = join(folder, "run.json");
  const record = JSON.parse(readFileSync(file, "utf8"));
  forget(record);
  writeFileSync(file, JSON.stringify({ ...record, schemaVersion: 5 }));
  const store = new CheckpointStore(folder, (warning) => {
    throw warning;
  });
  const checkpoint = await store.load();
  if (!checkpoint) throw new Error("no checkpoint");
  forget(checkpoint.json as unknown as Documented);
  await store.save(checkpoint);
}

it("runs with a trained user model go on in their own world where they were begun before, and are others today", async () => {
  const run = await shop.start("old", ofBefore, {
    progress: ({ iteration }) => void (iteration === 1 && run.control.stop("interrupted")),
  });
  await run.execute();
  await age(shop.folder("old"));
  const resumed = await shop.resume("old");
  expect((await resumed.execute()).state).toBe("done");
  expect(valuesOf("old")).toEqual(before);
  expect(recordOf(shop.folder("old")).experiment.simulator).toMatchObject({ calibrated: false, itemTags: "primary" });

  await (await shop.start("calibrated", { ...ofBefore, simulator })).execute();
  expect(valuesOf("calibrated")).not.toEqual(before);
});
