/** The question a model is tested with: the one a run of the experiment would ask it. */
import type { PromptText } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { Dataset } from "../data/dataset.ts";
import type { TestQuestion } from "../llm/detect.ts";
import { plannerKnowledge } from "../planner/plannerContext.ts";
import { planParser, planQuestion } from "../planner/planQuestion.ts";
import { parsePrompt } from "../prompts/prompt.ts";
import { splitForEvaluation } from "../serving/world.ts";
import { renderPrompt } from "./renderPrompt.ts";

export interface TestQuestionOptions {
  readonly experiment: Experiment;
  readonly dataset: Dataset;
  /** The planner's. */
  readonly prompt: PromptText;
  readonly model: string;
}

/** A user who has seen one slate. */
const WHO = { user: 0, step: 1 } as const;

/** @throws InputError for a prompt that cannot be used */
export function testQuestion({ experiment, dataset, prompt, model }: TestQuestionOptions): TestQuestion {
  const { messages } = renderPrompt({ experiment, dataset, role: "planner", prompt, reflections: [], ...WHO });
  const parsed = parsePrompt(prompt.file, prompt.text);
  const knowledge = plannerKnowledge(splitForEvaluation(dataset, experiment), experiment);
  const settings = { ...experiment.planner, seed: experiment.seed, model };
  const parser = planParser(knowledge, parsed);
  return {
    request: { id: "test", ...planQuestion(knowledge, parsed, settings), messages, repeat: 0 },
    limits: experiment.models,
    fault: ({ text, finish, thought }) => {
      const plan = parser.parse(text, finish, thought);
      return "problem" in plan ? plan.problem : undefined;
    },
  };
}
