import { expect, it } from "vitest";
import { CategoryMasks } from "../../../src/engine/planner/mask.ts";
import { StepJudge } from "../../../src/engine/trials/stepJudge.ts";
import { interestIn, latentDataset, latentModel, quitRule, sessionOf } from "../simulator/toy.ts";

const dataset = latentDataset();
const responseModel = latentModel(1);
const interest = interestIn(dataset);
// All items were in the last slates: whatever comes repeats.
const everything = Array.from({ length: dataset.items }, (_, item) => item);
const judge = new StepJudge({
  dataset,
  responseModel,
  masks: new CategoryMasks({ dataset, interest, slateSize: 6, categoryZero: "selectable" }),
  quitRule: quitRule({ rule: "temper", threshold: 1, comparison: "any", stepCost: 1, repeatCost: 2 }),
  slateSize: 6,
  penalty: 0,
  rewards: Float64Array.of(1, 0, 0),
});

/** Steps that the best slate inside a plan costs where so much patience is left. */
function lostWith(patience: number): number {
  const [step] = sessionOf([everything]).steps;
  if (!step) throw new Error("no step");
  const session = { ...sessionOf([]), steps: [{ ...step, patience }] };
  responseModel.open(0, session.user, session.history);
  return judge.judge(judge.look(session), session, [0, 1], 0).stepsLost;
}

it("a repeat costs the steps that the quit rule takes, and none that a visit no longer has", () => {
  expect(lostWith(10)).toBe(2);
  expect(lostWith(1)).toBe(0);
  expect(lostWith(-40)).toBe(0);
});
