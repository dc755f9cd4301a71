import { expect, test } from "vitest";
import { experimentSchema } from "../../../../src/protocol/experiment.ts";
import { referenceLines } from "../../../../webview/studio/curves/references.ts";
import { runRecord } from "../../support/fakeData.ts";

test("references: measured policies, and the paper's numbers only in the paper's setting", () => {
  const rows = [{ policy: "random" as const, iteration: 0, tInt: 17.3, rCum: 6, rSin: 0.35, sessions: 200 }];
  const run = (experiment: unknown) => runRecord("a", { experiment: experimentSchema.parse(experiment) });
  const kuairand = { dataset: { kind: "kuairand", path: "data" } };
  expect(referenceLines("rCum", rows, run({}))).toEqual([{ label: "random", value: 6 }]);
  expect(referenceLines("evalRCum", rows, run(kuairand)).at(-1)).toEqual({ label: "paper", value: 12.284 });
  expect(referenceLines("tInt", rows, run({ ...kuairand, simulator: { slateSize: 5 } }))).toHaveLength(1);
  expect(referenceLines("policyLoss", rows, run(kuairand))).toEqual([]);
});
