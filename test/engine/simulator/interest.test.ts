import { describe, expect, it } from "vitest";
import { generalClickRates } from "../../../src/engine/simulator/interest.ts";
import { interestIn, sessionOf, toyDataset } from "./toy.ts";

/** Category 0: items 0 and 1; category 1: items 1 and 2; category 2: item 3, which nobody was shown. */
const dataset = toyDataset(
  [[0], [0, 1], [1], [2]],
  [
    [
      [0, 1],
      [1, 0],
      [2, 1],
    ],
    [
      [1, 1],
      [2, 0],
    ],
  ],
);

describe("general click rates", () => {
  it("count every category of an item, drawn towards the overall share by ten exposures", () => {
    const overall = (3 + 1) / (5 + 2);
    const [dance = 0, music = 0, sport = 0] = generalClickRates(dataset);
    expect(dance).toBeCloseTo((2 + 10 * overall) / (3 + 10), 12);
    expect(music).toBeCloseTo((2 + 10 * overall) / (4 + 10), 12);
    expect(sport).toBeCloseTo(overall, 12);
  });

  it("leave out the rows of users that are held out", () => {
    const overall = (2 + 1) / (3 + 2);
    const [dance = 0, music = 0, sport = 0] = generalClickRates({ ...dataset, heldOut: Uint8Array.of(0, 1) });
    expect(dance).toBeCloseTo((1 + 10 * overall) / (2 + 10), 12);
    expect(music).toBeCloseTo((1 + 10 * overall) / (2 + 10), 12);
    expect(sport).toBeCloseTo(overall, 12);
  });

  it("are what a ranking expects of a user it knows nothing of", () => {
    const { logOdds } = interestIn(dataset).profile(sessionOf([]));
    const expected = [...generalClickRates(dataset)].map((rate) => Math.log(rate / (1 - rate)));
    for (const [category, odds] of expected.entries()) expect(logOdds[category]).toBeCloseTo(odds, 9);
  });
});
