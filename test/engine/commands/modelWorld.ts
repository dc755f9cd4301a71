/** A small experiment whose planner and critic ask a server, beside copies of the example prompts. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CallRow } from "../../../src/engine/llm/types.ts";
import { type StoredCall, withMessages } from "../../../src/engine/serving/callLog.ts";
import type { MetricRow, RunRecord, TimelineEvent } from "../../../src/protocol/run.ts";
import { tinyExperiment } from "./lerl.ts";

const examples = new URL("../../../examples/quickstart/", import.meta.url);

export const plannerPrompt = readFileSync(new URL("planner.lerl.md", examples), "utf8");
export const criticPrompt = readFileSync(new URL("critic.lerl.md", examples), "utf8");

export const modelExperiment = (baseUrl: string) => ({
  ...tinyExperiment,
  planner: { ...tinyExperiment.planner, provider: "openai" as const, baseUrl, model: "test-model" },
  critic: { provider: "openai" as const, baseUrl, model: "test-model" },
  models: { timeoutSeconds: 5, maxRetryAfterSeconds: 1 },
  training: { iterations: 3, checkpointEvery: 1 },
  evaluation: { every: 3, sessions: 8, modelSessions: 0 },
});

/** Writes the prompts, and the experiment that uses them; the experiment's path. */
export function writeModelExperiment(folder: string, baseUrl: string): string {
  writeFileSync(join(folder, "planner.lerl.md"), plannerPrompt);
  writeFileSync(join(folder, "critic.lerl.md"), criticPrompt);
  const file = join(folder, "model.lerl.json");
  writeFileSync(file, JSON.stringify(modelExperiment(baseUrl), undefined, 2));
  return file;
}

const rows = <Row>(folder: string, name: string): Row[] =>
  readFileSync(join(folder, name), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);

/** Readers of a run folder. */
export const callsOf = (folder: string): StoredCall[] => rows(folder, "llm.jsonl");
export const callsWithMessages = (folder: string): Promise<readonly CallRow[]> =>
  withMessages(callsOf(folder), join(folder, "prompts.jsonl"));
export const eventsOf = (folder: string): TimelineEvent[] => rows(folder, "events.jsonl");
export const metricRowsOf = (folder: string): MetricRow[] => rows(folder, "metrics.jsonl");
export const metricsOf = (folder: string): string => readFileSync(join(folder, "metrics.jsonl"), "utf8");
export const recordOf = (folder: string): RunRecord => JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
