/** `models/...`: which model servers there are, and whether a model answers. */
import type { ModelTest } from "../../protocol/engine.ts";
import { originOf } from "../../protocol/serverAddress.ts";
import { keyFor } from "../../protocol/wantedKeys.ts";
import { InputError } from "../errors.ts";
import { detectServers, type TestQuestion, tryModel, tryProvider } from "../llm/detect.ts";
import { VscodeProvider } from "../llm/providers/vscode.ts";
import { testQuestion } from "../runs/testQuestion.ts";
import { experimentOf } from "./experimentText.ts";
import type { HandlersOf } from "./handlers.ts";
import type { Workspace } from "./workspace.ts";

/** How long a list of models may take, and an answer: a person waits for both. Milliseconds. */
const LIST_MS = 3000;
const ANSWER_MS = 60_000;

export function modelHandlers({ options: { ask }, datasets }: Workspace): HandlersOf<"models"> {
  const question = async ({ experiment: asked, model }: ModelTest): Promise<TestQuestion | undefined> => {
    if (!asked) return undefined;
    const { experimentFile, experimentText, promptText } = asked;
    const experiment = experimentOf(experimentText, experimentFile);
    const dataset = await datasets.get(experiment, experimentFile);
    return testQuestion({ experiment, dataset, prompt: { file: experiment.planner.prompt, text: promptText }, model });
  };
  return {
    "models/detect": ({ baseUrl, keys }) =>
      baseUrl === undefined ? detectServers() : detectServers([{ name: "", baseUrl }], LIST_MS, keys),

    "models/test": async (test) => {
      const { provider, model, baseUrl, keys = [] } = test;
      // A model can be connected before all else is in order: then it is asked the simple question.
      const asked = await question(test).catch((error: unknown) => {
        if (error instanceof InputError) return undefined;
        throw error;
      });
      if (provider === "vscode") return tryProvider(new VscodeProvider({ ask }), model, ANSWER_MS, asked);
      if (baseUrl === undefined)
        throw new InputError("models.base-url", "Give the server's base URL, for example http://127.0.0.1:11434/v1.");
      const apiKey = keyFor(keys, { origin: originOf(baseUrl) });
      return tryModel({ baseUrl, model, ...(apiKey !== undefined && { apiKey }) }, ANSWER_MS, asked);
    },
  };
}
