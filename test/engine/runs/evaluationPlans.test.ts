import { expect, it } from "vitest";
import { plansAtMost, plansToCome } from "../../../src/engine/runs/evaluationPlans.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";

const planner = { provider: "openai", baseUrl: "http://127.0.0.1:9/v1", model: "small" } as const;
const told = (sessions: number): string => {
  const experiment = experimentSchema.parse({ planner, evaluation: { planner: "same", sessions } });
  return plansToCome(experiment, plansAtMost(experiment));
};

it("an evaluation that asks a model says before how much, and how to ask for less", () => {
  expect(told(200)).toContain("The model small plans 200 visits: up to 1000 plans");
  expect(told(200)).toContain("--sessions 16 asks for fewer");
  expect(told(8)).toContain("up to 40 plans");
  expect(told(8)).not.toContain("--sessions");
});

it("one without a model has nothing to say", () => {
  expect(plansAtMost(experimentSchema.parse({}))).toBe(0);
  expect(plansAtMost(experimentSchema.parse({ planner }))).toBe(0);
});
