import { expect, it } from "vitest";
import type { ResponseModel } from "../../../../src/engine/simulator/responseModel.ts";
import { personalisationOf } from "../../../../src/engine/simulator/trained/personalisation.ts";
import { toyDataset } from "../../policy/fixtures.ts";

const dataset = toyDataset(40, 12, 2, 30);

/** A model of one session whose user clicks `items` with probability .9, the others with .1. */
function modelOf(liked: (user: number, item: number) => boolean): ResponseModel {
  let user = 0;
  return {
    kind: "trained",
    feedbackTypes: dataset.feedbackTypes,
    itemEncodings: { dim: 1, values: new Float32Array(12) },
    open: (_, opened) => {
      user = opened;
    },
    predict: () => {},
    append: () => {},
    predictAll: (_, __, out) => out.set(Float32Array.from(out, (_, item) => (liked(user, item) ? 0.9 : 0.1))),
    dispose: () => {},
  };
}

it("is an overlap of 1 where all users like the same, of a half where half of them do", () => {
  const same = personalisationOf(
    modelOf((_, item) => item >= 9),
    dataset,
    1,
  );
  expect(same).toMatchObject({ best: 3, items: 12, overlap: 1 });
  // A quarter of twelve items, .9, and the others .1.
  expect(same?.uniformClick).toBeCloseTo((3 * 0.9 + 9 * 0.1) / 12, 5);
  const byParity = personalisationOf(
    modelOf((user, item) => Math.floor(item / 3) === user % 2),
    dataset,
    1,
  );
  expect(byParity?.overlap).toBeGreaterThan(0.3);
  expect(byParity?.overlap).toBeLessThan(0.7);
  expect(
    personalisationOf(
      modelOf((user, item) => Math.floor(item / 3) === user % 2),
      dataset,
      1,
    ),
  ).toEqual(byParity);
});

it("takes two users", () => {
  expect(
    personalisationOf(
      modelOf(() => true),
      { ...dataset, users: 1 },
      1,
    ),
  ).toBeUndefined();
});
