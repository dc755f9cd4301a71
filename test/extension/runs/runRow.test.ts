import { describe, expect, it } from "vitest";
import { runLabel, runNumbers, runTooltip } from "../../../src/extension/runs/runRow.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import { noon, progress, run, summary } from "./support.ts";

describe("a run in a list", () => {
  it("shows its most telling numbers", () => {
    expect(runNumbers(run({ summary }), progress)).toBe("42 % · R_cum 8.31 · T_int 12.40 · 3 min 20 s");
    expect(runNumbers(run({ state: "done", iteration: 100, summary }), undefined)).toBe(
      "R_cum 8.31 · T_int 12.40 · 3 min 20 s",
    );
    expect(runNumbers(run({ state: "paused" }), undefined)).toBe("paused · 42 % · 3 min 20 s");
    expect(
      runNumbers(run({ state: "starting", activeSeconds: 0 }), {
        ...progress,
        phase: "Training the user model",
        fraction: 0.5,
      }),
    ).toMatch(/^Training the user model 50 % · R_cum/);
  });

  it("shows the score of the prompt that a model reads, and says where none was measured", () => {
    const experiment = experimentSchema.parse({ planner: { provider: "openai", model: "m" } });
    const policy = run({ state: "done", iteration: 100, experiment, summary: { ...summary, planner: "offline" } });
    expect(runNumbers(policy, undefined)).toBe("R_cum 8.31 · T_int 12.40 · policy only · 3 min 20 s");
    const model = { rCum: 7.5, tInt: 11, rSin: 0.6, visits: 16 };
    const asked = run({ ...policy, summary: { ...summary, planner: "offline", model } });
    expect(runNumbers(asked, undefined)).toBe("R_cum 7.50 · T_int 11.00 · 3 min 20 s");
    const { value } = runTooltip(asked, undefined, noon);
    expect(value).toContain("R\\_cum of the prompt, 16 visits | 7\\.50");
    expect(value).toContain("R\\_cum, policy only, planned offline | 8\\.31");
  });

  it("tells what is lost outside training's world", () => {
    const trainingWorld = { rCum: summary.rCum + 0.75, tInt: 13, rSin: 0.7 };
    const { value } = runTooltip(run({ summary: { ...summary, trainingWorld } }), undefined, noon);
    expect(value).toMatch(/R\\_cum in training.*s world \| 9\\.06/);
    expect(value).toContain("Drop from there | 0\\.75");
    expect(runTooltip(run({ summary }), undefined, noon).value).not.toContain("Drop");
  });

  it("says how many plans and lessons were the model's, where one is asked", () => {
    const answered = { planner: { model: 12, standIn: 4 }, critic: { model: 0, standIn: 3 } };
    expect(runNumbers(run({ answered }), progress)).toMatch(
      / · 12 of 16 plans by the model · 0 of 3 reflections by the model$/,
    );
    expect(runLabel(run({ answered }), progress)).toContain("12 of 16 plans by the model");
    const { value } = runTooltip(run({ answered }), progress, noon);
    expect(value.match(/\| Answered \| .* by the model \|/g)).toHaveLength(2);
    const untold = run({ answered: { planner: { model: 0, standIn: 0 } } });
    expect(runNumbers(untold, progress) + runTooltip(untold, progress, noon).value).not.toContain("by the model");
  });

  it("judges a model's plans as plans", () => {
    const plans = { plans: 16, usable: 0.75, different: 6, sameness: 0.5 };
    const { value } = runTooltip(run({ summary: { ...summary, plans } }), undefined, noon);
    expect(value).toMatch(/Judged as plans \| 75 % usable, 6\\?\.0 categories, 50 % same over visits/);
    expect(runTooltip(run({ summary }), undefined, noon).value).not.toContain("Judged");
  });

  it("reads well aloud", () => {
    expect(runLabel(run({ summary }), progress)).toBe(
      "Run Quickstart, running, 42 % · R_cum 8.31 · T_int 12.40 · 3 min 20 s",
    );
  });

  it("shows names, notes and reasons as text, whatever they hold", () => {
    const tooltip = runTooltip(
      run({ name: "**x** | [a](command:b)", note: "<img>", reason: "`r`" }),
      undefined,
      noon,
    ).value;
    expect(tooltip).not.toContain("[a](command:b)");
    expect(tooltip).not.toContain("<img>");
  });
});
