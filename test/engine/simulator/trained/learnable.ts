/** A small log that a user model can learn. */
import type { Dataset } from "../../../../src/engine/data/dataset.ts";
import { RandomStream } from "../../../../src/engine/math/random.ts";
import type { TrainedConfig } from "../../../../src/engine/simulator/trained/training.ts";
import { defaultTrainedConfig } from "../../../../src/engine/simulator/trained/userModel.ts";
import { toyDataset } from "../../policy/fixtures.ts";

/** Users who click what has their own parity, nearly always; items that are liked for what they are. */
export function learnable(): Dataset {
  const toy = toyDataset(40, 12, 2, 30);
  const random = new RandomStream(4, "learnable");
  const feedback = toy.log.feedback.map((_, row) => {
    const item = toy.log.items[row] as number;
    const click = item % 2 === Math.floor(row / 30) % 2 ? random.uniform() < 0.95 : random.uniform() < 0.05;
    return (click ? 1 : 0) + (item < 4 ? 2 : 0);
  });
  return { ...toy, log: { ...toy.log, feedback }, fingerprint: "learnable" };
}

export const learnableConfig: TrainedConfig = {
  ...defaultTrainedConfig,
  epochs: 12,
  learningRate: 3e-3,
  batchSessions: 8,
  maxSequence: 40,
};
