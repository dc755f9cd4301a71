/** What a trial folder `.lerl/trials/<id>/` holds: its record here, one row a visit and contender in visit.ts. */
import * as z from "zod/mini";
import type { QuitRule } from "../experiment/simulator.ts";
import type { Immutable } from "../immutable.ts";
import type { Moments } from "../moments.ts";
import { runIdSchema } from "../run/runId.ts";
import { runStates } from "../run/states.ts";
import { experimentValueSchema, promptVersionSchema } from "../run.ts";
import { trialResultSchema } from "./result.ts";

/** Planners that read no words. */
export const contenderPlans = [
  "top-interest",
  "least-recently-used",
  "round-robin",
  "lessons",
  "none",
  "oracle",
] as const;
export type ContenderPlan = (typeof contenderPlans)[number];

/** A contender as it serves: what differs from the base. */
export const contenderRecordSchema = z.object({
  name: z.string(),
  /** `model`: with `prompt`; else who plans without words. */
  plans: z.enum(["model", ...contenderPlans]),
  prompt: z.exactOptional(z.object({ file: z.string(), text: z.string(), hash: z.string() })),
  /** Settings of the experiment's planner that take the place of the base's. */
  planner: z.record(z.string(), z.unknown()),
  reflections: z.object({
    k: z.optional(z.int()),
    alpha: z.optional(z.number()),
    sampling: z.optional(z.string()),
    show: z.optional(z.string()),
  }),
  pool: z.array(
    z.object({
      reflection: z.string(),
      action: z.enum(["pin", "unpin", "mute", "unmute", "edit"]),
      text: z.exactOptional(z.string()),
    }),
  ),
});
export type ContenderRecord = Immutable<z.output<typeof contenderRecordSchema>>;

/** Like an experiment, parsed where it was read. */
export const quitRuleValueSchema = z.custom<QuitRule>(
  (value) => typeof value === "object" && value !== null && "rule" in value,
  "expected a quit rule",
);

/** What all contenders serve from. */
export const baseRecordSchema = z.object({
  experimentFile: z.string(),
  /** Names weights, pool and settings by their content: equal names, equal bases. */
  name: z.string(),
  /** Absent: there was no run, and the policy has learned nothing. */
  run: z.exactOptional(
    z.object({
      id: runIdSchema,
      iteration: z.int(),
      /** That it began with, which lays out the policy's network; absent in trials of before. */
      quit: z.exactOptional(quitRuleValueSchema),
    }),
  ),
});
export type BaseRecord = Immutable<z.output<typeof baseRecordSchema>>;

/** Parsed with the document's schema where it was read; that one is full zod. */
const momentsValueSchema = z.custom<Moments>(
  (value) => typeof value === "object" && value !== null && "moments" in value,
  "expected moments",
);

/** Limits of a trial's own, in the place of its experiment's. */
export const trialLimitsSchema = z.object({
  maxCalls: z.exactOptional(z.int()),
  maxTokens: z.exactOptional(z.int()),
  /** US dollars. */
  maxCost: z.exactOptional(z.number()),
});
export type TrialLimits = Immutable<z.output<typeof trialLimitsSchema>>;

export const trialRecordSchema = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  name: z.string(),
  state: z.enum(runStates),
  /** Why it paused, ended early or failed, for a person. */
  reason: z.optional(z.string()),
  /** What ended it before its time. */
  stoppedBy: z.optional(z.enum(["stopped", "interrupted", "unusable"])),
  /** It has waited because replies were of no use: when it goes on they are asked for again. */
  useless: z.optional(z.boolean()),
  startedAt: z.string(),
  endedAt: z.optional(z.string()),
  /** Seconds of work, over all processes that have served it. */
  activeSeconds: z.number(),
  base: baseRecordSchema,
  /** The base's document in force. */
  experiment: experimentValueSchema,
  /** Planner prompts that the base's run has used. */
  prompts: z.array(promptVersionSchema),
  contenders: z.array(contenderRecordSchema),
  seed: z.int(),
  /** Visits to serve. */
  sessions: z.int(),
  /** Visits planned when it began: where its intervals are tightest. */
  planned: z.int(),
  stop: z.boolean(),
  margin: z.optional(z.number()),
  failIf: z.array(z.string()),
  /** Decisions that every contender plans anew, each so many times. */
  moments: z.optional(momentsValueSchema),
  repeats: z.int(),
  limits: z.optional(trialLimitsSchema),
  result: z.optional(trialResultSchema),
  engineVersion: z.string(),
});
export type TrialRecord = Immutable<z.output<typeof trialRecordSchema>>;
