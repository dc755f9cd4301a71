/** A small experiment whose planner and critic ask the real model, with the quickstart's prompts. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExperimentInput } from "../../src/protocol/experiment.ts";
import { type Finished, type Running, start, writeExperiment } from "../engine/commands/lerl.ts";
import { criticPrompt, plannerPrompt } from "../engine/commands/modelWorld.ts";
import type { RealModel } from "./realModel.mjs";

/** Two visits of eight steps: two plans each, and a lesson. */
export const twoVisits = (asked: ExperimentInput["critic"]): ExperimentInput => ({
  name: "Two visits",
  dataset: { kind: "synthetic", users: 60, items: 200, categories: 8 },
  simulator: { users: 2, historyLength: 20, quit: { initialTemper: 8 } },
  planner: asked,
  critic: asked,
  policy: { layers: 1, hidden: [32] },
  training: { iterations: 1, rolloutSteps: 8 },
  evaluation: { every: 1, sessions: 4, modelSessions: 0 },
});

/** Makes a folder with the experiment and the quickstart's prompts in it; the experiment's path. */
export function writeWorld(folder: string, { baseUrl, name }: RealModel, more: ExperimentInput = {}): string {
  mkdirSync(folder);
  writeFileSync(join(folder, "planner.lerl.md"), plannerPrompt);
  writeFileSync(join(folder, "critic.lerl.md"), criticPrompt);
  return writeExperiment(folder, { ...twoVisits({ provider: "openai", baseUrl, model: name }), ...more });
}

const running = new Set<Running>();

/** Begins a command; `endAll` ends it where its test has given up on it. */
export function begin(args: readonly string[], cwd: string): Running {
  const command = start(args, cwd);
  running.add(command);
  void command.finished.then(() => running.delete(command));
  return command;
}

export const lerl = (args: readonly string[], cwd: string): Promise<Finished> => begin(args, cwd).finished;

export function endAll(): void {
  for (const { kill } of running) kill("SIGKILL");
}
