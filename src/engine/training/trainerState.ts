/** What a checkpoint keeps of a run besides arrays; checked when it is read. */
import * as z from "zod";
import { type Experiment, experimentSchema } from "../../protocol/experiment.ts";
import { poolStateSchema } from "../critic/reflectionPool.ts";
import { InputError } from "../errors.ts";
import { stepperStateSchema } from "../serving/stepper.ts";
import { environmentStateSchema } from "../simulator/environment.ts";
import type { Checkpoint } from "../store/checkpoint.ts";
import { episodePlansSchema } from "./episodes.ts";
import { evaluationStateSchema } from "./periodicEvaluation.ts";

/** Everything a run needs to go on as if it had not been interrupted. What is unknown here its owner checks. */
const trainerStateSchema = z.strictObject({
  iteration: z.int(),
  userSteps: z.int(),
  /** The document and the prompts in force, live changes included. */
  experiment: experimentSchema,
  prompts: z.strictObject({ planner: z.string().exactOptional(), critic: z.string().exactOptional() }),
  environment: environmentStateSchema,
  stepper: stepperStateSchema,
  episodes: episodePlansSchema,
  planner: z.unknown(),
  policy: z.unknown(),
  pool: poolStateSchema,
  watch: z.unknown(),
  evaluation: evaluationStateSchema,
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
export function trainerCheckpoint({ json, arrays }: Checkpoint, folder: string): TrainerCheckpoint {
  const parsed = trainerStateSchema.safeParse(json);
  if (parsed.success) return { json: parsed.data, arrays };
  const [issue] = parsed.error.issues;
  throw new InputError(
    "checkpoint.unreadable",
    `${folder}: the checkpoint was written by another version (${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not as expected"}). Go on with that version, or start the run anew.`,
    { cause: parsed.error },
  );
}
