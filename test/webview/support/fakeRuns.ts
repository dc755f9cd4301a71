/** The runs that the stand-in host has recorded when the page opens. */
import type { RunSlice } from "../../../src/protocol/engine.ts";
import type { Experiment } from "../../../src/protocol/experiment.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import { experiment, fullSlice, runRecord } from "./fakeData.ts";

export type Scenario = "running" | "done" | "fresh" | "invalid" | "untrusted" | "noEngine" | "missingPrompt" | "empty";

export const knownRuns = { current: "current", baseline: "baseline", second: "seed-2", third: "seed-3" };

interface RecordedRun {
  readonly record: RunRecord;
  readonly slice: RunSlice;
}

const baseline = {
  ...experiment,
  simulator: { ...experiment.simulator, quit: { ...experiment.simulator.quit, repeatCost: 0.5 } },
};

/** @param current the experiment of the newest run, as the document has it */
export function recordedRuns(scenario: Scenario, current: Experiment): readonly RecordedRun[] {
  if (!["running", "done", "untrusted", "empty"].includes(scenario)) return [];
  const running = scenario === "running" || scenario === "empty";
  const iterations = scenario === "empty" ? 0 : running ? 74 : 120;
  return [
    {
      record: runRecord(knownRuns.current, {
        name: "Wording 7",
        experiment: current,
        ...(running
          ? { state: "running", iteration: 74 }
          : { summary: { ...summary(9.61), model: { tInt: 18.6, rCum: 9.74, rSin: 0.52, visits: 16 } } }),
      }),
      slice: fullSlice(knownRuns.current, 1, iterations, 120, 0.15),
    },
    {
      record: runRecord(knownRuns.baseline, {
        name: "Baseline",
        experiment: baseline,
        seed: 1,
        summary: summary(8.72),
      }),
      slice: fullSlice(knownRuns.baseline, 2, 120, 120, -0.35),
    },
    {
      record: runRecord(knownRuns.second, { name: "Wording 6", seed: 2, summary: summary(9.12) }),
      slice: fullSlice(knownRuns.second, 4, 120, 120, 0),
    },
    {
      record: runRecord(knownRuns.third, { name: "Wording 6", seed: 3, summary: summary(9.31) }),
      slice: fullSlice(knownRuns.third, 5, 120, 120, 0.05),
    },
  ];
}

const summary = (rCum: number) => ({
  tInt: 18.9,
  rCum,
  rSin: rCum / 18.9,
  planner: "offline" as const,
  userSteps: 28800,
});
