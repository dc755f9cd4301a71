import { experimentSchema } from "../../../src/protocol/experiment.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";

/** The record of a run of the default experiment that is done, with what a test makes of it. */
export function runRecord(id: string, overrides: Partial<RunRecord> = {}): RunRecord {
  return {
    schemaVersion: 9,
    id,
    name: id,
    note: "",
    experimentFile: "/x.lerl.json",
    experiment: experimentSchema.parse({}),
    seed: 1,
    state: "done",
    startedAt: "2026-01-01T00:00:00.000Z",
    activeSeconds: 0,
    iteration: 0,
    iterations: 10,
    prompts: [],
    engineVersion: "test",
    ...overrides,
  };
}
