/** Language models: the servers there are, and a test of one. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";

export const modelServerSchema = z.object({ name: z.string(), baseUrl: z.string(), models: z.array(z.string()) });
export type ModelServer = Immutable<z.output<typeof modelServerSchema>>;

export const modelTestSchema = z.strictObject({
  provider: z.enum(["openai", "vscode"]),
  baseUrl: z.exactOptional(z.string()),
  model: z.string(),
  apiKey: z.exactOptional(z.string()),
});
export type ModelTest = Immutable<z.output<typeof modelTestSchema>>;

export const modelTestResultSchema = z.object({
  ok: z.boolean(),
  message: z.string(),
  latencyMs: z.number(),
  structuredOutput: z.enum(["json_schema", "json_object", "text", "none"]),
});
export type ModelTestResult = Immutable<z.output<typeof modelTestResultSchema>>;
