/** The id of a run: the name of its folder below `.lerl/runs`. */
import * as z from "zod/mini";

export type RunId = string & { readonly __run?: never };

export const runIdSchema: z.ZodMiniType<RunId> = z.string();
