/** Who answered for the planner and the critic of a run: the model that was asked, or the stand-in. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";

const countsSchema = z.object({ model: z.int(), standIn: z.int() });

/** By role; absent for a role that asks no model. */
export const answeredSchema = z.object({
  planner: z.exactOptional(countsSchema),
  critic: z.exactOptional(countsSchema),
});
export type Answered = Immutable<z.output<typeof answeredSchema>>;
