import { describe, expect, it } from "vitest";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { type RunScore, scoreOf } from "../../../src/protocol/run/score.ts";
import type { RunSummary } from "../../../src/protocol/run.ts";

const byModel = experimentSchema.parse({ planner: { provider: "openai", model: "m" } });
const offline = experimentSchema.parse({});
const measured = { tInt: 18, rCum: 9, rSin: 0.5, userSteps: 1 };
const ofPrompt = { tInt: 17, rCum: 8, rSin: 0.4, visits: 16 };

describe("the return that stands beside a run", () => {
  it.each<[string, typeof offline, RunSummary | undefined, RunScore | undefined]>([
    ["is none before the first evaluation", byModel, undefined, undefined],
    [
      "is the prompt's where its model planned few visits",
      byModel,
      { ...measured, planner: "offline", model: ofPrompt },
      { rCum: 8, tInt: 17, of: "prompt", visits: 16 },
    ],
    [
      "is the prompt's where its model planned all",
      byModel,
      { ...measured, planner: "model" },
      { rCum: 9, tInt: 18, of: "prompt" },
    ],
    [
      "is the policy's alone where the model was left out",
      byModel,
      { ...measured, planner: "offline" },
      { rCum: 9, tInt: 18, of: "policy" },
    ],
    [
      "is the run's where no model plans",
      offline,
      { ...measured, planner: "offline" },
      { rCum: 9, tInt: 18, of: "run" },
    ],
    ["is training's where nothing was evaluated", byModel, measured, { rCum: 9, tInt: 18, of: "training" }],
  ])("%s", (_, experiment, summary, score) => {
    expect(scoreOf({ experiment, ...(summary && { summary }) })).toEqual(score);
  });
});
