/** The user model whose feedback is reshaped as in the authors' code (docs/method.md, section 10, `feedbackHistory`). */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Dataset, type History, historyOf } from "../../../../src/engine/data/dataset.ts";
import type { ResponseModel } from "../../../../src/engine/simulator/responseModel.ts";
import { TrainedNetwork, TrainedResponseModel } from "../../../../src/engine/simulator/trained/model.ts";
import { UserModelNetwork } from "../../../../src/engine/simulator/trained/network.ts";
import { SHARDS } from "../../../../src/engine/simulator/trained/training.ts";
import { openUserModel } from "../../../../src/engine/simulator/trained/userModel.ts";
import { UserModelShard } from "../../../../src/engine/simulator/trained/userModelShard.ts";
import { ParameterStore } from "../../../../src/engine/tensor/parameters.ts";
import { TensorEngine } from "../../../../src/engine/tensor/tensorEngine.ts";
import { learnableConfig as config, learnable } from "./learnable.ts";

const dataset = learnable();
let engine: TensorEngine;
let folder: string;

beforeAll(async () => {
  engine = await TensorEngine.create({ backend: "wasm", workers: 1 });
  folder = await mkdtemp(join(tmpdir(), "lerl-reshaped-"));
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

const options = () => ({
  engine,
  storageFolder: folder,
  reshaped: true,
  progress: () => {},
  log: () => {},
  signal: new AbortController().signal,
});

describe("training", () => {
  it("learns what users click, row by row, and keeps the model apart from the one that reads feedback as recorded", async () => {
    const reshaped = await openUserModel(dataset, config, options());
    expect(reshaped.report.auc.is_click).toBeGreaterThan(0.85);
    expect(reshaped.report.auc.is_like).toBeGreaterThan(0.95);
    expect(reshaped.report).toMatchObject({ trainingRows: 40 * 20, testRows: 200, droppedUsers: 0 });
    expect((await openUserModel(dataset, config, options())).reused).toBe(true);
    const stacked = await openUserModel(dataset, { ...config, epochs: 1 }, { ...options(), reshaped: false });
    const other = await openUserModel(dataset, { ...config, epochs: 1 }, options());
    expect([stacked.reused, other.reused]).toEqual([false, false]);
    expect(await readdir(join(folder, "models"))).toHaveLength(3);
  });

  it("is none of its own where there is one type of feedback, which is the same either way", async () => {
    const log = { ...dataset.log, feedback: dataset.log.feedback.map((bits) => bits & 1) };
    const clicks: Dataset = { ...dataset, feedbackTypes: ["is_click"], log, fingerprint: "clicks" };
    const short = { ...config, epochs: 1 };
    expect((await openUserModel(clicks, short, { ...options(), reshaped: false })).reused).toBe(false);
    expect((await openUserModel(clicks, short, options())).reused).toBe(true);
  });

  it("says how far it is within a gradient step too, and can be cancelled there", async () => {
    // 40 users' 800 rows, each with its log before it: more tokens than one pass takes.
    const whole = { ...config, epochs: 2, batchSessions: 40 };
    const fractions: number[] = [];
    const progress = (_: string, fraction: number) => void fractions.push(fraction);
    await openUserModel(dataset, whole, { ...options(), progress });
    expect(fractions).toEqual([0.25, 0.5, 0.75, 1]);

    const controller = new AbortController();
    const cancelled = { ...whole, seed: 9 };
    const stop = { signal: controller.signal, onProgress: () => controller.abort(new Error("stop")) };
    await expect(openUserModel(dataset, cancelled, { ...options(), ...stop })).rejects.toThrow("stop");
    expect((await openUserModel(dataset, cancelled, options())).reused).toBe(false);
  });
});

describe("simulating", () => {
  /** Models of one untrained network, which reads feedback in either way. */
  function models() {
    const network = new UserModelNetwork(dataset, 41);
    const store = new ParameterStore(engine.memory, network.layout, SHARDS);
    store.initialize(3, "user model");
    const shared = { engine, network, store, features: network.states.placeFeatures(engine.memory), dataset };
    const open = (reshaped: boolean, dropout = 0, slots = 1) =>
      new TrainedResponseModel(new TrainedNetwork({ ...shared, reshaped }), slots, { dropout, seed: 1 });
    return { open, shared };
  }

  function predict(model: ResponseModel, slots: readonly number[], slates: readonly number[]): number[] {
    const out = new Float32Array(slates.length * 2);
    model.predict(slots, Int32Array.from(slates), out);
    return [...out];
  }

  const historyWith = (...bits: readonly number[]): History => ({
    items: Int32Array.from(bits, (_, i) => (5 * i) % 12),
    feedback: Uint8Array.from(bits),
  });

  it.each([0, 0.3])("reads the vectors that concatenating along time and cutting gives; dropout %s", (dropout) => {
    const { open } = models();
    const ask = (reshaped: boolean, ...bits: readonly number[]) => {
      const model = open(reshaped, dropout);
      model.open(0, 2, historyWith(...bits));
      return predict(model, [0], [0, 1, 2]);
    };
    // Clicks 1 0 1 and likes 0 1 1; together 1 0 1 0 1 1, in pairs 10 10 11: bits 1, 1, 3.
    expect(ask(true, 1, 2, 3)).toEqual(ask(false, 1, 1, 3));
    expect(ask(true, 1, 2, 3)).not.toEqual(ask(false, 1, 2, 3));
    // Without the first click 0 0 1 0 1 1 are 00 10 11.
    expect(ask(true, 0, 2, 3)).toEqual(ask(false, 0, 1, 3));
    expect(ask(true, 0, 2, 3)).not.toEqual(ask(true, 1, 2, 3));
  });

  it("predicts what training predicted for a row of the log", () => {
    const { open, shared } = models();
    const shard = new UserModelShard({ ...shared, reshaped: true }, 0);
    shard.record([{ user: 6, start: 6 * 30, end: 6 * 30 + 21, from: 6 * 30 + 20 }]);
    engine.run([shard.tape]);
    const model = open(true);
    const { items, feedback } = dataset.log;
    const [begins, row] = [6 * 30, 6 * 30 + 20];
    model.open(0, 6, { items: items.subarray(begins, row), feedback: feedback.subarray(begins, row) });
    const probabilities = predict(model, [0], [items[row] as number]);
    probabilities.forEach((p, f) => {
      expect(p).toBeCloseTo(1 / (1 + Math.exp(-(shard.logits[f] as number))), 6);
    });
  });

  it.each([0, 0.3])(
    "gives the same bits however tokens are cut into calls and slots are grouped; dropout %s",
    (dropout) => {
      const { open } = models();
      const [served, feedback] = [
        [3, 1, 4, 1, 5, 9, 2, 6],
        [1, 0, 3, 2, 1, 1, 0, 3],
      ];
      const whole = open(true, dropout, 2);
      whole.open(1, 7, historyOf(dataset, 7, 20));
      whole.open(0, 8, historyOf(dataset, 8, 20));
      whole.append([1], Int32Array.from(served), Uint8Array.from(feedback));
      const expected = predict(whole, [0, 1], [0, 1, 2, 0, 1, 2]).slice(6);

      const pieces = open(true, dropout, 2);
      pieces.open(1, 7, historyOf(dataset, 7, 20));
      for (let i = 0; i < served.length; i += 2) {
        predict(pieces, [1], [0, 1]);
        pieces.append([1], Int32Array.from(served.slice(i, i + 2)), Uint8Array.from(feedback.slice(i, i + 2)));
      }
      expect(predict(pieces, [1], [0, 1, 2])).toEqual(expected);
      const everything = new Float32Array(12);
      pieces.predictAll(1, 1, everything);
      expect([...everything.subarray(0, 3)]).toEqual([expected[1], expected[3], expected[5]]);
    },
  );

  it("goes on when a session outgrows the sequences it was trained on", () => {
    const model = models().open(true);
    model.open(0, 1, historyOf(dataset, 1, 20));
    for (let t = 0; t < 40; t++) {
      model.append([0], Int32Array.from([t % 12, (t + 1) % 12]), Uint8Array.from([1, 2]));
      for (const p of predict(model, [0], [0, 1])) expect(p > 0 && p < 1).toBe(true);
    }
  });
});
