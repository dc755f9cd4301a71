/** Files outside the workspace that documents name, and what a person lets be done with them. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";

/** A file outside the workspace that a document names, by its real path, and the setting that names it. */
export const outsideFileSchema = z.object({
  setting: z.string(),
  path: z.string(),
  /** It is to be written; otherwise read. */
  written: z.exactOptional(z.boolean()),
});
export type OutsideFile = Immutable<z.output<typeof outsideFileSchema>>;

/** Files and folders that documents may name, by their real paths. Leave to read is none to write. */
export const allowedPathsSchema = z.strictObject({ read: z.array(z.string()), written: z.array(z.string()) });
export type AllowedPaths = Immutable<z.output<typeof allowedPathsSchema>>;
