/** What requests are made with: the experiment's values go before the prompt file's. */
import { InputError } from "../errors.ts";
import type { ModelRequest } from "./types.ts";

export interface ModelSettings {
  readonly model?: string | undefined;
  readonly temperature?: number | undefined;
  readonly maxTokens?: number | undefined;
  readonly seed?: number | undefined;
  readonly reasoningEffort?: string | undefined;
}

type RequestSettings = Pick<ModelRequest, "model" | "temperature" | "maxTokens" | "seed" | "reasoningEffort">;

/** @throws InputError when neither names a model */
export function requestSettings(
  role: ModelRequest["role"],
  experiment: ModelSettings,
  prompt: Omit<ModelSettings, "seed" | "reasoningEffort">,
): RequestSettings {
  const model = experiment.model ?? prompt.model;
  const temperature = experiment.temperature ?? prompt.temperature;
  const maxTokens = experiment.maxTokens ?? prompt.maxTokens;
  const { seed, reasoningEffort } = experiment;
  if (!model) {
    throw new InputError(
      "models.model-missing",
      `No model is named for the ${role}. Set ${role}.model in the experiment, or "model" at the head of the prompt file.`,
    );
  }
  return {
    model,
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(seed !== undefined && { seed }),
    ...(reasoningEffort !== undefined && { reasoningEffort }),
  };
}
