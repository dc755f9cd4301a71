import { describe, expect, it } from "vitest";
import type { Dataset } from "../../../../src/engine/data/dataset.ts";
import { holdOut, negativeWeights } from "../../../../src/engine/simulator/trained/holdOut.ts";
import { toyDataset } from "../../policy/fixtures.ts";

describe("hold-out", () => {
  it("keeps each user's last 5 rows for the test and the 5 before for validation", () => {
    const { training, validation, test, droppedUsers } = holdOut(toyDataset(3, 24, 4, 30), 200);
    expect(droppedUsers).toBe(0);
    expect(training[1]).toEqual({ user: 1, start: 30, end: 50, from: 30 });
    expect(validation[1]).toEqual({ user: 1, start: 30, end: 55, from: 50 });
    expect(test[1]).toEqual({ user: 1, start: 30, end: 60, from: 55 });
  });

  it("drops users with less than 60 % of their rows left for training", () => {
    expect(holdOut(toyDataset(4, 24, 4, 24), 200).droppedUsers).toBe(4);
    expect(holdOut(toyDataset(4, 24, 4, 25), 200).droppedUsers).toBe(0);
  });

  it("cuts long logs and gives held-out rows their latest context", () => {
    const { training, test } = holdOut(toyDataset(1, 24, 4, 70), 25);
    expect(training.map(({ start, end }) => [start, end])).toEqual([
      [0, 25],
      [25, 50],
      [50, 60],
    ]);
    expect(test).toEqual([{ user: 0, start: 45, end: 70, from: 65 }]);
  });
});

it("weighs negatives by count(1) / count(0) of the observed bits", () => {
  const toy = toyDataset(1, 24, 4, 25);
  const log = {
    ...toy.log,
    feedback: Uint8Array.from({ length: 25 }, (_, i) => (i < 3 ? 1 : 0)),
    observed: Uint8Array.from({ length: 25 }, (_, i) => (i < 12 ? 1 : 2)),
  };
  const dataset: Dataset = { ...toy, log };
  // Training rows 0..14: type 0 observed in 12 rows with 3 positives; type 1 in 3 rows, none positive.
  expect([...negativeWeights(dataset, holdOut(dataset, 200).training)]).toEqual([Math.fround(3 / 9), 0]);
});
