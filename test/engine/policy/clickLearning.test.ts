/** What the click loss, the warm start and the session's notes are for (docs/method.md, section 6). */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../../../src/engine/data/dataset.ts";
import { TokenSequence } from "../../../src/engine/encoder/tokenSequence.ts";
import { viewSequence } from "../../../src/engine/encoder/views.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";
import { clickLoss, servedClicks } from "../../../src/engine/policy/clickLoss.ts";
import { loggedFragments } from "../../../src/engine/policy/loggedFragments.ts";
import type { ActMode, Policy } from "../../../src/engine/policy/policy.ts";
import { createPpoPolicy } from "../../../src/engine/policy/ppo.ts";
import { sessionNotes } from "../../../src/engine/policy/sessionNotes.ts";
import { viewsOf } from "../../../src/engine/policy/views.ts";
import { TensorEngine } from "../../../src/engine/tensor/tensorEngine.ts";
import type { ExperimentInput } from "../../../src/protocol/experiment.ts";
import { openSession, step, toyDataset, toyExperiment } from "./fixtures.ts";

let engine: TensorEngine;
beforeAll(async () => {
  engine = await TensorEngine.create({ backend: "wasm", workers: 0 });
});
afterAll(() => engine.dispose());

describe("the click loss", () => {
  it("is the cross-entropy of w . e + b, with gradients for w, b and the items", () => {
    const mean = Float32Array.of(1, -2, 0.5);
    const encodings = Float32Array.of(9, 9, 0.5, 0, 0, 1);
    const [dmean, dencodings] = [new Float32Array(3), new Float32Array(6)];
    // Logits: item 1 1 * .5 + .5 = 1, clicked; item 2 -2 + .5 = -1.5, not clicked.
    const loss = clickLoss({ mean, encodings, rows: [1, 2], labels: [1, 0] }, 2, dmean, dencodings);
    const [p1, p2] = [1 / (1 + Math.exp(-1)), 1 / (1 + Math.exp(1.5))];
    expect(loss).toBeCloseTo((-Math.log(p1) - Math.log(1 - p2)) / 2, 6);
    // Twice half the gradient of each item's logit.
    const [g1, g2] = [p1 - 1, p2];
    const close = (actual: Float32Array, expected: readonly number[]) =>
      expected.forEach((value, i) => {
        expect(actual[i]).toBeCloseTo(value, 6);
      });
    close(dmean, [0.5 * g1, g2, g1 + g2]);
    close(dencodings, [0, 0, g1, -2 * g1, g2, -2 * g2]);
  });

  it("stays finite where a score is far from what happened", () => {
    const slate = { mean: Float32Array.of(1000, 0), encodings: Float32Array.of(1, -1), rows: [0, 1], labels: [0, 1] };
    expect(clickLoss(slate, 1, new Float32Array(2), new Float32Array(2))).toBe(1000);
  });
});

describe("item encodings", () => {
  const ITEMS = 240;
  const dataset = toyDataset(8, ITEMS, 2, 4);
  /** Half of the items are worth a click; nothing but their ids tells which. */
  const liked = Uint8Array.from({ length: ITEMS }, (_, item) => new RandomStream(1, "liked", item).integer(2));

  /** Share of clicks where plans leave six items at random: about half of them are liked. */
  async function clicksAfter(iterations: number, policyInput: ExperimentInput["policy"]): Promise<number> {
    const experiment = toyExperiment({
      policy: { initialStd: 0.5, layers: 1, ...policyInput },
      ppo: { learningRates: { action: 3e-3, value: 3e-3, encoder: 3e-3, std: 1e-3 } },
      simulator: { users: 8, slateSize: 2 },
    });
    const policy = createPpoPolicy({ engine, dataset, experiment });
    const random = new RandomStream(2, "plans");
    const play = (player: Policy, mode: ActMode, number: number): number => {
      const sessions = Array.from({ length: 8 }, (_, slot) => openSession(dataset, slot, number, random.integer(8)));
      for (const session of sessions) player.open(session);
      const requests = sessions.map((session) => {
        const mask = new Uint8Array(ITEMS);
        for (let i = 0; i < 6; i++) mask[random.integer(ITEMS)] = 2;
        mask[0] = Math.max(mask[0] as number, 1);
        mask[1] = Math.max(mask[1] as number, 1);
        return { session, mask };
      });
      const slates = player.act(requests, mode);
      const outcomes = sessions.map((session, row) => {
        const items = [...slates.slice(2 * row, 2 * row + 2)];
        session.steps.push(
          step(
            items,
            items.map((item) => liked[item] as number),
          ),
        );
        return { session, reward: session.steps.at(-1)?.reward ?? 0, terminated: true, truncated: false };
      });
      player.observe(outcomes);
      return outcomes.reduce((sum, { reward }) => sum + reward / outcomes.length, 0);
    };
    for (let i = 0; i < iterations; i++) {
      for (let t = 0; t < 10; t++) play(policy, "sample", 10 * i + t);
      await policy.learn();
    }
    const evaluator = policy.evaluator(8);
    let mean = 0;
    for (let t = 0; t < 40; t++) mean += play(evaluator, "mean", t) / 40;
    await evaluator.dispose();
    await policy.dispose();
    return mean;
  }

  it("learn which items are clicked, which rewards alone do not teach them", async () => {
    const untrained = await clicksAfter(0, {});
    const byRewards = await clicksAfter(40, {});
    const byClicks = await clicksAfter(40, { clickLoss: 10, tableScale: 0.05 });
    expect(untrained).toBeLessThan(0.6);
    expect(byRewards).toBeLessThan(0.7);
    expect(byClicks).toBeGreaterThan(0.85);
  });
});

