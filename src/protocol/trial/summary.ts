/** A trial as the editor is told of it: its record without the documents it was made from. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import { keysOfTrial } from "./contenderPlanner.ts";
import { type TrialRecord, trialRecordSchema } from "./record.ts";

const told = z.pick(trialRecordSchema, {
  id: true,
  name: true,
  state: true,
  reason: true,
  stoppedBy: true,
  startedAt: true,
  endedAt: true,
  activeSeconds: true,
  base: true,
  contenders: true,
  seed: true,
  sessions: true,
  planned: true,
  repeats: true,
  limits: true,
  result: true,
});

export const trialSummarySchema = z.extend(told, {
  /** Keys of the servers that its contenders ask. Absent: none is asked. */
  wanted: z.exactOptional(z.array(z.object({ origin: z.string(), variable: z.exactOptional(z.string()) }))),
  /** Another process serves it: the command line, or another window. */
  elsewhere: z.exactOptional(z.literal(true)),
});
export type TrialSummary = Immutable<z.output<typeof trialSummarySchema>>;

/** Leaves out what a summary does not hold. */
export function summaryOf(record: TrialRecord): TrialSummary {
  const wanted = keysOfTrial(record);
  return { ...z.parse(trialSummarySchema, record), ...(wanted.length > 0 && { wanted: [...wanted] }) };
}

/** How far a trial is, told while it works. */
export const trialProgressSchema = z.object({
  id: z.string(),
  /** What is going on: loading data, serving. */
  phase: z.string(),
  /** 0..1 */
  fraction: z.number(),
  /** Visits that count so far, of those to serve. */
  n: z.int(),
  sessions: z.int(),
  secondsLeft: z.exactOptional(z.number()),
  calls: z.int(),
  /** US dollars. */
  cost: z.number(),
});
export type TrialProgress = Immutable<z.output<typeof trialProgressSchema>>;
