import { expect, it } from "vitest";
import type { Dataset } from "../../../src/engine/data/dataset.ts";
import { trainingRows, withHeldOut } from "../../../src/engine/data/heldOut.ts";
import { toyDataset } from "../simulator/toy.ts";

/** Users with these ids and one logged row each, but for those named as silent. */
function users(ids: readonly string[], silent: readonly string[] = []): Dataset {
  return {
    ...toyDataset(
      [[0]],
      ids.map((id) => (silent.includes(id) ? [] : [[0, 1]])),
    ),
    userIds: ids,
  };
}

const ids = Array.from({ length: 100 }, (_, i) => `user ${i}`);
const heldOut = (dataset: Dataset): readonly string[] =>
  dataset.userIds.filter((_, user) => withHeldOut(dataset).heldOut?.[user]).sort();

it("a fifth of the users with a history is held out, whatever the order of the users", () => {
  const out = heldOut(users(ids));
  expect(out).toHaveLength(20);
  expect(heldOut(users(ids.toReversed()))).toEqual(out);
  // Who has no history is no loss to training, and nobody an evaluation could draw.
  const silent = out.slice(0, 10);
  const others = heldOut(users(ids, silent));
  expect(others).toHaveLength(18);
  expect(others.filter((id) => silent.includes(id))).toEqual([]);
});

it("nobody is where fewer than 10 users have a history", () => {
  expect(heldOut(users(ids.slice(0, 10)))).toHaveLength(2);
  const few = users(ids.slice(0, 10), ["user 3"]);
  expect(withHeldOut(few)).toBe(few);
});

it("the log's rows are told apart by whose they are", () => {
  const log = toyDataset(
    [[0]],
    [
      [
        [0, 1],
        [0, 0],
      ],
      [[0, 1]],
      [[0, 0]],
    ],
  );
  expect([...trainingRows(log)]).toEqual([1, 1, 1, 1]);
  expect([...trainingRows({ ...log, heldOut: Uint8Array.of(1, 0, 1) })]).toEqual([0, 0, 1, 0]);
});