describe("the log as a rollout", () => {
  const data = toyDataset(4, 24, 4, 6);
  const { log } = data;
  const options = { identity: ({ user }: { user: number }) => user, notes: sessionNotes(toyExperiment()) };

  it("is every logged item in the state before it, with its own click", () => {
    const fragments = loggedFragments(data, 100, options);
    expect(fragments.map(({ sequence }) => sequence.user)).toEqual([0, 1, 2, 3]);
    fragments.forEach(({ sequence, transitions }, user) => {
      expect(transitions.map(({ tokens, nextTokens }) => [tokens, nextTokens])).toEqual(
        [1, 2, 3, 4, 5, 6].map((tokens) => [tokens, tokens + 1]),
      );
      const served = transitions.map((transition) => servedClicks(sequence, transition));
      const rows = [0, 1, 2, 3, 4, 5].map((i) => 6 * user + i);
      expect(served.map(({ items }) => items)).toEqual(rows.map((row) => [log.items[row]]));
      expect(served.map(({ labels }) => labels)).toEqual(rows.map((row) => [(log.feedback[row] as number) & 1]));
    });
  });

  it("leaves out clicks that were not recorded and users who are held out, and cuts long logs", () => {
    const observed = log.observed.slice();
    observed[7] = 2;
    const partly: Dataset = { ...data, log: { ...log, observed }, heldOut: Uint8Array.of(1, 0, 0, 0) };
    const fragments = loggedFragments(partly, 5, options);
    expect(fragments.map(({ sequence }) => [sequence.user, sequence.length])).toEqual([
      [1, 5],
      [1, 3],
      [2, 5],
      [2, 3],
      [3, 5],
      [3, 3],
    ]);
    expect(fragments[0]?.transitions.map(({ tokens }) => tokens)).toEqual([1, 3, 4]);
  });
});

describe("a warm start", () => {
  it("knows before the first visit what the log says is clicked, and stops when it is told to", async () => {
    const base = toyDataset(40, 30, 3, 20);
    // Everybody clicks the items of category 1 and no others.
    const feedback = Uint8Array.from(base.log.items, (item) => (item % 3 === 1 ? 1 : 0));
    const dataset: Dataset = { ...base, log: { ...base.log, feedback } };
    const served = async (warmStart: number, progress: (fraction: number) => void = () => undefined) => {
      const experiment = toyExperiment({
        policy: { warmStart, clickLoss: 1, tableScale: 0.05, layers: 1 },
        ppo: { learningRates: { action: 3e-3, encoder: 3e-3 } },
      });
      const policy = createPpoPolicy({ engine, dataset, experiment });
      try {
        await policy.prepare?.(progress);
        const { json, arrays } = policy.state();
        expect(json).toMatchObject({ gradientSteps: 0 });
        expect(arrays.moment1?.every((moment) => moment === 0)).toBe(true);
        const sessions = Array.from({ length: 4 }, (_, slot) => openSession(dataset, slot));
        for (const session of sessions) policy.open(session);
        return [
          ...policy.act(
            sessions.map((session) => ({ session, mask: undefined })),
            "mean",
          ),
        ];
      } finally {
        await policy.dispose();
      }
    };
    const told: number[] = [];
    const warm = await served(4, (fraction) => told.push(fraction));
    expect(warm.filter((item) => item % 3 === 1)).toHaveLength(8);
    expect((await served(0)).filter((item) => item % 3 === 1).length).toBeLessThan(8);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
    const stopped = served(4, () => {
      throw new Error("stopped");
    });
    await expect(stopped).rejects.toThrow("stopped");
  });
});

describe("the session's notes", () => {
  it("say which tokens are the session's, at which step, and what patience was left", () => {
    const session = openSession(toyDataset(), 0);
    session.steps.push({ ...step([1, 2], [1, 0]), patience: 19 }, { ...step([3, 4], [0, 0]), patience: 17 });
    const { width, at } = sessionNotes(toyExperiment({ policy: { state: "session" } }));
    expect(width).toBe(3);
    expect([at(session, 0), at(session, 1)]).toEqual([
      [1, 1 / 20, 19 / 20],
      [1, 2 / 20, 17 / 20],
    ]);
    const window = { quit: { rule: "window", maxTurns: 40 } } as const;
    const notes = sessionNotes(toyExperiment({ policy: { state: "session" }, simulator: window }));
    expect(notes.at(session, 1)).toEqual([1, 2 / 40, 17 / 40]);
    expect(sessionNotes(toyExperiment()).width).toBe(0);
  });

  it("stand beside the feedback of a view's tokens, and are nothing in what was logged", () => {
    const experiment = toyExperiment({ policy: { state: "session" } });
    const history = { items: Int32Array.of(7), feedback: Uint8Array.of(3) };
    const sequence = new TokenSequence(0, history, 3);
    sequence.append([5], [1], [1, 0.25, 0.5]);
    const view = viewSequence(viewsOf(experiment), sequence, 3, [3], 5, 99);
    expect([...view.feedback]).toEqual([0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0.25, 0.5]);
    expect(() => sequence.append([5], [1])).toThrow(RangeError);
  });
});
