/** Language models: the servers there are, and a test of one. */
import * as z from "zod/mini";
import type { Immutable } from "../immutable.ts";

/** A model as its server lists it. */
const listedModelSchema = z.object({
  id: z.string(),
  /** It answers questions; others turn texts into numbers, or the like. */
  chats: z.boolean(),
  /** Absent where the server does not say. */
  loaded: z.exactOptional(z.boolean()),
  /** What loading it takes. */
  bytes: z.exactOptional(z.number()),
});
export type ListedModel = Immutable<z.output<typeof listedModelSchema>>;

export const modelServerSchema = z.object({
  name: z.string(),
  baseUrl: z.string(),
  /** keyed: it wants an API key; loading: its model is; slow: it listens and does not answer. */
  state: z.enum(["ready", "empty", "loading", "keyed", "slow"]),
  /** Chat models first, the loaded before the others. */
  models: z.array(z.string()),
  /** The same, with what the server says of each. */
  listed: z.array(listedModelSchema),
});
export type ModelServer = Immutable<z.output<typeof modelServerSchema>>;

/** API keys, each with the one server that it may go to. They go over the channel only, and are stored nowhere. */
export const boundKeysSchema = z.array(
  z.strictObject({ origin: z.string(), variable: z.exactOptional(z.string()), key: z.string() }),
);

/** Which servers to look for: one address, or the usual ones of this machine. */
export const detectModelsSchema = z.strictObject({
  baseUrl: z.exactOptional(z.string()),
  keys: z.exactOptional(boundKeysSchema),
});

export const modelTestSchema = z.strictObject({
  provider: z.enum(["openai", "vscode"]),
  baseUrl: z.exactOptional(z.string()),
  model: z.string(),
  keys: z.exactOptional(boundKeysSchema),
  /** What the model is wanted for: it is asked with this experiment's prompt, limits and categories. */
  experiment: z.exactOptional(
    z.strictObject({ experimentFile: z.string(), experimentText: z.string(), promptText: z.string() }),
  ),
});
export type ModelTest = Immutable<z.output<typeof modelTestSchema>>;

export const modelTestResultSchema = z.object({
  ok: z.boolean(),
  message: z.string(),
  latencyMs: z.number(),
  structuredOutput: z.enum(["json_schema", "json_object", "text", "none"]),
  /** It did not answer in time, which need not mean that it will not. */
  late: z.exactOptional(z.boolean()),
});
export type ModelTestResult = Immutable<z.output<typeof modelTestResultSchema>>;
