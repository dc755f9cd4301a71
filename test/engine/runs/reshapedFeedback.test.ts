/**
 * Runs in reference mode whose users answer as a trained model says. Until `fidelity.reshaped` came, reshaped feedback
 * (docs/method.md, section 10, `feedbackHistory`) was the policy's alone.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CheckpointStore } from "../../../src/engine/store/checkpoint.ts";
import { lerl, scratchFolder, tinyExperiment, writeExperiment } from "../commands/lerl.ts";
import { metricRowsOf, recordOf } from "../commands/modelWorld.ts";
import { workshop } from "./workshop.ts";

const scratch = scratchFolder();
const shop = workshop(scratch.path);
afterAll(() => scratch.remove());

const experiment = (reshaped: "policy" | "everywhere") => ({
  dataset: { kind: "synthetic", users: 60, items: 200, categories: 12, signal: "strong" },
  simulator: { users: 4, historyLength: 20, responseModel: { kind: "trained", epochs: 1, maxSequence: 20 } },
  planner: { categoriesPerPlan: 4, mask: "any" },
  training: { iterations: 3, checkpointEvery: 1 },
  fidelity: { mode: "reference", reshaped },
});

/** What this run came to before there was such a setting. */
const before = [
  { reward: 0.5479166666666666, rCum: 10.625, policyLoss: -0.010891120285563136, valueLoss: 0.2815076930150727 },
  {
    reward: 0.4625,
    rCum: 9.083333333333332,
    policyLoss: 0.04871648139256073,
    valueLoss: 0.1359988511491117,
  },
  {
    reward: 0.4833333333333332,
    rCum: 9.666666666666666,
    policyLoss: 0.008983657729883366,
    valueLoss: 0.1282991893857278,
    evalRCum: 9.791666666666666,
  },
];

const valuesOf = (name: string) =>
  metricRowsOf(shop.folder(name))
    .slice(1)
    .map(({ values: { reward, rCum, policyLoss, valueLoss, evalRCum } }) => ({
      reward,
      rCum,
      policyLoss,
      valueLoss,
      ...(evalRCum !== undefined && { evalRCum }),
    }));

const forget = (document: { experiment: { fidelity: { reshaped?: string } } }): void => {
  delete document.experiment.fidelity.reshaped;
};

/** Takes the setting out of a run's documents, which then are of a version before. */
async function age(folder: string): Promise<void> {
  const file = join(folder, "run.json");
  const { answered: _, uid: __, ...record } = JSON.parse(readFileSync(file, "utf8"));
  forget(record);
  writeFileSync(file, JSON.stringify({ ...record, schemaVersion: 1 }));
  const store = new CheckpointStore(folder, (warning) => {
    throw warning;
  });
  const checkpoint = await store.load();
  if (!checkpoint) throw new Error("no checkpoint");
  forget(checkpoint.json as Parameters<typeof forget>[0]);
  await store.save({ json: checkpoint.json, arrays: checkpoint.arrays });
}

describe("reshaped feedback", () => {
  it("is other feedback for the user model, unless the setting names the policy alone: then all is as it was", async () => {
    await (await shop.start("policy", experiment("policy"))).execute();
    expect(valuesOf("policy")).toEqual(before);
    await (await shop.start("everywhere", experiment("everywhere"))).execute();
    expect(valuesOf("everywhere")).not.toEqual(before);
  });

  it.each(["policy", "everywhere"] as const)(
    "%s: lerl user-model finds the model that the run trained",
    async (reshaped) => {
      const file = writeExperiment(
        scratch.path,
        { ...tinyExperiment, ...experiment(reshaped) },
        `${reshaped}.lerl.json`,
      );
      const { out } = await lerl(["user-model", "train", file, "--json"], scratch.path);
      expect(JSON.parse(out)).toMatchObject({ reused: true });
      expect(readdirSync(join(scratch.path, ".lerl/models"))).toHaveLength(2);
    },
  );

  it("stays the policy's alone in a run of a version before, which goes on to the numbers it would have had", async () => {
    const run = await shop.start("old", experiment("policy"), {
      progress: ({ iteration }) => void (iteration === 1 && run.control.stop("interrupted")),
    });
    await run.execute();
    expect(recordOf(shop.folder("old")).state).toBe("interrupted");
    await age(shop.folder("old"));
    const resumed = await shop.resume("old");
    expect(resumed.current.experiment.fidelity.reshaped).toBe("policy");
    expect((await resumed.execute()).state).toBe("done");
    expect(valuesOf("old")).toEqual(before);
    expect(recordOf(shop.folder("old")).experiment.fidelity.reshaped).toBe("policy");
  });
});
