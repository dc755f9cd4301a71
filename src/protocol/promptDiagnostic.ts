/** The problems a prompt file can have, and where. */
import * as z from "zod/mini";
import type { Immutable } from "./immutable.ts";

const promptProblemCodeSchema = z.enum([
  "prompt.front-matter",
  "prompt.missing-section",
  "prompt.duplicate-section",
  "prompt.text-outside",
  "prompt.empty-section",
  "prompt.syntax",
  "prompt.unknown-variable",
  "prompt.unknown-filter",
  "prompt.forbidden-tag",
  "prompt.limit",
  "prompt.unseen-categories",
  "prompt.speaks-of-ids",
]);
export type PromptProblemCode = z.output<typeof promptProblemCodeSchema>;

/** Lines and characters count from 0, as editors count them. */
const textPositionSchema = z.object({ line: z.int(), character: z.int() });
export type TextPosition = Immutable<z.output<typeof textPositionSchema>>;

const textRangeSchema = z.object({ start: textPositionSchema, end: textPositionSchema });
export type TextRange = Immutable<z.output<typeof textRangeSchema>>;

export const promptDiagnosticSchema = z.object({
  severity: z.enum(["error", "warning"]),
  code: promptProblemCodeSchema,
  message: z.string(),
  range: textRangeSchema,
});
export type PromptDiagnostic = Immutable<z.output<typeof promptDiagnosticSchema>>;
