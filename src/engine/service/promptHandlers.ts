/** `prompts/...`: what a prompt would send, and what is wrong with it. */
import type { RenderPrompt } from "../../protocol/engine.ts";
import type { ShownReflection } from "../../protocol/run.ts";
import { Lessons } from "../critic/lessons.ts";
import { type ReflectionPool, shownOf } from "../critic/reflectionPool.ts";
import { diagnose } from "../prompts/prompt.ts";
import { previewSession, renderPrompt } from "../runs/renderPrompt.ts";
import { frozenPool } from "../serving/frozenPool.ts";
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
  const { reflections: config, simulator } = experiment;
  const visit = { experiment, dataset, user, step };
  if (runId === undefined) return { ...visit, reflections: [] };
  const pool = await workspace.pool(runId);
  const byChance = config.show === "lessons" && (config.shuffle || config.sampling !== "similarity");
  if (byChance) return { ...visit, reflections: likeliest(pool, config.k) };
  const draw = frozenPool(config, pool.state(), new Lessons(dataset, simulator.historyLength), experiment.seed);
  return { ...visit, reflections: draw(previewSession(visit)) };
}

/** The reflections most likely to be shown next. */
function likeliest(pool: ReflectionPool, k: number): readonly ShownReflection[] {
  const probabilities = pool.probabilities();
  const probability = ({ id }: ShownReflection): number => probabilities.get(id) ?? 0;
  const heard = pool.reflections.filter(({ muted }) => !muted);
  return heard
    .sort((a, b) => probability(b) - probability(a))
    .slice(0, k)
    .map(shownOf);
}
