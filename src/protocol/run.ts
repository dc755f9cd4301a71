/** What a run folder `.lerl/runs/<id>/` holds: records, metric names with units, timeline events, episodes. */
import * as z from "zod";
import type { MetricName } from "./metrics.ts";
import { promptRoles } from "./promptRole.ts";

export type RunId = string & { readonly __run?: never };

// ------------------------------------------------------------------------------------------------------------ record

export const runStates = ["starting", "running", "paused", "done", "stopped", "failed", "interrupted"] as const;
export type RunState = (typeof runStates)[number];

/** A prompt as a run used it: versions are told apart by the hash of their text. */
export const promptVersionSchema = z.strictObject({
  role: z.enum(promptRoles),
  hash: z.string(),
  file: z.string(),
  text: z.string(),
  /** First iteration that used it. */
  since: z.int(),
});
export type PromptVersion = z.output<typeof promptVersionSchema>;

export const runSummarySchema = z.strictObject({
  tInt: z.number(),
  rCum: z.number(),
  rSin: z.number(),
  /** (R_cum - random) / (oracle - random) on the same users and click uniforms; absent without an oracle. */
  normalised: z.number().optional(),
  /** Who planned in the evaluation (`evaluation.planner`); absent for means of training. */
  planner: z.enum(["none", "offline", "model"]).optional(),
  userSteps: z.int(),
});
export type RunSummary = z.output<typeof runSummarySchema>;

/** run.json */
export const runRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.string(),
  name: z.string(),
  note: z.string().default(""),
  experimentFile: z.string(),
  /** The whole document with defaults filled in. */
  experiment: z.unknown(),
  seed: z.int(),
  state: z.enum(runStates),
  /** Why it paused or failed, for a person. */
  reason: z.string().optional(),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  /** Seconds of work, pauses left out. */
  activeSeconds: z.number().default(0),
  iteration: z.int().default(0),
  iterations: z.int(),
  prompts: z.array(promptVersionSchema).default([]),
  summary: runSummarySchema.optional(),
  engineVersion: z.string(),
});
export type RunRecord = z.output<typeof runRecordSchema>;

// ----------------------------------------------------------------------------------------------------------- metrics

export { type MetricDefinition, type MetricName, metricCatalogue } from "./metrics.ts";

/** One line of metrics.jsonl: nothing in it depends on the clock. `timing.jsonl` has the same shape for the rest. */
export interface MetricRow {
  readonly iteration: number;
  /** User steps served so far. */
  readonly userSteps: number;
  readonly values: Readonly<Partial<Record<MetricName, number>>>;
}

/** Reference rows of an evaluation, measured on the same users and click uniforms. */
export const referencePolicies = ["random", "round-robin", "oracle"] as const;
export type ReferencePolicy = (typeof referencePolicies)[number];

/** One line of references.jsonl. */
export const referenceRowSchema = z
  .strictObject({
    policy: z.enum(referencePolicies),
    /** Measured anew when the quit rule changes: the newest row of a policy counts. */
    iteration: z.int(),
    tInt: z.number(),
    rCum: z.number(),
    rSin: z.number(),
    sessions: z.int(),
  })
  .readonly();
export type ReferenceRow = z.output<typeof referenceRowSchema>;

// ---------------------------------------------------------------------------------------------------------- timeline

interface EventBase {
  readonly iteration: number;
  readonly userSteps: number;
}

/** One line of events.jsonl: what happened beside the numbers, drawn on the curves as a marker. */
export type TimelineEvent = EventBase &
  (
    | { readonly type: "started" | "resumed" | "done" | "stopped" }
    | { readonly type: "paused" | "failed"; readonly reason: string }
    /**
     * A live change: `path` is the JSON path in the experiment; or `planner.prompt` / `critic.prompt`, where `from` and
     * `to` are the hashes of the old and the new text.
     */
    | {
        readonly type: "change";
        readonly path: string;
        readonly from: unknown;
        readonly to: unknown;
        /** The new text of a prompt. */
        readonly text?: string;
      }
    | {
        readonly type: "pool";
        readonly action: PoolAction;
        readonly reflection: string;
        readonly value?: string | number;
      }
    /** Something a person should look at: code as in docs/troubleshooting.md, with its evidence. */
    | { readonly type: "warning"; readonly code: string; readonly message: string; readonly evidence?: unknown }
    | {
        readonly type: "plan";
        readonly code: "plan.thin" | "plan.empty" | "plan.invalid";
        readonly episode: string;
        readonly step: number;
      }
  );

export type PoolAction = "pin" | "unpin" | "mute" | "unmute" | "rate" | "edit" | "delete";

// -------------------------------------------------------------------------------------------------------- reflections

/** One entry of reflections.json. */
export const reflectionSchema = z.strictObject({
  id: z.string(),
  text: z.string(),
  /** S_u: R_cum of the session by default. */
  score: z.number(),
  episode: z.string(),
  iteration: z.int(),
  source: z.enum(["offline", "model", "fallback"]),
  promptHash: z.string().optional(),
  pinned: z.boolean().default(false),
  muted: z.boolean().default(false),
  rating: z.int().min(-1).max(1).default(0),
  timesSampled: z.int().default(0),
  /** The text was changed by hand. */
  edited: z.boolean().default(false),
});
export type Reflection = z.output<typeof reflectionSchema>;

// ----------------------------------------------------------------------------------------------------------- episodes

/** The plan a step was served under. */
export const episodePlanSchema = z
  .strictObject({
    /** Category ids, as in the source data. */
    categories: z.array(z.int()).readonly(),
    source: z.enum(["offline", "model", "fallback", "reused", "none"]),
    callId: z.string().exactOptional(),
    /** Ids of the reflections it was made with. */
    reflections: z.array(z.string()).readonly(),
  })
  .readonly();

export interface EpisodeStep {
  readonly plan: z.output<typeof episodePlanSchema>;
  /** Item ids as in the source data, rank order. */
  readonly items: readonly string[];
  /** Category ids of each item, the primary first. */
  readonly itemCategories: readonly (readonly number[])[];
  /** Names of the feedback given, per item. */
  readonly feedback: readonly (readonly string[])[];
  readonly probabilities: readonly number[];
  readonly reward: number;
  readonly repeated: boolean;
  readonly patience: number;
}

/** One line of episodes.jsonl: a finished session. */
export interface Episode {
  readonly id: string;
  readonly iteration: number;
  readonly slot: number;
  readonly user: string;
  readonly historyLength: number;
  /** The feedback that is the click; others beside it are no clicks. */
  readonly click: string;
  readonly steps: readonly EpisodeStep[];
  readonly tInt: number;
  readonly rCum: number;
  readonly rSin: number;
  readonly ended: "quit" | "turn-limit";
  readonly reflection?: string;
}
