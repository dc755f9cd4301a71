/** Prompts as the engine renders them. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import { runIdSchema } from "../run/runId.ts";
import { promptRoleSchema } from "../run.ts";
import { messagesSchema } from "./calls.ts";

export const renderPromptSchema = z.strictObject({
  experimentFile: z.string(),
  experimentText: z.string(),
  role: promptRoleSchema,
  promptText: z.string(),
  /** Reflections and sessions come from this run where given, else from a short simulated session. */
  runId: z.exactOptional(runIdSchema),
  user: z.exactOptional(z.int()),
  step: z.exactOptional(z.int()),
});
export type RenderPrompt = Immutable<z.output<typeof renderPromptSchema>>;

export const renderedPromptSchema = z.object({
  messages: messagesSchema,
  tokensEstimate: z.number(),
  /** Current value of each variable, as text. */
  variables: z.record(z.string(), z.string()),
});
export type RenderedPrompt = Immutable<z.output<typeof renderedPromptSchema>>;
