/**
 * The contract between the extension and the Studio page. The page asks with requests and hears events; it keeps
 * nothing that a reload would lose except what it puts into `setState` (studio/pageState.ts). Both ends are typed from
 * these maps of schemas (contract.ts), and check what they receive with them.
 */
import * as z from "zod/mini";
import type { MessagesOf, RequestSchemas, RequestsOf } from "./contract.ts";
import { comparisonSchema } from "./engine/comparison.ts";
import { renderedPromptSchema } from "./engine/prompts.ts";
import { episodeDetailSchema, episodeSummarySchema, rerunResultSchema } from "./engine/sessions.ts";
import { fittingTrialSchema, keptMomentSchema, visitPairSchema } from "./engine/trials.ts";
import { runProgressSchema } from "./run/progress.ts";
import { askedCursorSchema, runRangeSchema, runSliceSchema } from "./run/rows.ts";
import { promptRoleSchema, runRecordSchema } from "./run.ts";
import * as asked from "./studio/asked.ts";
import {
  documentStateSchema,
  engineStateSchema,
  knownRunsSchema,
  promptHistoryEntrySchema,
  promptStateSchema,
  revealSchema,
  studioSnapshotSchema,
} from "./studio/snapshot.ts";
import { trialDraftSchema } from "./studio/trialDraft.ts";
import { trialProgressSchema, trialSummarySchema } from "./trial/summary.ts";

export type { PromptRole } from "./promptRole.ts";
export type { CurvesState, PageState, SessionsState, TrialState } from "./studio/pageState.ts";
export type {
  DocumentState,
  EditTab,
  EngineState,
  Problem,
  PromptHistoryEntry,
  PromptState,
  ResultTab,
  StudioSnapshot,
  StudioTab,
} from "./studio/snapshot.ts";
export type { ContenderWords, DraftContender, TrialDraft } from "./studio/trialDraft.ts";

const role = promptRoleSchema;
const tryParams = z.strictObject({
  /** Contenders of one's choice. */
  draft: z.exactOptional(trialDraftSchema),
  sessions: z.exactOptional(asked.count),
  /** The run's newest checkpoint, where an earlier trial keeps another. */
  newest: z.exactOptional(z.boolean()),
});
const done = z.null();

