import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { historyOf } from "../../../../src/engine/data/dataset.ts";
import { GreedyPolicy } from "../../../../src/engine/policy/baselines/greedy.ts";
import { LookaheadPolicy } from "../../../../src/engine/policy/baselines/lookahead.ts";
import { categoryRows } from "../../../../src/engine/simulator/itemEncodings.ts";
import type { ResponseModel } from "../../../../src/engine/simulator/responseModel.ts";
import { openUserModel, trainedResponseModel } from "../../../../src/engine/simulator/trained/userModel.ts";
import { TensorEngine } from "../../../../src/engine/tensor/tensorEngine.ts";
import { quitRuleSchema } from "../../../../src/protocol/experiment/simulator.ts";
import { toyDataset } from "../../policy/fixtures.ts";
import { learnable, learnableConfig } from "./learnable.ts";

const dataset = learnable();
const config = learnableConfig;
let engine: TensorEngine;
let folder: string;
const messages: string[] = [];

beforeAll(async () => {
  engine = await TensorEngine.create({ backend: "wasm", workers: 1 });
  folder = await mkdtemp(join(tmpdir(), "lerl-user-model-"));
});

afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

const options = (own: { readonly engine?: TensorEngine; readonly storageFolder?: string } = {}) => ({
  engine,
  storageFolder: folder,
  progress: () => {},
  log: (message: string) => {
    messages.push(message);
  },
  signal: new AbortController().signal,
  ...own,
});

/** Click and like probabilities of `slates` in a session of `user`. */
function predict(model: ResponseModel, slots: readonly number[], slates: readonly number[]): number[] {
  const out = new Float32Array(slates.length * 2);
  model.predict(slots, Int32Array.from(slates), out);
  return [...out];
}

describe("training", () => {
  it("learns what users click, reports it, and keeps the model for the next time", async () => {
    const fractions: number[] = [];
    const first = await openUserModel(dataset, config, {
      ...options(),
      progress: (phase, fraction) => {
        expect(phase).toBe("Training the user response model");
        fractions.push(fraction);
      },
    });
    expect(first.reused).toBe(false);
    expect(first.report.auc.is_click).toBeGreaterThan(0.85);
    expect(first.report.auc.is_like).toBeGreaterThan(0.95);
    expect(first.report).toMatchObject({ trainingRows: 40 * 20, testRows: 200, droppedUsers: 0 });
    const validation = first.report.epochs.map(({ validationAuc }) => validationAuc ?? 0);
    expect(validation).toHaveLength(config.epochs);
    expect(first.report.keptEpoch).toBe(1 + validation.indexOf(Math.max(...validation)));
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);

    const second = await openUserModel(dataset, config, options());
    expect(second.reused).toBe(true);
    expect(second.report).toEqual(first.report);
    const models = [first, second].map(({ factory }) => {
      const model = factory(1);
      model.open(0, 3, historyOf(dataset, 3, 20));
      return predict(model, [0], [0, 1, 2, 3]);
    });
    expect(models[1]).toEqual(models[0]);
  });

  it("gives the same weights with any number of threads", async () => {
    const short = { ...config, epochs: 1 };
    const weights = await Promise.all(
      [0, 1, 2].map(async (workers) => {
        const own = await TensorEngine.create({ backend: "wasm", workers });
        const storageFolder = join(folder, `workers-${workers}`);
        const model = await openUserModel(dataset, short, options({ engine: own, storageFolder }));
        await own.dispose();
        return readFile(join(model.folder, "weights.f32"));
      }),
    );
    expect(weights[1]?.equals(weights[0] as Buffer)).toBe(true);
    expect(weights[2]?.equals(weights[0] as Buffer)).toBe(true);
  });

  it("trains again, with a message, when the kept files are not what was written", async () => {
    const short = { ...config, epochs: 1, seed: 7 };
    const { folder: kept } = await openUserModel(dataset, short, options());
    await truncate(join(kept, "weights.f32"), 100);
    messages.length = 0;
    expect((await openUserModel(dataset, short, options())).reused).toBe(false);
    expect(messages[0]).toMatch(/holds 100 bytes instead of \d+\); it is trained again/);
    const weights = await readFile(join(kept, "weights.f32"));
    weights[weights.length >> 1] = (weights[weights.length >> 1] ?? 0) ^ 1;
    await writeFile(join(kept, "weights.f32"), weights);
    expect((await openUserModel(dataset, short, options())).reused).toBe(false);
    expect(messages.join()).toContain("weights.f32 is damaged");
    await writeFile(join(kept, "model.json"), "{");
    expect((await openUserModel(dataset, short, options())).reused).toBe(false);
    expect((await openUserModel(dataset, short, options())).reused).toBe(true);
  });

  it("measures a kept model of before calibration, and does not train it again", async () => {
    const short = { ...config, epochs: 1, seed: 6 };
    const { folder: kept, report } = await openUserModel(dataset, short, options());
    const path = join(kept, "model.json");
    const record = JSON.parse(await readFile(path, "utf8")) as { report: Partial<typeof report> };
    const whole = structuredClone(record);
    delete record.report.calibration;
    delete record.report.personalisation;
    await writeFile(path, JSON.stringify(record));
    const again = await openUserModel(dataset, short, options());
    expect(again.reused).toBe(true);
    expect(again.report).toEqual(report);
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual(whole);
  });

  it("stops early when it is cancelled and keeps nothing", async () => {
    const controller = new AbortController();
    const cancelled = { ...config, seed: 8 };
    const storageFolder = join(folder, "cancelled");
    const opening = openUserModel(dataset, cancelled, {
      ...options({ storageFolder }),
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("stop")),
    });
    await expect(opening).rejects.toThrow("stop");
    expect((await openUserModel(dataset, { ...cancelled, epochs: 1 }, options({ storageFolder }))).reused).toBe(false);
  });

  it("says so when nobody has enough interactions", async () => {
    const thin = { ...toyDataset(4, 12, 2, 10), fingerprint: "thin" };
    await expect(openUserModel(thin, config, options())).rejects.toThrow(/25 logged interactions/);
  });
});

