import { InputError } from "../errors.ts";
import type { ModelAccess } from "../training/modelPool.ts";

const DEFAULT_KEY_VARIABLE = "OPENAI_API_KEY";

/** Models as the command line reaches them: keys come from the environment. */
export function environmentModels(environment: NodeJS.ProcessEnv = process.env): ModelAccess {
  return {
    apiKey: (variable) => {
      const key = environment[variable ?? DEFAULT_KEY_VARIABLE];
      if (variable !== undefined && !key) {
        throw new InputError(
          "models.key-missing",
          `The environment variable ${variable}, named by apiKeyVariable, is not set. Set it, or remove apiKeyVariable for a server without keys.`,
        );
      }
      return key || undefined;
    },
  };
}
