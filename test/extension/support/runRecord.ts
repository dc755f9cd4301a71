import type { EngineRequests } from "../../../src/protocol/engine.ts";
import { experimentSchema } from "../../../src/protocol/experiment.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";

/** A run that has only begun. */
export const runRecord = (changes: Partial<RunRecord> = {}): RunRecord => ({
  schemaVersion: 9,
  id: "r",
  name: "r",
  note: "",
  experimentFile: "/w/a.lerl.json",
  experiment: experimentSchema.parse({}),
  seed: 1,
  state: "running",
  startedAt: "2026-01-01T00:00:00Z",
  activeSeconds: 0,
  iteration: 0,
  iterations: 10,
  prompts: [],
  engineVersion: "0",
  ...changes,
});

/** A list of runs in which every folder can be read. */
export const listed = (...runs: readonly RunRecord[]): EngineRequests["runs/list"]["result"] => ({
  runs,
  unreadable: [],
});
