import { expect, test } from "vitest";
import { experimentSchema } from "../../../../src/protocol/experiment.ts";
import type { ReferencePolicy } from "../../../../src/protocol/run.ts";
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

test("references: simple policies stand on the normalised scale too", () => {
  const row = (policy: ReferencePolicy, rCum: number) => ({
    policy,
    iteration: 0,
    tInt: 20,
    rCum,
    rSin: 0,
    sessions: 200,
  });
  const rows = [
    row("random", 2),
    row("random-in-plan", 3),
    row("round-robin", 2.8),
    row("not-personalised", 7),
    row("oracle", 12),
  ];
  expect(referenceLines("evalNormalised", rows, runRecord("a"))).toEqual([
    { label: "random", value: 0 },
    { label: "random in plan", value: 0.1 },
    { label: "not personalised", value: 0.5 },
    { label: "oracle", value: 1 },
  ]);
  expect(referenceLines("evalNormalised", [], runRecord("a")).map(({ label }) => label)).toEqual(["random", "oracle"]);
});
