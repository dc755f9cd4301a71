import { describe, expect, it } from "vitest";
import type { Dataset } from "../../../../src/engine/data/dataset.ts";
import { holdOut, negativeWeights, rowByRow, type Split } from "../../../../src/engine/simulator/trained/holdOut.ts";
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

describe("the split of evaluations", () => {
  it("judges by the rows before the last 10, and trains on the rows that the other leaves out", () => {
    const { training, validation, test, droppedUsers } = holdOut(toyDataset(2, 24, 4, 30), 200, "before-last");
    expect(training.slice(2)).toEqual([
      { user: 1, start: 30, end: 40, from: 30 },
      { user: 1, start: 50, end: 60, from: 50 },
    ]);
    expect(validation[1]).toEqual({ user: 1, start: 30, end: 45, from: 40 });
    expect(test[1]).toEqual({ user: 1, start: 30, end: 50, from: 45 });
    expect(droppedUsers).toBe(0);
  });

  it("has as many rows to train on, and drops the same users", () => {
    const rows = (split: Split, length: number) => {
      const { training, droppedUsers } = holdOut(toyDataset(3, 24, 4, length), 25, split);
      return [training.reduce((sum, { from, end }) => sum + end - from, 0), droppedUsers];
    };
    for (const length of [24, 25, 70]) expect(rows("before-last", length)).toEqual(rows("last", length));
  });
});

describe("row by row", () => {
  it("every predicted row ends a sequence of its own, with no more of the user's log before it than fits", () => {
    const toy = toyDataset(2, 24, 4, 70);
    const sequences = rowByRow(toy, { user: 1, start: 95, end: 98, from: 95 }, 25);
    expect(sequences).toEqual([
      { user: 1, start: 71, end: 96, from: 95 },
      { user: 1, start: 72, end: 97, from: 96 },
      { user: 1, start: 73, end: 98, from: 97 },
    ]);
    // Nothing of the user before.
    expect(rowByRow(toy, { user: 1, start: 70, end: 72, from: 70 }, 25).map(({ start }) => start)).toEqual([70, 70]);
  });
});

describe("weights of negatives", () => {
  const weightsOf = (given: (row: number) => number, observed: (row: number) => number): number[] => {
    const toy = toyDataset(1, 24, 4, 25);
    const bits = (of: (row: number) => number) => Uint8Array.from({ length: 25 }, (_, row) => of(row));
    const dataset: Dataset = { ...toy, log: { ...toy.log, feedback: bits(given), observed: bits(observed) } };
    return [...negativeWeights(dataset, holdOut(dataset, 200).training)];
  };

  it("are count(1) / count(0) of the observed bits of training rows", () => {
    // Training rows 0..14: type 0 observed in 12 rows with 3 positives; type 1 in 3 rows, none positive.
    const weights = weightsOf(
      (row) => (row < 3 ? 1 : 0),
      (row) => (row < 12 ? 1 : 2),
    );
    expect(weights).toEqual([Math.fround(3 / 9), 0]);
  });

  it("count each type by itself, and each row once", () => {
    // Both types observed everywhere: type 0 positive in rows 0..9, type 1 in rows 5..8; the test's rows, all positive, no part.
    const weights = weightsOf(
      (row) => (row < 10 ? 1 : 0) | ((row >= 5 && row < 9) || row >= 15 ? 2 : 0),
      () => 3,
    );
    expect(weights).toEqual([Math.fround(10 / 5), Math.fround(4 / 11)]);
  });

  it("are 1 where a type has no negatives, or was never observed", () => {
    const weights = weightsOf(
      () => 1,
      () => 1,
    );
    expect(weights).toEqual([1, 1]);
  });
});
