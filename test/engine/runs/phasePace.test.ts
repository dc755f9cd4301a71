import { expect, it } from "vitest";
import { PhasePace } from "../../../src/engine/runs/progress.ts";

it("a phase says how long it takes at its pace, once it is steady", () => {
  const pace = new PhasePace();
  expect(pace.secondsLeft("Loading data", 0, 10)).toBeUndefined();
  expect(pace.secondsLeft("Loading data", 0.1, 11)).toBeUndefined();
  expect(pace.secondsLeft("Loading data", 0.25, 15)).toBeCloseTo(15);
  // The next file begins anew.
  expect(pace.secondsLeft("Loading data", 0, 16)).toBeUndefined();
  expect(pace.secondsLeft("Loading data", 0.5, 20)).toBeCloseTo(4);
  expect(pace.secondsLeft("Training the user response model", 0.6, 30)).toBeUndefined();
});
