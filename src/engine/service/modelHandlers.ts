/** `models/...`: which model servers there are, and whether a model answers. */
import { InputError } from "../errors.ts";
import { detectServers, testModel, testProvider } from "../llm/detect.ts";
import { VscodeProvider } from "../llm/providers/vscode.ts";
import type { HandlersOf } from "./handlers.ts";
import type { Workspace } from "./workspace.ts";

export function modelHandlers({ options: { ask } }: Workspace): HandlersOf<"models"> {
  return {
    "models/detect": () => detectServers(),

    "models/test": ({ provider, model, baseUrl, apiKey }) => {
      if (provider === "vscode") return testProvider(new VscodeProvider({ ask }), model);
      if (baseUrl === undefined)
        throw new InputError("models.base-url", "Give the server's base URL, for example http://127.0.0.1:11434/v1.");
      return testModel({ baseUrl, model, ...(apiKey !== undefined && { apiKey }) });
    },
  };
}
