/** Small data sets and sessions for the policy's tests. */

import type { Dataset, FeatureTable } from "../../../src/engine/data/dataset.ts";
import { TokenSequence } from "../../../src/engine/encoder/tokenSequence.ts";
import { RandomStream } from "../../../src/engine/math/random.ts";
import type { Fragment } from "../../../src/engine/policy/rollout.ts";
import type { Session, SessionStep } from "../../../src/engine/simulator/session.ts";
import { type Experiment, type ExperimentInput, experimentSchema } from "../../../src/protocol/experiment.ts";

function features(rows: number, names: readonly string[], sizes: readonly number[]): FeatureTable {
  const values = new Int32Array(rows * sizes.length);
  for (let row = 0; row < rows; row++) {
    sizes.forEach((size, f) => {
      values[row * sizes.length + f] = (row * (f + 1) + f) % size;
    });
  }
  return { names, sizes, values };
}

/** Items cycle through the categories: item i belongs to category i % categories. */
export function toyDataset(users = 8, items = 24, categories = 4, historyLength = 6): Dataset {
  const random = new RandomStream(7, "toy data");
  const rows = users * historyLength;
  return {
    name: "toy",
    users,
    items,
    userIds: Array.from({ length: users }, (_, i) => `u${i}`),
    itemIds: Array.from({ length: items }, (_, i) => `i${i}`),
    categories: Array.from({ length: categories }, (_, id) => ({ id, name: `category ${id}` })),
    itemCategories: {
      offsets: Int32Array.from({ length: items + 1 }, (_, i) => i),
      values: Int32Array.from({ length: items }, (_, i) => i % categories),
    },
    userFeatures: features(users, ["activity", "age"], [3, 5]),
    itemFeatures: features(items, ["category"], [categories]),
    feedbackTypes: ["is_click", "is_like"],
    log: {
      offsets: Int32Array.from({ length: users + 1 }, (_, i) => i * historyLength),
      items: Int32Array.from({ length: rows }, () => random.integer(items)),
      feedback: Uint8Array.from({ length: rows }, () => random.integer(4)),
      observed: new Uint8Array(rows).fill(3),
    },
    dropped: [],
    fingerprint: `toy-${users}-${items}-${categories}-${historyLength}`,
  };
}

/** An experiment with a network small enough for tests. */
export function toyExperiment(input: ExperimentInput = {}): Experiment {
  return experimentSchema.parse({
    ...input,
    simulator: { users: 4, slateSize: 2, historyLength: 10, ...input.simulator },
    policy: { idEmbedding: 8, encoding: 8, heads: 2, feedForward: 16, layers: 2, hidden: [16], ...input.policy },
    ppo: { dropout: 0, ...input.ppo },
  });
}

export function step(items: readonly number[], feedback: readonly number[]): SessionStep {
  const clicks = feedback.filter((bits) => bits & 1).length;
  return {
    items,
    feedback,
    probabilities: items.map(() => 0.5),
    reward: clicks / items.length,
    repeated: false,
    patience: 10,
  };
}

/** A session whose steps the test appends to. */
export type OpenSession = Session & { readonly steps: SessionStep[] };

export function openSession(dataset: Dataset, slot: number, number = 0, user = slot, historyLength = 10): OpenSession {
  const end = dataset.log.offsets[user + 1] as number;
  const start = Math.max(dataset.log.offsets[user] as number, end - historyLength);
  const history = {
    items: dataset.log.items.subarray(start, end),
    feedback: dataset.log.feedback.subarray(start, end),
  };
  return { number, slot, user, key: slot * 1000 + number, history, steps: [] };
}

/** Fragments of the given lengths; orders count up through them. */
export function fragments(...lengths: readonly number[]): Fragment[] {
  const dataset = toyDataset();
  let order = 0;
  return lengths.map((length, slot) => ({
    slot,
    sequence: new TokenSequence(slot % 8, openSession(dataset, slot % 8).history),
    bootstrap: 0,
    transitions: Array.from({ length }, (_, step) => ({
      order: order++,
      tokens: 7 + 2 * step,
      action: new Float32Array(1),
      logProbability: 0,
      value: step,
      reward: 1,
      terminated: false,
      nextTokens: 9 + 2 * step,
      advantage: 0,
      target: 0,
    })),
  }));
}