/** Requests of the page. */
export const studioRequests = {
  ready: { params: asked.nothing, result: studioSnapshotSchema },
  /** Changes of the experiment document, as JSON paths; one undo step. */
  editDocument: { params: z.strictObject({ changes: asked.changes }), result: done },
  /** Replaces the prompt's text. Refused when `version` is not the newest: the `prompt` event with the newest follows. */
  editPrompt: {
    params: z.strictObject({ role, text: asked.promptText, version: z.int() }),
    /** `version` of the document afterwards, whether the edit was accepted or not. */
    result: z.object({ accepted: z.boolean(), version: z.number() }),
  },
  openPrompt: { params: z.strictObject({ role, line: z.exactOptional(asked.count) }), result: done },
  createPrompt: { params: asked.onePrompt, result: done },
  openText: { params: asked.nothing, result: done },
  promptHistory: { params: asked.onePrompt, result: z.array(promptHistoryEntrySchema) },
  diffPrompt: { params: asked.promptVersion, result: done },
  restorePrompt: { params: asked.promptVersion, result: done },
  renderPrompt: {
    params: z.strictObject({
      role,
      runId: z.exactOptional(asked.runId),
      user: z.exactOptional(asked.count),
      step: z.exactOptional(asked.count),
    }),
    result: renderedPromptSchema,
  },
  run: { params: z.strictObject({ seed: z.exactOptional(asked.seed) }), result: runRecordSchema },
  pause: { params: asked.oneRun, result: done },
  resume: { params: asked.oneRun, result: done },
  stop: { params: asked.oneRun, result: done },
  /** To the running experiment only; the file stays as it is. */
  apply: { params: z.strictObject({ runId: asked.runId, changes: asked.changes }), result: done },
  connectModel: { params: asked.nothing, result: done },
  slice: { params: z.strictObject({ runId: asked.runId, cursor: askedCursorSchema }), result: runSliceSchema },
  /** Rows of earlier iterations than those a slice begins with. */
  range: {
    params: z.strictObject({ runId: asked.runId, from: asked.count, to: asked.count }),
    result: runRangeSchema,
  },
  /** The runs whose `appended` events this page wants. */
  follow: { params: asked.someRuns, result: done },
  episodes: { params: asked.episodeQuery, result: z.array(episodeSummarySchema) },
  episode: { params: z.strictObject({ runId: asked.runId, episode: asked.episodeId }), result: episodeDetailSchema },
  rerunStep: {
    params: z.strictObject({
      runId: asked.runId,
      episode: asked.episodeId,
      step: asked.count,
      promptText: z.exactOptional(asked.promptText),
      fresh: z.exactOptional(z.boolean()),
    }),
    result: rerunResultSchema,
  },
  /** The planner's prompt as it stands against the one in force in the run in sight, or what a draft says. */
  tryWords: { params: tryParams, result: trialSummarySchema },
  /** How many visits of it fit, and what they cost at most. */
  fittingTrial: { params: tryParams, result: fittingTrialSchema },
  /** A planner prompt that the person picks, as a path beside the experiment; none: they changed their mind. */
  choosePrompt: { params: asked.nothing, result: z.object({ file: z.exactOptional(z.string()) }) },
  stopTrial: { params: asked.oneTrial, result: done },
  /** With limits of its own from here on, where they are given. */
  goOnTrial: {
    params: z.strictObject({
      id: asked.trialId,
      sessions: z.exactOptional(asked.count),
      maxCalls: trialDraftSchema.shape.maxCalls,
      maxCost: trialDraftSchema.shape.maxCost,
    }),
    result: done,
  },
  trialVisit: {
    params: z.strictObject({ id: asked.trialId, session: asked.count, contender: asked.count }),
    result: visitPairSchema,
  },
  /** Writes a contender's text into the planner's prompt; one undo step. */
  useTrialWords: { params: z.strictObject({ id: asked.trialId, contender: asked.count }), result: done },
  /** Keeps the decision of a step, from 0, beside the experiment. */
  keepMoment: {
    params: z.strictObject({ runId: asked.runId, episode: asked.episodeId, step: asked.count }),
    result: keptMomentSchema,
  },
  /** Likewise the decision that the preview of the planner's prompt shows. */
  keepPreview: { params: z.strictObject({ runId: z.exactOptional(asked.runId) }), result: keptMomentSchema },
  compare: { params: asked.someRuns, result: comparisonSchema },
  diffRuns: { params: z.strictObject({ role, left: asked.runId, right: asked.runId }), result: done },
  openReport: { params: asked.someRuns, result: done },
  /** Save dialogs and the clipboard are the host's. */
  saveFile: { params: asked.file, result: z.object({ saved: z.boolean() }) },
  restartEngine: { params: asked.nothing, result: done },
  manageTrust: { params: asked.nothing, result: done },
  openSettings: { params: asked.settingsQuery, result: done },
} satisfies Readonly<Record<string, RequestSchemas>>;
export type StudioRequests = RequestsOf<typeof studioRequests>;

/** What answers the page: a handler for each of its requests. */
export type StudioHandlers = {
  readonly [M in keyof StudioRequests]: (params: StudioRequests[M]["params"]) => Promise<StudioRequests[M]["result"]>;
};

/** Events of the host. */
export const studioEvents = {
  document: documentStateSchema,
  prompt: promptStateSchema,
  runs: knownRunsSchema,
  appended: runSliceSchema,
  progress: runProgressSchema,
  /** All there are by their ids, newest first, and those that the page does not know as they are. */
  trials: z.object({ ids: z.array(z.string()), changed: z.array(trialSummarySchema) }),
  trialProgress: trialProgressSchema,
  trust: z.object({ trusted: z.boolean() }),
  engine: engineStateSchema,
  reveal: revealSchema,
} satisfies Readonly<Record<string, z.ZodMiniType>>;
export type StudioEvents = MessagesOf<typeof studioEvents>;

/** A request as it goes over the channel; its parameters are checked once its method is known. */
export const requestEnvelope = z.strictObject({
  kind: z.literal("request"),
  id: z.int().check(z.minimum(0)),
  method: z.string().check(z.maxLength(100)),
  params: z.unknown(),
});

export type StudioToHost = {
  [M in keyof StudioRequests]: {
    readonly kind: "request";
    readonly id: number;
    readonly method: M;
    readonly params: StudioRequests[M]["params"];
  };
}[keyof StudioRequests];

/** What the host sends, likewise. */
export const hostEnvelope = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("response"), id: z.int(), result: z.optional(z.unknown()) }),
  z.object({ kind: z.literal("failure"), id: z.int(), message: z.string() }),
  z.object({ kind: z.literal("event"), event: z.string(), data: z.optional(z.unknown()) }),
]);

export type HostToStudio =
  | { readonly kind: "response"; readonly id: number; readonly result: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly message: string }
  | {
      [E in keyof StudioEvents]: { readonly kind: "event"; readonly event: E; readonly data: StudioEvents[E] };
    }[keyof StudioEvents];
