/** What a prompt would send now: for `lerl prompts render` and the editor's preview. */
import type { PromptText, RenderedPrompt } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { PromptRole } from "../../protocol/promptRole.ts";
import { criticContext, criticKnowledge } from "../critic/criticContext.ts";
import type { Dataset } from "../data/dataset.ts";
import { InputError } from "../errors.ts";
import type { ShownReflection } from "../planner/planner.ts";
import { plannerContext, plannerKnowledge } from "../planner/plannerContext.ts";
import { parsePrompt } from "../prompts/prompt.ts";
import { splitForEvaluation } from "../serving/world.ts";
import { loggedSession } from "../simulator/loggedSession.ts";
import type { Session } from "../simulator/session.ts";

export interface RenderOptions {
  readonly experiment: Experiment;
  readonly dataset: Dataset;
  readonly role: PromptRole;
  readonly prompt: PromptText;
  readonly reflections: readonly ShownReflection[];
  /** Index in the data set. */
  readonly user: number;
  /** Slates already served. */
  readonly step: number;
}

/** Characters of English text per token, about. */
const CHARACTERS_PER_TOKEN = 4;

/**
 * The visit that a preview is made for, from the end of the user's log.
 * @throws InputError for a user there is not
 */
export function previewSession({
  experiment: { simulator },
  dataset,
  user,
  step,
}: Pick<RenderOptions, "experiment" | "dataset" | "user" | "step">): Session {
  if (!Number.isInteger(user) || user < 0 || user >= dataset.users) {
    throw new InputError(
      "prompt.unknown-user",
      `User ${user}: expected a whole number from 0 to ${dataset.users - 1}.`,
    );
  }
  return loggedSession({ dataset, ...simulator, quitRule: simulator.quit }, user, step);
}

/** @throws InputError for a prompt that cannot be used, or a user there is not */
export function renderPrompt(options: RenderOptions): RenderedPrompt {
  const { experiment, role, prompt, reflections } = options;
  const dataset = splitForEvaluation(options.dataset, experiment);
  const session = previewSession(options);
  const parsed = parsePrompt(prompt.file, prompt.text);
  const context =
    role === "planner"
      ? plannerContext(plannerKnowledge(dataset, experiment), { session, reflections })
      : criticContext(criticKnowledge(dataset, experiment), { session, ended: "quit" });
  const messages = parsed.render(context);
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  return {
    messages,
    tokensEstimate: Math.ceil(characters / CHARACTERS_PER_TOKEN),
    variables: parsed.liveVariables(context),
  };
}
