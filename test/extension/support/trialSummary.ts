/** Trials as the engine tells of them. */
import type { ContenderRecord } from "../../../src/protocol/trial/record.ts";
import type { ContenderResult, PairResult, TrialResult } from "../../../src/protocol/trial/result.ts";
import type { TrialProgress, TrialSummary } from "../../../src/protocol/trial/summary.ts";

export const contender = (name: string, text?: string): ContenderRecord => ({
  name,
  plans: text === undefined ? "top-interest" : "model",
  ...(text !== undefined && { prompt: { file: "planner.lerl.md", text, hash: `hash of ${text}` } }),
  planner: {},
  reflections: {},
  pool: [],
});

/** One that goes on, of words against those in force. */
export const trialSummary = (changes: Partial<TrialSummary> = {}): TrialSummary => ({
  id: "t",
  name: "Quickstart: planner.lerl.md",
  state: "running",
  startedAt: "2026-05-01T11:55:00Z",
  activeSeconds: 0,
  base: { experimentFile: "/w/q.lerl.json", name: "abc", run: { id: "r", iteration: 12 } },
  contenders: [contender("as it is", "old words"), contender("planner.lerl.md", "new words")],
  seed: 1,
  sessions: 100,
  planned: 100,
  repeats: 1,
  ...changes,
});

const bill = (name: string, calls: number, cost?: number): ContenderResult => ({
  name,
  rCum: 8,
  expected: 8,
  tInt: 12,
  rSin: 0.6,
  repeats: 0.1,
  calls,
  tokens: calls * 1000,
  ...(cost !== undefined && { cost }),
});

export const pair = (changes: Partial<PairResult> = {}): PairResult => ({
  contender: 1,
  verdict: "better",
  mean: 0.42,
  deviation: 1,
  interval: { low: 0.11, high: 0.7 },
  visits: { better: 34, equal: 7, worse: 9 },
  clicks: { mean: 0.4 },
  margin: 0.3,
  worst: [],
  ...changes,
});

export const trialResult = (changes: Partial<TrialResult> = {}): TrialResult => ({
  n: 50,
  contenders: [bill("as it is", 0), bill("planner.lerl.md", 480, 0.07)],
  pairs: [pair()],
  ...changes,
});

export const trialProgress = (changes: Partial<TrialProgress> = {}): TrialProgress => ({
  id: "t",
  phase: "Serving",
  fraction: 0.34,
  n: 34,
  sessions: 100,
  calls: 480,
  cost: 0.07,
  ...changes,
});
