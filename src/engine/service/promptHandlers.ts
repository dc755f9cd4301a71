/** `prompts/...`: what a prompt would send, and what is wrong with it. */
import type { RenderPrompt } from "../../protocol/engine.ts";
import type { Reflection } from "../../protocol/run.ts";
import type { ReflectionPool } from "../critic/reflectionPool.ts";
import { diagnose } from "../prompts/prompt.ts";
import { renderPrompt } from "../runs/renderPrompt.ts";
import { experimentOf } from "./experimentText.ts";
import type { HandlersOf } from "./handlers.ts";
import type { Workspace } from "./workspace.ts";

export function promptHandlers(workspace: Workspace): HandlersOf<"prompts"> {
  return {
    "prompts/render": async ({ role, promptText, ...asked }) => {
      const shown = await previewed(asked, workspace);
      return renderPrompt({ ...shown, role, prompt: { file: shown.experiment[role].prompt, text: promptText } });
    },

    "prompts/diagnose": async ({ text }) => diagnose(text),
  };
}

/** Whose visit a preview shows, and with which reflections. */
export async function previewed(
  { experimentFile, experimentText, runId, user = 0, step = 3 }: Omit<RenderPrompt, "role" | "promptText">,
  workspace: Workspace,
) {
  const experiment = experimentOf(experimentText, experimentFile);
  const dataset = await workspace.datasets.get(experiment, experimentFile);
  const { k } = experiment.reflections;
  const reflections = runId === undefined ? [] : likeliest(await workspace.pool(runId), k);
  return { experiment, dataset, reflections, user, step };
}

/** The reflections most likely to be shown next. */
function likeliest(pool: ReflectionPool, k: number): readonly Reflection[] {
  const probabilities = pool.probabilities();
  const probability = ({ id }: Reflection): number => probabilities.get(id) ?? 0;
  return [...pool.reflections].sort((a, b) => probability(b) - probability(a)).slice(0, k);
}
