/** `prompts/...`: what a prompt would send, and what is wrong with it. */
import type { Reflection } from "../../protocol/run.ts";
import type { ReflectionPool } from "../critic/reflectionPool.ts";
import { diagnose } from "../prompts/prompt.ts";
import { renderPrompt } from "../runs/renderPrompt.ts";
import { experimentOf } from "./experimentText.ts";
import type { HandlersOf } from "./handlers.ts";
import type { Workspace } from "./workspace.ts";

export function promptHandlers(workspace: Workspace): HandlersOf<"prompts"> {
  const { datasets } = workspace;
  return {
    "prompts/render": async ({ experimentFile, experimentText, role, promptText, runId, user = 0, step = 3 }) => {
      const experiment = experimentOf(experimentText, experimentFile);
      const { k } = experiment.reflections;
      return renderPrompt({
        experiment,
        dataset: await datasets.get(experiment, experimentFile),
        role,
        prompt: { file: experiment[role].prompt, text: promptText },
        reflections: runId === undefined ? [] : likeliest(await workspace.pool(runId), k),
        user,
        step,
      });
    },

    "prompts/diagnose": async ({ text }) => diagnose(text),
  };
}

/** The reflections most likely to be shown next. */
function likeliest(pool: ReflectionPool, k: number): readonly Reflection[] {
  const probabilities = pool.probabilities();
  const probability = ({ id }: Reflection): number => probabilities.get(id) ?? 0;
  return [...pool.reflections].sort((a, b) => probability(b) - probability(a)).slice(0, k);
}
