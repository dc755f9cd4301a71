import type { PooledReflection } from "../../../src/protocol/engine.ts";
import type { Episode } from "../../../src/protocol/run.ts";

/** A reflection with what matters to a test. */
export const reflection = (id: string, fields: Partial<PooledReflection> = {}): PooledReflection => ({
  id,
  text: `Lesson ${id}.`,
  score: 1,
  episode: `e${id}`,
  iteration: 1,
  source: "offline",
  pinned: false,
  muted: false,
  rating: 0,
  timesSampled: 0,
  edited: false,
  probability: 0.5,
  ...fields,
});

/** A session of one step. */
export const episode = (id: string): Episode => ({
  id,
  iteration: 1,
  slot: 0,
  user: "u7",
  historyLength: 10,
  click: "click",
  steps: [
    {
      plan: { categories: [2, 5], source: "offline", reflections: ["r1"] },
      items: ["i1", "i2"],
      itemCategories: [[2], [9]],
      feedback: [["click"], []],
      probabilities: [0.75, 0.2],
      reward: 0.5,
      repeated: true,
      patience: 3,
    },
  ],
  tInt: 1,
  rCum: 0.5,
  rSin: 0.5,
  ended: "quit",
});
