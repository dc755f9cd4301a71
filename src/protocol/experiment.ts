/**
 * The experiment document, `*.lerl.json`: one schema gives the engine its defaults and checks, the editor its JSON
 * Schema, and the Studio the range and unit of every control. Section numbers refer to docs/method.md.
 */
import * as z from "zod";
import { datasetSchema } from "./experiment/dataset.ts";
import { fidelitySchema } from "./experiment/fidelity.ts";
import { count, text } from "./experiment/fields.ts";
import { criticSchema, modelLimitsSchema, plannerSchema, reflectionsSchema } from "./experiment/models.ts";
import { simulatorSchema } from "./experiment/simulator.ts";
import { evaluationSchema, policySchema, ppoSchema, trainingSchema } from "./experiment/training.ts";
import type { Immutable } from "./immutable.ts";

/** Characters. */
const LONGEST_NAME = 200;

export const experimentSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: text("Shown in trees, tables and reports.").max(LONGEST_NAME).default("Untitled experiment"),
    description: z.string().max(10_000).default("").meta({ description: "What this experiment is to find out." }),
    seed: count("Seed of the run: one stream per use is derived from it.", 1, 0, 0xffff_ffff),
    dataset: datasetSchema.prefault({ kind: "synthetic" }),
    simulator: simulatorSchema.prefault({}),
    planner: plannerSchema.prefault({}),
    critic: criticSchema.prefault({}),
    reflections: reflectionsSchema.prefault({}),
    models: modelLimitsSchema.prefault({}),
    policy: policySchema.prefault({}),
    ppo: ppoSchema.prefault({}),
    training: trainingSchema.prefault({}),
    evaluation: evaluationSchema.prefault({}),
    fidelity: fidelitySchema.prefault({}),
  })
  .meta({ title: "LERL experiment" });

export type Experiment = Immutable<z.output<typeof experimentSchema>>;
/** What a file may leave out. */
export type ExperimentInput = z.input<typeof experimentSchema>;

/** The JSON Schema the editor checks `*.lerl.json` files with. */
export function experimentJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(experimentSchema, { io: "input", target: "draft-7" });
}
