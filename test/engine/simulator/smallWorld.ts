import type { Dataset } from "../../../src/engine/data/dataset.ts";
import type { Session, SessionStep } from "../../../src/engine/simulator/session.ts";
import { type Experiment, experimentSchema } from "../../../src/protocol/experiment.ts";

/** Six items in four categories; item i has primary category i % 4, item 5 has category 3 besides. */
export function smallDataset(names: readonly string[] = ["Dance", "Music", "Sport", "Food"]): Dataset {
  const noFeatures = { names: [], sizes: [], values: new Int32Array(0) };
  return {
    name: "small",
    users: 1,
    items: 6,
    userIds: ["u0"],
    itemIds: ["a", "b", "c", "d", "e", "f"],
    categories: names.map((name, i) => ({ id: 10 + i, name })),
    itemCategories: { offsets: Int32Array.of(0, 1, 2, 3, 4, 5, 7), values: Int32Array.of(0, 1, 2, 3, 0, 1, 3) },
    userFeatures: noFeatures,
    itemFeatures: noFeatures,
    feedbackTypes: ["is_click"],
    log: {
      offsets: Int32Array.of(0, 4),
      items: Int32Array.of(0, 1, 2, 3),
      feedback: Uint8Array.of(1, 0, 1, 0),
      observed: Uint8Array.of(1, 1, 1, 1),
    },
    dropped: [],
    fingerprint: "small",
  };
}

/** Slates of three, everything else as it is by default. */
export const smallExperiment = (more: object = {}): Experiment =>
  experimentSchema.parse({ simulator: { slateSize: 3 }, ...more });

export function step(items: readonly number[], feedback: readonly number[], repeated = false): SessionStep {
  const clicks = feedback.reduce((sum, bits) => sum + (bits & 1), 0);
  return {
    items,
    feedback,
    probabilities: items.map(() => 0.5),
    reward: clicks / items.length,
    repeated,
    patience: 10,
  };
}

export function sessionOf(steps: readonly SessionStep[], slot = 0, number = 0): Session {
  const history = { items: Int32Array.of(0, 1, 2, 3), feedback: Uint8Array.of(1, 0, 1, 0) };
  return { number, slot, user: 0, key: 1000 + slot * 100 + number, history, steps };
}
