/**
 * The contract between the extension and the engine process: JSON-RPC requests both ways and notifications from the
 * engine. One map of schemas per direction (contract.ts); clients and servers on both sides are typed from it, and check
 * what they receive with it.
 */

import * as z from "zod/mini";
import type { MessagesOf, RequestSchemas, RequestsOf } from "./contract.ts";
import { messagesSchema } from "./engine/calls.ts";
import { comparisonSchema } from "./engine/comparison.ts";
import {
  dataDescriptionSchema,
  dataProgressSchema,
  describeDataSchema,
  proposeColumnsSchema,
  proposedColumnsSchema,
} from "./engine/data.ts";
import { allowedPathsSchema } from "./engine/files.ts";
import {
  boundKeysSchema,
  detectModelsSchema,
  modelServerSchema,
  modelTestResultSchema,
  modelTestSchema,
} from "./engine/models.ts";
import { renderedPromptSchema, renderPromptSchema } from "./engine/prompts.ts";
import {
  evaluationResultSchema,
  liveChangeSchema,
  pooledReflectionSchema,
  reflectionChangeSchema,
  runBatchSchema,
  startRunSchema,
  unreadableRunSchema,
} from "./engine/runs.ts";
import {
  episodeDetailSchema,
  episodeQuerySchema,
  episodeSummarySchema,
  rerunResultSchema,
  rerunStepSchema,
  unnamedSchema,
} from "./engine/sessions.ts";
import { storedItemSchema } from "./engine/storage.ts";
import {
  fittingTrialSchema,
  keptMomentSchema,
  tryReflectionSchema,
  tryWordsSchema,
  visitPairSchema,
} from "./engine/trials.ts";
import { promptDiagnosticSchema } from "./promptDiagnostic.ts";
import { runProgressSchema } from "./run/progress.ts";
import { askedCursorSchema, rangeQuerySchema, runRangeSchema, runSliceSchema } from "./run/rows.ts";
import { runIdSchema } from "./run/runId.ts";
import { runRecordSchema } from "./run.ts";
import * as asked from "./studio/asked.ts";
import { LEAST_COST, MOST_VISITS } from "./trial/extent.ts";
import { trialProgressSchema, trialSummarySchema } from "./trial/summary.ts";

export type { ModelCall } from "./engine/calls.ts";
export type {
  ComparedChange,
  ComparedDifference,
  Comparison,
  ComparisonCell,
  ComparisonRow,
} from "./engine/comparison.ts";
export type {
  DataDescription,
  DataProgress,
  DescribeData,
  ProposeColumns,
  ProposedColumns,
  SeenColumn,
} from "./engine/data.ts";
export type { AllowedPaths, OutsideFile } from "./engine/files.ts";
export { liveChangePaths } from "./engine/liveChangePaths.ts";
export type { ListedModel, ModelServer, ModelTest, ModelTestResult } from "./engine/models.ts";
export type { RenderedPrompt, RenderPrompt } from "./engine/prompts.ts";
export type {
  LiveChange,
  PooledReflection,
  PromptText,
  PromptTexts,
  ReflectionChange,
  StartRun,
  UnreadableRun,
} from "./engine/runs.ts";
export type { EpisodeQuery, EpisodeSummary, RerunResult, RerunStep } from "./engine/sessions.ts";
export type { FittingTrial, TryWords, VisitPair } from "./engine/trials.ts";
export type { ModelActivity, RunProgress } from "./run/progress.ts";
export type { RangeQuery, RunCursor, RunRange, RunSlice } from "./run/rows.ts";

/** Raised with every change that an older side would misunderstand. */
export const protocolVersion = 3;

const nothing = z.strictObject({});
const done = z.null();
const oneRun = z.strictObject({ runId: runIdSchema });
const someRuns = z.strictObject({ runIds: z.array(runIdSchema) });

