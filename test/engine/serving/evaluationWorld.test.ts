import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { evaluationWorld } from "../../../src/engine/serving/evaluationWorld.ts";
import { createPolicy, policyIn } from "../../../src/engine/serving/policies.ts";
import { buildWorld, type World } from "../../../src/engine/serving/world.ts";
import { TensorEngine } from "../../../src/engine/tensor/tensorEngine.ts";
import { type ExperimentInput, experimentSchema } from "../../../src/protocol/experiment.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { noHistory, sessionOf } from "../simulator/toy.ts";
import { clickExperiment, clickWorld } from "./clickWorld.ts";

const scratch = scratchFolder();
let engine: TensorEngine;
beforeAll(async () => {
  engine = await TensorEngine.create({ backend: "wasm", workers: 0 });
});
afterAll(async () => {
  await engine.dispose();
  scratch.remove();
});

async function worlds(input: ExperimentInput = {}, users = 60) {
  const dataset = { kind: "synthetic", users, items: 60, categories: 6 } as const;
  const experiment = experimentSchema.parse({ dataset, ...input });
  const said: string[] = [];
  const options = {
    engine,
    baseFolder: scratch.path,
    storageFolder: scratch.path,
    progress: (phase: string) => said.push(phase),
    log: (message: string) => said.push(message),
    signal: new AbortController().signal,
  };
  const training = await buildWorld(experiment, options);
  return { experiment, training, evaluation: await evaluationWorld(training, experiment, options), said };
}

/** Click probabilities of all items in a user's first step. */
function clicks({ responseModels, dataset }: World, user: number): readonly number[] {
  const model = responseModels(1);
  const out = new Float32Array(dataset.items);
  model.open(0, user, noHistory);
  model.predictAll(0, 0, out);
  model.dispose();
  return [...out];
}

const drawn = ({ users }: World): ReadonlySet<number> => {
  const random = new RandomStream(1);
  return new Set(Array.from({ length: 2000 }, () => users.sample(random)));
};

describe("the world of evaluations", () => {
  it("has users that training's has not, and other noise, the same each time", async () => {
    const { training, evaluation } = await worlds();
    const [seen, strangers] = [drawn(training), drawn(evaluation)];
    expect([seen.size, strangers.size]).toEqual([48, 12]);
    expect([...strangers].filter((user) => seen.has(user))).toEqual([]);
    expect(clicks(evaluation, 0)).not.toEqual(clicks(training, 0));
    expect(clicks((await worlds()).evaluation, 0)).toEqual(clicks(evaluation, 0));
  });

  it("is training's where nothing sets it apart", async () => {
    const same = { users: "all", responseModel: "same" } as const;
    for (const input of [{ evaluation: same }, { fidelity: { mode: "reference" } as const }]) {
      const { training, evaluation } = await worlds(input);
      expect(evaluation).toBe(training);
      expect(drawn(training).size).toBe(60);
    }
    const { training, evaluation } = await worlds({ evaluation: { ...same, users: "heldOut" } });
    expect(evaluation.responseModels).toBe(training.responseModels);
    expect(drawn(evaluation).size).toBe(12);
  });

  it("says so where too few users could be held out", async () => {
    const { said, training, evaluation } = await worlds({}, 9);
    expect(said.filter((words) => words.startsWith("Evaluations"))).toEqual([
      `Evaluations draw the users that training draws: "Synthetic (9 users, 60 items)" has fewer than 10 users with a history, too few to hold some out.`,
    ]);
    expect(drawn(evaluation)).toEqual(drawn(training));
  });

  it("has a user model of its own, trained on other rows and kept beside training's", async () => {
    const input = { simulator: { responseModel: { kind: "trained", epochs: 1 } } } as const;
    const { training, evaluation, said } = await worlds(input);
    expect(clicks(evaluation, 0)).not.toEqual(clicks(training, 0));
    expect(said).toContain("Training the user response model of evaluations");
    const again = await worlds(input);
    expect(again.said.filter((words) => words.includes("reused"))).toHaveLength(2);
    expect(clicks(again.evaluation, 0)).toEqual(clicks(evaluation, 0));
  });

  it("has training's response model where that was recorded, and says so", async () => {
    const experiment = clickExperiment({ simulator: { responseModel: { kind: "matrix" } } });
    const training = clickWorld(experiment);
    const said: string[] = [];
    const options = {
      engine,
      baseFolder: scratch.path,
      storageFolder: scratch.path,
      progress: () => undefined,
      log: (message: string) => said.push(message),
      signal: new AbortController().signal,
    };
    expect(await evaluationWorld(training, experiment, options)).toBe(training);
    expect(said).toEqual([expect.stringMatching(/^Evaluations have training's response model: the recorded matrix/)]);
  });

  it("lets a policy that knows the truth know its own", async () => {
    const { experiment, training, evaluation } = await worlds({
      policy: { kind: "greedy" },
      evaluation: { users: "all" },
    });
    const setting = { experiment, engine, quitRule: () => experiment.simulator.quit };
    const policy = createPolicy({ ...setting, world: training, slots: 1 });
    const slate = (world: World) => {
      const own = policyIn({ ...setting, world }, policy).evaluator(1);
      const session = sessionOf([]);
      own.open(session);
      return [...own.act([{ session, mask: undefined }], "mean")];
    };
    const best = createPolicy({ ...setting, world: evaluation, slots: 1 });
    const session = sessionOf([]);
    best.open(session);
    expect(slate(evaluation)).toEqual([...best.act([{ session, mask: undefined }], "mean")]);
    expect(slate(evaluation)).not.toEqual(slate(training));
  });

  it("asks the truth once for what holds in all of its evaluations", async () => {
    const { experiment, training, evaluation } = await worlds({ policy: { kind: "fixed-ranking" } });
    let asked = 0;
    const responseModels: World["responseModels"] = (slots) => {
      asked++;
      return evaluation.responseModels(slots);
    };
    const setting = { experiment, engine, quitRule: () => experiment.simulator.quit };
    const policy = createPolicy({ ...setting, world: training, slots: 1 });
    const own = policyIn({ ...setting, world: { ...evaluation, responseModels } }, policy);
    for (const slots of [1, 8]) await own.evaluator(slots).dispose();
    expect(asked).toBe(1);
  });
});
