/** What models are asked and answer. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";
import { promptRoleSchema } from "../run.ts";

export const messagesSchema = z.array(z.object({ role: z.enum(["system", "user"]), content: z.string() }));

/** A model call as llm.jsonl holds it. */
export const modelCallSchema = z.object({
  id: z.string(),
  role: promptRoleSchema,
  model: z.string(),
  promptHash: z.string(),
  messages: messagesSchema,
  reply: z.string(),
  attempts: z.number(),
  latencyMs: z.number(),
  cached: z.boolean(),
  tokensIn: z.number(),
  tokensOut: z.number(),
  /** Counted by characters / 4 because the server gave no usage. */
  tokensEstimated: z.boolean(),
  /** Of `tokensIn`, read from the server's prefix cache; absent where it does not say. */
  tokensCached: z.exactOptional(z.number()),
  cost: z.number(),
  error: z.exactOptional(z.string()),
});
export type ModelCall = Immutable<z.output<typeof modelCallSchema>>;
