/** What a run folder `.lerl/runs/<id>/` holds: its record here; rows, episodes and reflections in run/. */
import * as z from "zod/mini";
import type { Experiment } from "./experiment.ts";
import type { Immutable } from "./immutable.ts";
import { promptRoles } from "./promptRole.ts";
import { answeredSchema } from "./run/answered.ts";
import { modelUseSchema } from "./run/modelUse.ts";
import { planQualitySchema } from "./run/planQuality.ts";
import { runIdSchema } from "./run/runId.ts";
import { runStates } from "./run/states.ts";

export { type MetricDefinition, type MetricName, metricCatalogue } from "./metrics.ts";
export { type Episode, type EpisodeStep, episodePlanSchema } from "./run/episode.ts";
export { type ReferencePolicy, referenceLabel, referencePolicies } from "./run/references.ts";
export {
  meritOf,
  type PoolAction,
  type Reflection,
  reflectionSchema,
  type ShownReflection,
  SUMMARY,
} from "./run/reflection.ts";
export {
  type MetricRow,
  type ReferenceRow,
  referenceRowSchema,
  type TimelineEvent,
  timelineEventSchema,
} from "./run/rows.ts";
export type { RunId } from "./run/runId.ts";
export { type ActiveState, isActive, isResumable, type RunState } from "./run/states.ts";

export const promptRoleSchema = z.enum(promptRoles);

/** A prompt as a run used it: versions are told apart by the hash of their text. */
export const promptVersionSchema = z.object({
  role: promptRoleSchema,
  hash: z.string(),
  file: z.string(),
  text: z.string(),
  /** First iteration that used it. */
  since: z.int(),
});
export type PromptVersion = Immutable<z.output<typeof promptVersionSchema>>;

const scores = { tInt: z.number(), rCum: z.number(), rSin: z.number() };

const measured = {
  ...scores,
  /** (R_cum - random) / (oracle - random) on the same users and click uniforms; absent without an oracle. */
  normalised: z.optional(z.number()),
  /** Who planned in the evaluation (`evaluation.planner`); absent for means of training. */
  planner: z.optional(z.enum(["none", "offline", "model"])),
  /** The same with the model's plans, on the first of the visits; absent where it planned all of them, or none. */
  model: z.exactOptional(z.object({ ...scores, visits: z.int() })),
  /**
   * The same in training's world, on users that it saw and with its response model, measured at the end of the run; absent
   * where evaluations are in no other world, or a model plans all of their visits.
   */
  trainingWorld: z.exactOptional(z.object({ ...scores, normalised: z.exactOptional(z.number()) })),
};
/** A summary before the run puts its place to it. */
export const measuredSummarySchema = z.object(measured);

export const runSummarySchema = z.object({
  ...measured,
  userSteps: z.int(),
  /** How the plans of training fared as plans; absent where no model was asked. */
  plans: z.exactOptional(planQualitySchema),
  /** Absent where no model was asked, and in runs of early versions. */
  models: z.exactOptional(modelUseSchema),
});
export type RunSummary = Immutable<z.output<typeof runSummarySchema>>;

/**
 * An experiment on its way between processes. It was parsed with the document's schema where it was read, a run's in
 * src/engine/store/runDocuments.ts; that schema is full zod, which the page does without.
 */
export const experimentValueSchema = z.custom<Experiment>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "expected an experiment",
);

/** run.json, as it goes over the channels. */
export const runRecordSchema = z.object({
  /** 2: `models.unusableShare`. 3: `evaluation.modelSessions`. 4: `uid`. 5: `dataset.signal`, `planner.mask`, `fidelity.reshaped`. 6: `policy.clickLoss`, `policy.clickLabels`, `policy.warmStart`, `policy.tableScale`, `policy.state`, `simulator.calibrated`, `simulator.itemTags`, `simulator.responseModel.exposure`, `evaluation.users`, `evaluation.responseModel`. 7: `reflections.sampling`, `reflections.baseline`, `reflections.show`. 8: `dataset.interactions.format`, `dataset.items.format`, `dataset.nullWords`, `dataset.matching`, `dataset.mayDrop`, `simulator.responseModel.minRows`. 9: `planner.answer`. */
  schemaVersion: z.literal(9),
  id: runIdSchema,
  /** Random; its checkpoints carry it, so that they are known where the folder is renamed or copied. */
  uid: z.exactOptional(z.string()),
  name: z.string(),
  note: z._default(z.string(), ""),
  experimentFile: z.string(),
  /** The whole document with defaults filled in. */
  experiment: experimentValueSchema,
  seed: z.int(),
  state: z.enum(runStates),
  /** Why it paused or failed, for a person. */
  reason: z.optional(z.string()),
  startedAt: z.string(),
  endedAt: z.optional(z.string()),
  /** Seconds of work, pauses left out. */
  activeSeconds: z._default(z.number(), 0),
  iteration: z._default(z.int(), 0),
  iterations: z.int(),
  prompts: z._default(z.array(promptVersionSchema), []),
  summary: z.optional(runSummarySchema),
  /** What was read of the data, in a line, and what to know before trusting results on them; absent before version 8. */
  data: z.exactOptional(
    z.object({
      read: z.exactOptional(z.string()),
      findings: z.array(z.object({ code: z.string(), message: z.string() })),
    }),
  ),
  answered: z.optional(answeredSchema),
  engineVersion: z.string(),
});
export type RunRecord = Immutable<z.output<typeof runRecordSchema>>;
