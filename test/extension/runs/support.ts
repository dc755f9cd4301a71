/** A run with what there is to say of it, and a store whose events the test fires. */
import type { RunProgress } from "../../../src/protocol/engine.ts";
import type { RunRecord } from "../../../src/protocol/run.ts";
import { runRecord } from "../support/runRecord.ts";
import { EventEmitter } from "../support/vscode.ts";

export const noon = new Date("2026-05-01T12:00:00Z");

export const run = (changes: Partial<RunRecord> = {}): RunRecord =>
  runRecord({
    name: "Quickstart",
    experimentFile: "/w/q.lerl.json",
    startedAt: "2026-05-01T11:55:00Z",
    activeSeconds: 200,
    iteration: 42,
    iterations: 100,
    ...changes,
  });

export const progress: RunProgress = {
  runId: "r",
  phase: "Training",
  fraction: 0.426,
  iteration: 42,
  iterations: 100,
  secondsLeft: 80,
  rCum: 8.314,
  calls: 12,
  cost: 0.0213,
};

export const summary = { rCum: 8.314, tInt: 12.4, rSin: 0.67, userSteps: 100 };

/** The events a room listens to, fired by the test. */
export function storeOf(records: RunRecord[]) {
  const changed = new EventEmitter<string | undefined>();
  const interrupted = new EventEmitter<readonly RunRecord[]>();
  const runs = {
    get all() {
      return records;
    },
    get active() {
      return records.filter(({ state }) => ["starting", "running", "paused"].includes(state));
    },
    get: (id: string) => records.find((record) => record.id === id),
    isMine: () => true,
    load: async () => undefined,
    onDidChange: changed.event,
    onDidProgress: new EventEmitter<RunProgress>().event,
    onDidInterrupt: interrupted.event,
  };
  const become = (record: RunRecord) => {
    records[0] = record;
    changed.fire(record.id);
  };
  return { runs, become, interrupted };
}
