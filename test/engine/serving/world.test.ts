import { afterAll, describe, expect, it } from "vitest";
import { buildWorld } from "../../../src/engine/serving/world.ts";
import { TensorEngine } from "../../../src/engine/tensor/tensorEngine.ts";
import { type Experiment, type ExperimentInput, experimentSchema } from "../../../src/protocol/experiment.ts";
import { scratchFolder } from "../commands/lerl.ts";
import { sessionOf } from "../simulator/toy.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());

const dataset = { kind: "synthetic", users: 20, items: 40, categories: 6 } as const;

async function world(input: ExperimentInput, inForce?: () => Experiment) {
  return buildWorld(experimentSchema.parse({ dataset, ...input }), {
    ...(inForce && { inForce }),
    engine: await TensorEngine.create({ backend: "plain", workers: 0 }),
    baseFolder: scratch.path,
    storageFolder: scratch.path,
    progress: () => undefined,
    log: () => undefined,
    signal: new AbortController().signal,
  });
}

describe("the world of an experiment", () => {
  it("has the truth as its response model where the data has one, the click first", async () => {
    const built = await world({});
    const model = built.responseModels(1);
    expect(model.kind).toBe("latent");
    expect(built.feedbackTypes).toEqual(model.feedbackTypes);
    expect(built.feedbackTypes[0]).toBe("is_click");
    expect(built.dataset.items).toBe(40);
    model.dispose();
  });

  it("calibrates a trained user model in paper mode, and neither in reference mode nor where it is told not to", async () => {
    const isCentred = async (calibrated: "auto" | boolean, mode: "paper" | "reference") => {
      const { responseModels } = await world({
        dataset: { ...dataset, users: 30, items: 60 },
        simulator: { calibrated, responseModel: { kind: "trained", epochs: 1, maxSequence: 20 } },
        fidelity: { mode, reshaped: "policy" },
      });
      const model = responseModels(1);
      model.open(0, 0, { items: new Int32Array(0), feedback: new Uint8Array(0) });
      const likes = new Float32Array(60);
      model.predictAll(0, 2, likes);
      model.dispose();
      // Likes are rare: about one in seventy, and about a half as weighted negatives leave them.
      return { centred: model.itemEncodings.centred === true, rare: Math.max(...likes) < 0.1 };
    };
    expect(await isCentred("auto", "paper")).toEqual({ centred: true, rare: true });
    for (const other of [await isCentred(false, "paper"), await isCentred("auto", "reference")]) {
      expect(other).toEqual({ centred: false, rare: false });
    }
  });

  it("chooses by the named switch before the mode", async () => {
    const { fidelity } = await world({ fidelity: { mode: "reference", switches: { poolScore: "cumulative-reward" } } });
    expect([fidelity("poolScore"), fidelity("reflectionSession")]).toEqual(["cumulative-reward", "incoming"]);
  });

  it("allows what the quit rule in force compares, also after it has changed", async () => {
    const document = (categories: string) =>
      experimentSchema.parse({ dataset, simulator: { quit: { rule: "temper", categories } } });
    let inForce = document("primary");
    const { masks, dataset: data } = await world({}, () => inForce);
    const allowed = () => data.categories.map((_, category) => masks.build(sessionOf([]), [category]).allowed);
    const own = allowed();
    expect(own.reduce((sum, items) => sum + items, 0)).toBe(data.items);
    inForce = document("any");
    expect(allowed().reduce((sum, items) => sum + items, 0)).toBe(data.itemCategories.values.length);
    inForce = document("primary");
    expect(allowed()).toEqual(own);
  });

  it.each([
    ["a slate of more items than there are", { simulator: { slateSize: 50 } }, "experiment.slate-too-large"],
    [
      "a recorded matrix where there is none",
      { simulator: { responseModel: { kind: "matrix" } } },
      "experiment.no-truth",
    ],
  ] as const)("is refused for %s, by the setting's name", async (_, input, code) => {
    await expect(world(input)).rejects.toMatchObject({
      name: "InputError",
      code,
      message: expect.stringMatching(/^simulator\./),
    });
  });
});
