/** What a report of a trial is made from. */
import type { TrialRecord } from "../../protocol/trial/record.ts";
import type { TrialResult } from "../../protocol/trial/result.ts";
import type { Condition, Judgement } from "./gate.ts";

export interface TrialReport {
  readonly record: TrialRecord;
  /** Undefined: it ended before anything was complete. */
  readonly result: TrialResult | undefined;
  /** The trial's, for whoever wants to go on. */
  readonly folder: string;
  readonly conditions: readonly Condition[];
  readonly judgement: Judgement | undefined;
}

export interface Found extends TrialReport {
  readonly result: TrialResult;
}