/** Requests of the extension, answered by the engine. */
export const engineRequests = {
  // Other versions greet too, and must come as far as the comparison of versions: what they say besides is theirs.
  "engine/initialize": {
    params: z.object({
      protocolVersion: z.number(),
      workspaceFolder: z.string(),
      locale: z.exactOptional(z.string()),
      /** The workspace is not trusted: until `workspace/trust` nothing is written there. */
      readOnly: z.exactOptional(z.boolean()),
    }),
    result: z.object({
      protocolVersion: z.number(),
      engineVersion: z.exactOptional(z.string()),
      pid: z.exactOptional(z.number()),
      backend: z.exactOptional(z.string()),
    }),
  },
  "engine/ping": { params: nothing, result: z.object({ memoryMb: z.number() }) },
  "engine/shutdown": { params: nothing, result: done },
  /** A person trusts the workspace from now on. */
  "workspace/trust": { params: nothing, result: done },
  /** All that a person lets documents name outside the workspace. */
  "files/allow": { params: allowedPathsSchema, result: done },
  /** Whether a suite can be run, and reads only what it may. */
  "suites/check": { params: z.strictObject({ file: z.string() }), result: done },
  "runs/start": { params: startRunSchema, result: runRecordSchema },
  "runs/list": {
    params: nothing,
    result: z.object({ runs: z.array(runRecordSchema), unreadable: z.array(unreadableRunSchema) }),
  },
  "runs/pause": { params: oneRun, result: done },
  /** Continues a paused run, or an interrupted or stopped one from its checkpoint. */
  "runs/resume": {
    params: z.strictObject({
      runId: runIdSchema,
      keys: z.exactOptional(boundKeysSchema),
      /** Also where rows are missing that were there at the checkpoint. */
      acceptLoss: z.exactOptional(z.boolean()),
      /** Also from an owner that cannot be judged from here, where it does not renew its lock: that is watched for a while. */
      takeOver: z.exactOptional(z.boolean()),
    }),
    result: runRecordSchema,
  },
  "runs/stop": { params: oneRun, result: done },
  "runs/change": {
    params: z.strictObject({ runId: runIdSchema, changes: z.array(liveChangeSchema) }),
    result: done,
  },
  "runs/describe": {
    params: z.strictObject({
      runId: runIdSchema,
      name: z.exactOptional(z.string()),
      note: z.exactOptional(z.string()),
    }),
    result: runRecordSchema,
  },
  /** The newest rows behind a cursor; where more than a window of them are, they begin later. */
  "runs/slice": { params: z.strictObject({ runId: runIdSchema, cursor: askedCursorSchema }), result: runSliceSchema },
  /** Rows of earlier iterations. */
  "runs/range": { params: rangeQuerySchema, result: runRangeSchema },
  "runs/episodes": { params: episodeQuerySchema, result: z.array(episodeSummarySchema) },
  "runs/episode": {
    params: z.strictObject({ runId: runIdSchema, episode: z.string(), unnamed: unnamedSchema }),
    result: episodeDetailSchema,
  },
  "runs/rerunStep": { params: rerunStepSchema, result: rerunResultSchema },
  "runs/compare": { params: someRuns, result: comparisonSchema },
  "runs/evaluate": {
    params: z.strictObject({
      runId: runIdSchema,
      sessions: z.exactOptional(z.int()),
      keys: z.exactOptional(boundKeysSchema),
      /** As with `runs/resume`. */
      takeOver: z.exactOptional(z.boolean()),
    }),
    result: evaluationResultSchema,
  },
  /** Writes the report and gives its path. */
  "runs/report": { params: someRuns, result: z.object({ file: z.string() }) },
  "trials/list": { params: nothing, result: z.array(trialSummarySchema) },
  "trials/try": { params: tryWordsSchema, result: trialSummarySchema },
  /** How many visits of a trial of these words fit, and what they cost at most. Asks nothing. */
  "trials/fitting": { params: tryWordsSchema, result: fittingTrialSchema },
  /** What a reflection does to the plans of its run: the same visits, with it pinned and with it muted. */
  "trials/reflection": { params: tryReflectionSchema, result: trialSummarySchema },
  /** How many visits of such a trial fit, and what they cost at most. Asks nothing. */
  "trials/reflectionFitting": { params: z.strictObject({ runId: runIdSchema }), result: fittingTrialSchema },
  "trials/stop": { params: asked.oneTrial, result: done },
  /** Goes on with a trial: one that is paused, or one that has ended, with more visits where they are given. */
  "trials/goOn": {
    params: z.strictObject({
      id: asked.trialId,
      sessions: z.exactOptional(z.int().check(z.minimum(1), z.maximum(MOST_VISITS))),
      /** The document as it is now: its limits of the models are in force from here on, but for the trial's own. */
      experimentText: z.exactOptional(z.string()),
      /** The trial's own from here on. */
      maxCalls: z.exactOptional(z.int().check(z.minimum(1))),
      maxCost: z.exactOptional(z.number().check(z.minimum(LEAST_COST))),
      keys: z.exactOptional(boundKeysSchema),
      /** As in `runs/resume`. */
      takeOver: z.exactOptional(z.boolean()),
    }),
    result: trialSummarySchema,
  },
  "trials/visit": {
    params: z.strictObject({
      id: asked.trialId,
      session: z.int().check(z.minimum(0)),
      contender: z.int().check(z.minimum(1)),
      unnamed: unnamedSchema,
    }),
    result: visitPairSchema,
  },
  /** Adds the decision of a step, from 0, to the moments beside the run's experiment. */
  "moments/keep": {
    params: z.strictObject({ runId: runIdSchema, episode: z.string(), step: z.int().check(z.minimum(0)) }),
    result: keptMomentSchema,
  },
  /** Likewise the decision that a preview of the prompt shows. */
  "moments/keepPreview": {
    params: z.omit(renderPromptSchema, { role: true, promptText: true }),
    result: keptMomentSchema,
  },
  "reflections/list": { params: oneRun, result: z.array(pooledReflectionSchema) },
  /** A sheet (CSV) for two people to judge a sample of the pool. */
  "reflections/sheet": {
    params: z.strictObject({
      runId: runIdSchema,
      sample: z.int().check(z.minimum(1)),
      seed: z.int().check(z.minimum(0)),
    }),
    result: z.object({ csv: z.string(), drawn: z.int() }),
  },
  "reflections/change": { params: reflectionChangeSchema, result: done },
  "prompts/render": { params: renderPromptSchema, result: renderedPromptSchema },
  /** Every problem of a prompt's text, in the order of the text; needs no experiment and no run. */
  "prompts/diagnose": { params: z.strictObject({ text: z.string() }), result: z.array(promptDiagnosticSchema) },
  /** What is understood of an experiment's data. Nothing is trained, and none of it is too little. */
  "data/describe": { params: describeDataSchema, result: dataDescriptionSchema },
  /** What a table holds, and which of its columns is what; only its start is read. */
  "data/propose": { params: proposeColumnsSchema, result: proposedColumnsSchema },
  /** What `.lerl` holds, the largest first; with a path that item alone, or none. */
  "storage/list": { params: z.strictObject({ path: z.exactOptional(z.string()) }), result: z.array(storedItemSchema) },
  "models/detect": { params: detectModelsSchema, result: z.array(modelServerSchema) },
  "models/test": { params: modelTestSchema, result: modelTestResultSchema },
} satisfies Readonly<Record<string, RequestSchemas>>;
export type EngineRequests = RequestsOf<typeof engineRequests>;

/** Notifications of the engine. */
export const engineNotifications = {
  "run/changed": runRecordSchema,
  "run/appended": runBatchSchema,
  "run/progress": runProgressSchema,
  "trial/changed": trialSummarySchema,
  "trial/progress": trialProgressSchema,
  "data/progress": dataProgressSchema,
  "reflections/changed": z.object({ runId: runIdSchema }),
  "engine/log": z.object({ level: z.enum(["trace", "debug", "info", "warn", "error"]), message: z.string() }),
} satisfies Readonly<Record<string, z.ZodMiniType>>;
export type EngineNotifications = MessagesOf<typeof engineNotifications>;

/** Requests of the engine, answered by the extension: a completion by one of the editor's own models. */
export const hostRequests = {
  "models/ask": {
    params: z.strictObject({ model: z.string(), messages: messagesSchema }),
    result: z.object({ text: z.string(), model: z.string() }),
  },
} satisfies Readonly<Record<string, RequestSchemas>>;
export type HostRequests = RequestsOf<typeof hostRequests>;
