/** What the page is told of documents, runs and the engine. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import { runIdSchema } from "../run/runId.ts";
import { experimentValueSchema, promptRoleSchema, runRecordSchema } from "../run.ts";
import { trialSummarySchema } from "../trial/summary.ts";

/** A finding in a file, 0-based. */
const problemSchema = z.object({
  line: z.int(),
  column: z.int(),
  severity: z.enum(["error", "warning", "info"]),
  message: z.string(),
});
export type Problem = Immutable<z.output<typeof problemSchema>>;

/** The experiment file as the editor holds it. */
export const documentStateSchema = z.object({
  file: z.string(),
  version: z.number(),
  dirty: z.boolean(),
  text: z.string(),
  /** The document with defaults, when it parses. */
  experiment: z.exactOptional(experimentValueSchema),
  problems: z.array(problemSchema),
});
export type DocumentState = Immutable<z.output<typeof documentStateSchema>>;

export const promptStateSchema = z.object({
  role: promptRoleSchema,
  file: z.string(),
  exists: z.boolean(),
  version: z.number(),
  dirty: z.boolean(),
  text: z.string(),
  problems: z.array(problemSchema),
});
export type PromptState = Immutable<z.output<typeof promptStateSchema>>;

export const promptHistoryEntrySchema = z.object({
  hash: z.string(),
  runId: runIdSchema,
  runName: z.string(),
  since: z.number(),
  text: z.string(),
  rCum: z.exactOptional(z.number()),
});
export type PromptHistoryEntry = Immutable<z.output<typeof promptHistoryEntrySchema>>;

/** Whether runs can be started now; the message says why not and what to do. */
export const engineStateSchema = z.discriminatedUnion("state", [
  z.object({ state: z.enum(["ready", "idle", "starting"]) }),
  z.object({ state: z.literal("unavailable"), message: z.string() }),
]);
export type EngineState = Immutable<z.output<typeof engineStateSchema>>;

/** Runs of this workspace, newest first, and the one this page follows: the running one, else the newest of this experiment. */
const knownRuns = { runs: z.array(runRecordSchema), currentRun: z.exactOptional(runIdSchema) };
export const knownRunsSchema = z.object(knownRuns);

export const studioSnapshotSchema = z.object({
  document: documentStateSchema,
  prompts: z.object({ planner: promptStateSchema, critic: promptStateSchema }),
  ...knownRuns,
  /** Trials of this experiment, newest first. */
  trials: z.array(trialSummarySchema),
  trusted: z.boolean(),
  engine: engineStateSchema,
  /** JSON Schema of the experiment: ranges, units, descriptions. */
  schema: z.unknown(),
});
export type StudioSnapshot = Immutable<z.output<typeof studioSnapshotSchema>>;

/** What is edited, in the left column. */
const editTabSchema = z.enum(["prompts", "thresholds"]);
export type EditTab = z.output<typeof editTabSchema>;

/** What is watched, in the right column. */
const resultTabSchema = z.enum(["trial", "curves", "sessions", "compare"]);
export type ResultTab = z.output<typeof resultTabSchema>;

const studioTabSchema = z.union([editTabSchema, resultTabSchema]);
export type StudioTab = z.output<typeof studioTabSchema>;

/** Something to show now: a tab, a session. */
export const revealSchema = z.object({
  tab: studioTabSchema,
  runId: z.exactOptional(runIdSchema),
  episode: z.exactOptional(z.string()),
  /** For the comparison: the runs it shows. */
  runIds: z.exactOptional(z.array(runIdSchema)),
  /** For the trial tab: the one it shows. */
  trial: z.exactOptional(z.string()),
});