describe("the trained response model", () => {
  const open = async (slots: number) => (await trainedResponseModel(dataset, config, options()))(slots);

  it("predicts the same however slots are grouped and tokens are cut into calls", async () => {
    const together = await open(3);
    const alone = await open(1);
    const users = [5, 6, 7];
    users.forEach((user, slot) => {
      together.open(slot, user, historyOf(dataset, user, 20));
    });
    const slates = [0, 1, 2, 3, 4, 5];
    const feedback = Uint8Array.from([1, 0, 3, 2, 1, 1]);
    for (let t = 0; t < 4; t++) together.append([0, 1, 2], Int32Array.from(slates), feedback);
    const all = predict(together, [0, 1, 2], slates);
    users.forEach((user, slot) => {
      alone.open(0, user, historyOf(dataset, user, 20));
      const own = slates.slice(2 * slot, 2 * slot + 2);
      for (let t = 0; t < 4; t++) {
        alone.append([0], Int32Array.from(own), feedback.subarray(2 * slot, 2 * slot + 2));
        if (t % 2 === 0) predict(alone, [0], own);
      }
      expect(predict(alone, [0], own)).toEqual(all.slice(4 * slot, 4 * slot + 4));
    });
  });

  it("goes on when a session outgrows the sequences it was trained on", async () => {
    const model = await open(1);
    model.open(0, 1, historyOf(dataset, 1, 20));
    for (let t = 0; t < 40; t++) {
      model.append([0], Int32Array.from([t % 12, (t + 1) % 12]), Uint8Array.from([1, 0]));
      for (const p of predict(model, [0], [0, 1])) expect(p > 0 && p < 1).toBe(true);
    }
  });

  it("knows the probability of every item, as predict gives it", async () => {
    const model = await open(2);
    model.open(1, 9, historyOf(dataset, 9, 20));
    const everything = Float32Array.from({ length: 12 });
    for (const type of [0, 1]) {
      model.predictAll(1, type, everything);
      const asked = predict(model, [1], [...everything.keys()]).filter((_, i) => i % 2 === type);
      expect(asked).toEqual([...everything]);
    }
  });

  it("is calibrated on asking: as frequent as it says, ranked and trained as without", async () => {
    const raw = await openUserModel(dataset, config, options());
    const scaled = await openUserModel(dataset, config, { ...options(), calibrated: true });
    expect(scaled.folder).toBe(raw.folder);
    const ask = (model: ResponseModel) => {
      model.open(0, 5, historyOf(dataset, 5, 20));
      return predict(model, [0], [...new Array(12).keys()]);
    };
    const [before, after] = [raw, scaled].map(({ factory }) => ask(factory(1)));
    for (const [f, type] of dataset.feedbackTypes.entries()) {
      const { slope = 0, intercept = 0, reliability } = raw.report.calibration[type] ?? {};
      expect(reliability?.error).toBeLessThan((reliability?.rawError ?? 0) + 0.02);
      before?.forEach((p, i) => {
        if (i % 2 !== f) return;
        const logit = Math.log(p / (1 - p));
        expect(after?.[i]).toBeCloseTo(1 / (1 + Math.exp(-(slope * logit + intercept))), 4);
      });
    }
    expect(raw.report.calibration.is_click?.reliability?.error).toBeLessThan(0.1);
  });

  it("takes the mean encoding out where it is calibrated, and only there", async () => {
    const encodingsOf = async (calibrated: boolean) =>
      (await openUserModel(dataset, config, { ...options(), calibrated })).factory(1).itemEncodings;
    const meanCosine = ({ dim, values }: { readonly dim: number; readonly values: Float32Array }) => {
      const pairs = Array.from({ length: 144 }, (_, i) => [Math.floor(i / 12), i % 12] as const).filter(
        ([a, b]) => a < b,
      );
      const cosine = (a: number, b: number) =>
        Array.from({ length: dim }, (_, d) => (values[a * dim + d] ?? 0) * (values[b * dim + d] ?? 0)).reduce(
          (x, y) => x + y,
        );
      return pairs.reduce((sum, [a, b]) => sum + cosine(a, b), 0) / pairs.length;
    };
    const [raw, centred] = [await encodingsOf(false), await encodingsOf(true)];
    expect([raw.centred, centred.centred]).toEqual([undefined, true]);
    expect(Math.abs(meanCosine(centred))).toBeLessThan(0.15);
    expect(meanCosine(raw)).toBeGreaterThan(meanCosine(centred));
  });

  it("has unit item encodings", async () => {
    const { itemEncodings } = await open(1);
    expect(itemEncodings.values.length).toBe(12 * itemEncodings.dim);
    for (let item = 0; item < 12; item++) {
      const row = itemEncodings.values.subarray(item * itemEncodings.dim, (item + 1) * itemEncodings.dim);
      expect(row.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 5);
    }
    expect(categoryRows(dataset).dim).toBe(2);
  });

  it("gives its memory back, so that evaluating an oracle again and again takes none", async () => {
    const responseModels = await trainedResponseModel(dataset, config, options());
    const oracle = {
      dataset,
      slateSize: 4,
      responseModels,
      quitRule: () => quitRuleSchema.parse({ rule: "temper" }),
      rewards: Float64Array.of(1, 0),
      penalty: 0,
    };
    const policies = [new GreedyPolicy(oracle, 4), new LookaheadPolicy(oracle)];
    const bytes: number[] = [];
    for (let evaluation = 0; evaluation < 4; evaluation++) {
      for (const policy of policies) await policy.evaluator(400).dispose();
      bytes.push(engine.memory.handle.buffer.byteLength);
    }
    expect(new Set(bytes).size).toBe(1);
    for (const policy of policies) await policy.dispose();
  });

  it("with dropout answers otherwise, but the same each time", async () => {
    const factory = (dropout: number) => trainedResponseModel(dataset, config, { ...options(), dropout });
    const ask = async (dropout: number) => {
      const model = (await factory(dropout))(1);
      model.open(0, 2, historyOf(dataset, 2, 20));
      return predict(model, [0], [0, 1]);
    };
    expect(await ask(0.3)).toEqual(await ask(0.3));
    expect(await ask(0.3)).not.toEqual(await ask(0));
  });
});
