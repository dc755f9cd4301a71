/** What a checkpoint keeps of a run besides arrays; checked when it is read. */
import * as z from "zod";
import { asItWas } from "../../protocol/experiment/laterSettings.ts";
import { type Experiment, experimentSchema } from "../../protocol/experiment.ts";
import { answeredSchema } from "../../protocol/run/answered.ts";
import { poolStateSchema } from "../critic/reflectionPool.ts";
import { InputError } from "../errors.ts";
import { planJudgeStateSchema } from "../metrics/planQuality.ts";
import { stepperStateSchema } from "../serving/stepper.ts";
import { watchStateSchema } from "../signatures/failureSignatures.ts";
import { environmentStateSchema } from "../simulator/environment.ts";
import { drawnStateSchema } from "../simulator/sessionSource.ts";
import type { Checkpoint } from "../store/checkpoint.ts";
import { episodePlansSchema } from "./episodes.ts";
import { evaluationStateSchema } from "./periodicEvaluation.ts";

/** What its owner reads as it likes, and is checked here so that nothing has happened yet where it does not fit. */
const owned = (schema: z.ZodType, expected: string) =>
  z.unknown().refine((value) => schema.safeParse(value).success, `expected ${expected}`);

/** The streams and counts that training draws its sessions with, one a slot. */
function hasStreams(source: unknown, slots: number): boolean {
  const { success, data } = drawnStateSchema.safeParse(source);
  return success && data.streams.length === slots && data.numbers.length === slots;
}

/** Everything a run needs to go on as if it had not been interrupted. */
const trainerStateSchema = z
  .strictObject({
    iteration: z.int().min(0),
    userSteps: z.int().min(0),
    /** The document and the prompts in force, live changes included. */
    experiment: z.preprocess(asItWas, experimentSchema),
    prompts: z.strictObject({ planner: z.string().exactOptional(), critic: z.string().exactOptional() }),
    environment: environmentStateSchema,
    stepper: stepperStateSchema,
    episodes: episodePlansSchema,
    planner: z.unknown(),
    /** The policy's own to check: its kind is known where it is restored. */
    policy: z.unknown(),
    pool: poolStateSchema,
    /** Absent in checkpoints of runs that were not counted yet. */
    answered: z.prefault(answeredSchema, {}),
    /** Absent where no model plans, and in checkpoints of runs whose plans were not judged yet. */
    plans: planJudgeStateSchema.exactOptional(),
    watch: owned(watchStateSchema, "readings and alarms"),
    evaluation: evaluationStateSchema,
  })
  .refine(({ experiment, environment }) => environment.running.length === experiment.simulator.users, {
    path: ["environment", "running"],
    message: "expected one entry for each of the users",
  })
  .refine(({ experiment, environment }) => hasStreams(environment.source, experiment.simulator.users), {
    path: ["environment", "source"],
    message: "expected a stream for each of the users",
  })
  .refine(({ experiment, iteration }) => iteration <= experiment.training.iterations, {
    path: ["iteration"],
    message: "beyond the run's end",
  });
type Parsed = z.output<typeof trainerStateSchema>;
export type TrainerState = Omit<Parsed, "experiment"> & { readonly experiment: Experiment };

export interface TrainerCheckpoint extends Checkpoint {
  readonly json: TrainerState;
}

/**
 * @param folder of the run, for the message
 * @throws InputError `checkpoint.unreadable` where this version cannot go on from what the checkpoint holds
 */
export function trainerCheckpoint(checkpoint: Checkpoint, folder: string): TrainerCheckpoint {
  const parsed = trainerStateSchema.safeParse(checkpoint.json);
  if (parsed.success) return { ...checkpoint, json: parsed.data };
  throw unreadable(folder, parsed.error);
}

/**
 * Puts a checkpoint to use. What a policy keeps only the policy knows: it checks its part when it takes it over.
 *
 * @throws InputError `checkpoint.unreadable`
 */
export function takingOver(folder: string, restore: () => void): void {
  try {
    restore();
  } catch (error) {
    throw error instanceof z.ZodError ? unreadable(folder, error, ["policy"]) : error;
  }
}

/** What does not fit is told by its first place; `within` is where in the checkpoint it was looked at. */
function unreadable(folder: string, error: z.ZodError, within: readonly string[] = []): InputError {
  const [issue] = error.issues;
  const where = [...within, ...(issue?.path ?? [])].join(".");
  return new InputError(
    "checkpoint.unreadable",
    `${folder}: this version cannot go on from the checkpoint (${where}: ${issue?.message ?? "not as expected"}). Go on with the version that wrote it, or start the run anew.`,
    { cause: error },
  );
}
