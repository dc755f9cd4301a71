/** How a plan is asked for and read: by the planner of a run, and by a model test. */

import type { CategoryIndex } from "../data/dataset.ts";
import type { ModelSettings } from "../llm/settings.ts";
import { requestSettings } from "../llm/settings.ts";
import type { ModelRequest, ReplySchema } from "../llm/types.ts";
import { type CategoryEntry, categoryEntries } from "../prompts/categoryWords.ts";
import type { Prompt } from "../prompts/prompt.ts";
import { candidatesOf, type PlannerKnowledge } from "./plannerContext.ts";
import { MOST_CATEGORIES, PlanParser, planReplySchema } from "./planParsing.ts";

type PlanQuestion = Omit<ModelRequest, "id" | "messages" | "isUsable" | "repeat">;

/** Tokens of an answer at least: there may be a word before it. */
const LEAST_TOKENS = 200;
/** Around a name in a list: quotation marks, comma, blank. */
const AROUND_NAME = 4;

/**
 * @param told the number of categories that the prompt was rendered with
 * @throws InputError when nobody names a model
 */
export function planQuestion(
  knowledge: PlannerKnowledge,
  prompt: Prompt,
  settings: ModelSettings,
  told = knowledge.most,
): PlanQuestion {
  const candidates = candidatesOf(knowledge);
  const { wording } = knowledge;
  const most = mostEntries(prompt, told);
  const asked = requestSettings("planner", settings, prompt.settings);
  // A prompt that says how much it wants needs no other limit.
  const isBounded = wording === "names" && prompt.uses("most");
  const room = asked.maxTokens === undefined && isBounded && { maxTokens: tokensOf(candidates, most) };
  return {
    role: "planner",
    promptHash: prompt.hash,
    ...asked,
    ...room,
    schema: planReplySchema(candidates, wording, most),
  };
}

/** The schema of a further question, whose answer is to go on from what the first one named. */
export function furtherSchema(
  knowledge: PlannerKnowledge,
  prompt: Prompt,
  named: CategoryIndex,
  told: number,
): ReplySchema {
  const { dataset, wording } = knowledge;
  const others = candidatesOf(knowledge).filter(({ id }) => id !== dataset.categories[named]?.id);
  return planReplySchema(others, wording, mostEntries(prompt, told) - 1, 1);
}

export function planParser(knowledge: PlannerKnowledge, prompt: Prompt): PlanParser {
  const { dataset, wording, candidates } = knowledge;
  const shown = wording === "names" ? categoryEntries(dataset, wording).map(({ name }) => name) : undefined;
  const parser = new PlanParser(dataset.categories, shown);
  parser.setPrompt(prompt.text);
  parser.setCandidates(candidates);
  return parser;
}

/** A prompt that tells the number is held to it; what others ask for is theirs to say. */
const mostEntries = (prompt: Prompt, told: number): number => (prompt.uses("most") ? told : MOST_CATEGORIES);

/** Enough for the longest names there are: no tokenizer makes more tokens of a text than it has bytes. */
function tokensOf(candidates: readonly CategoryEntry[], most: number): number {
  const bytes = candidates.map(({ name }) => Buffer.byteLength(name) + AROUND_NAME).sort((a, b) => b - a);
  return Math.max(
    LEAST_TOKENS,
    bytes.slice(0, most).reduce((sum, size) => sum + size, 0),
  );
}
