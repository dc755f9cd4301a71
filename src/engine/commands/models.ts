import { InputError } from "../errors.ts";
import type { ModelAccess } from "../serving/modelPool.ts";

/** Models as the command line reaches them: keys come from the environment. */
export function environmentModels(environment: NodeJS.ProcessEnv = process.env): ModelAccess {
  return {
    apiKey: (variable) => {
      if (variable === undefined) return undefined;
      const key = environment[variable];
      if (key) return key;
      throw new InputError(
        "models.key-missing",
        `The environment variable ${variable} is not set. Set it to the API key, or name another one in apiKeyVariable; a server of your own needs none.`,
      );
    },
  };
}
