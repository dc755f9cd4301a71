/** The question a model is tested with: the one a run of the experiment would ask it. */
import type { PromptText } from "../../protocol/engine.ts";
import type { Experiment } from "../../protocol/experiment.ts";
import type { Dataset } from "../data/dataset.ts";
import type { TestQuestion } from "../llm/detect.ts";
import { requestSettings } from "../llm/settings.ts";
import { PlanParser, planReplySchema } from "../planner/planParsing.ts";
import { parsePrompt } from "../prompts/prompt.ts";
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
  const { settings, hash } = parsePrompt(prompt.file, prompt.text);
  const parser = new PlanParser(dataset.categories);
  parser.setPrompt(prompt.text);
  return {
    request: {
      id: "test",
      role: "planner",
      promptHash: hash,
      ...requestSettings("planner", { ...experiment.planner, seed: experiment.seed, model }, settings),
      messages,
      schema: planReplySchema(dataset.categories),
      repeat: 0,
    },
    limits: experiment.models,
    fault: ({ text, finish, thought }) => {
      const parsed = parser.parse(text, finish, thought);
      return "problem" in parsed ? parsed.problem : undefined;
    },
  };
}
