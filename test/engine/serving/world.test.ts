import { afterAll, describe, expect, it } from "vitest";
import { buildWorld } from "../../../src/engine/serving/world.ts";
import { TensorEngine } from "../../../src/engine/tensor/tensorEngine.ts";
import { type ExperimentInput, experimentSchema } from "../../../src/protocol/experiment.ts";
import { scratchFolder } from "../commands/lerl.ts";

const scratch = scratchFolder();
afterAll(() => scratch.remove());

const dataset = { kind: "synthetic", users: 20, items: 40, categories: 6 } as const;

async function world(input: ExperimentInput) {
  return buildWorld(experimentSchema.parse({ dataset, ...input }), {
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

  it("chooses by the named switch before the mode", async () => {
    const { fidelity } = await world({ fidelity: { mode: "reference", switches: { poolScore: "cumulative-reward" } } });
    expect([fidelity("poolScore"), fidelity("reflectionSession")]).toEqual(["cumulative-reward", "incoming"]);
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
